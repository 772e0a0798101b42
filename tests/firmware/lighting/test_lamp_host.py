import itertools

from hypothesis import given, strategies

from pole.lighting.lamp import Lamp

PERIOD = 1 << 30
AIMS = strategies.lists(
    strategies.tuples(
        strategies.integers(0, 100),  # level
        strategies.integers(0, 20) | strategies.just(3600),  # ramp, seconds
        strategies.integers(0, 30000),  # until the next, milliseconds
    ),
    max_size=12,
)
CLO = strategies.sampled_from([[], [[0, 80], [20000, 100]], [[100, 100], [50000, 60], [90000, 90]]])


def run(lamp, aims, start, hours):
    """Every (elapsed ms, relay, dim, level, target) of a lamp that is stepped when it asks and when it is aimed."""
    elapsed = 0
    seen = [(0, lamp.relay, lamp.dim, lamp.level, lamp.target)]
    for level, ramp_s, pause in [*aims, (None, 0, 20_000_000)]:
        if level is not None:
            lamp.aim(level, ramp_s, (start + elapsed) % PERIOD)
        end = elapsed + pause
        while True:
            wait = lamp.step((start + elapsed) % PERIOD, hours)
            seen.append((elapsed, lamp.relay, lamp.dim, lamp.level, lamp.target))
            if wait < 0 or elapsed + wait >= end:
                break
            elapsed += wait
        elapsed = end
    return seen


@given(AIMS, CLO, strategies.integers(0, 100), strategies.integers(0, 30), strategies.integers(0, PERIOD - 1))
def test_no_sequence_of_aims_breaks_the_rules_of_a_lamp(aims, clo, minimum, off_s, start):
    hours = start % 100000
    seen = run(Lamp(minimum, off_s, clo), aims, start, hours)
    opened = None
    for (_, was_closed, was_dim, _, _), (ms, closed, dim, level, target) in itertools.pairwise(seen):
        assert minimum * 100 <= dim <= 10000 and 0 <= level <= 100
        if was_closed and not closed:
            assert target == 0
            opened = ms
        if closed and not was_closed:
            assert opened is not None and ms - opened >= off_s * 1000
            assert dim == was_dim == minimum * 100
    _, closed, _, level, target = seen[-1]
    assert closed == (target > 0)
    assert level == (max(target, minimum) if target else 0)


@given(strategies.integers(1, 100), strategies.integers(1, 100), strategies.integers(0, 3600))
def test_a_ramp_goes_one_way_and_never_beyond(first, second, ramp_s):
    lamp = Lamp(1, 10, [])
    lamp.aim(first, 0, 0)
    lamp.step(0, 0)
    lamp.aim(second, ramp_s, 0)
    ms = wait = 0
    dims = [lamp.dim]
    while wait >= 0:
        ms += wait
        wait = lamp.step(ms, 0)
        dims.append(lamp.dim)
    assert dims == sorted(dims, reverse=second < first)
    assert dims[-1] == second * 100
    assert ramp_s * 1000 - 500 <= ms <= ramp_s * 1000 or first == second
