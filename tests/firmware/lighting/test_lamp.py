from pole.lighting.lamp import Lamp
from pole.settings import check_lamp

LAST_TICK = (1 << 30) - 1


def settle(one, now_ms, hours=0):
    """Step *one* as long as it asks for it; [(ms, relay, dim), ...] of every step."""
    steps = []
    wait = 0
    while wait >= 0:
        now_ms = (now_ms + wait) & LAST_TICK
        wait = one.step(now_ms, hours)
        steps.append((now_ms, one.relay, one.dim))
        assert wait == -1 or wait > 0
        assert len(steps) < 2000
    return steps


def test_at_boot_it_is_lit():
    one = Lamp(10, 10, [])
    assert one.relay and one.dim == 10000
    assert (one.level, one.target) == (100, 100)
    assert one.step(0, 0) == -1
    assert one.relay and one.dim == 10000


def test_a_ramp_is_linear_and_ends_on_time():
    one = Lamp(10, 10, [])
    one.aim(50, 2, 1000)
    steps = settle(one, 1000)
    assert [step[0] for step in steps] == list(range(1000, 3001, 100))
    assert [step[2] for step in steps] == list(range(10000, 4999, -250))
    assert one.level == 50


def test_without_a_ramp_it_changes_at_once():
    one = Lamp(10, 10, [])
    one.aim(30, 0, 5)
    assert one.step(5, 0) == -1
    assert (one.dim, one.level) == (3000, 30)


def test_a_slow_ramp_takes_steps_nobody_sees():
    one = Lamp(10, 10, [])
    one.aim(20, 3600, 0)
    steps = settle(one, 0)
    assert len(steps) <= 402
    assert max([steps[i - 1][2] - steps[i][2] for i in range(1, len(steps))]) <= 20
    assert 3599000 <= steps[-1][0] <= 3600000 and one.dim == 2000


def test_a_new_aim_starts_from_the_present_light():
    one = Lamp(10, 10, [])
    one.aim(20, 10, 0)
    one.step(5000, 0)
    assert one.dim == 6000
    one.aim(100, 2, 5000)
    one.step(5000, 0)
    assert one.dim == 6000
    one.step(6000, 0)
    assert one.dim == 8000


def test_aiming_again_does_not_start_the_ramp_again():
    one = Lamp(10, 10, [])
    for ms in range(0, 10001, 500):
        one.aim(20, 10, ms)
        one.step(ms, 0)
    assert one.dim == 2000


def test_the_same_level_sooner_is_sooner():
    one = Lamp(10, 10, [])
    one.aim(10, 0, 0)
    one.aim(100, 3600, 0)
    one.step(1000, 0)
    one.aim(100, 0, 1000)
    one.step(1000, 0)
    assert one.dim == 10000


def test_off_dims_down_before_the_relay_opens():
    one = Lamp(10, 10, [])
    one.aim(0, 2, 0)
    steps = settle(one, 0)
    opened = next(step[0] for step in steps if not step[1])
    assert opened == 2000
    assert steps[-3][1:] == (True, 1450)
    assert not one.relay and one.level == 0
    assert one.dim == 1000  # so that it closes at the lowest light


def test_on_closes_the_relay_at_the_lowest_light_and_then_dims_up():
    one = Lamp(10, 0, [])
    one.aim(0, 0, 0)
    assert one.step(0, 0) == -1
    one.aim(100, 0, 1000)
    assert settle(one, 1000) == [(1000, True, 1000), (1100, True, 10000)]


def test_the_relay_stays_open_for_the_minimum_off_time():
    one = Lamp(10, 10, [])
    one.aim(0, 0, 0)
    assert one.step(0, 0) == 10000
    one.aim(80, 2, 3000)
    assert one.step(3000, 0) == 7000
    assert (one.relay, one.level, one.target) == (False, 0, 80)
    steps = settle(one, 10000)
    assert steps[0] == (10000, True, 1000)
    assert steps[-1] == (12000, True, 8000)


def test_a_week_off_does_not_look_like_a_moment():
    one = Lamp(10, 10, [])
    one.aim(0, 0, 0)
    assert one.step(0, 0) == 10000
    assert one.step(10000, 0) == -1
    later = (1 << 30) - 5  # ticks that compare as just before the relay opened
    one.aim(100, 0, later)
    one.step(later, 0)
    assert one.relay


def test_on_again_while_it_dims_down_never_opens_the_relay():
    one = Lamp(10, 10, [])
    one.aim(0, 10, 0)
    one.step(5000, 0)
    one.aim(100, 0, 5000)
    assert settle(one, 5000) == [(5000, True, 10000)]


def test_off_again_while_it_waits_stays_off():
    one = Lamp(10, 10, [])
    one.aim(0, 0, 0)
    one.step(0, 0)
    one.aim(100, 0, 1000)
    one.aim(0, 0, 2000)
    settle(one, 2000)
    assert not one.relay


def test_what_the_driver_cannot_dim_to_becomes_its_minimum():
    one = Lamp(10, 10, [])
    one.aim(1, 0, 0)
    one.step(0, 0)
    assert (one.relay, one.dim, one.level) == (True, 1000, 10)


def test_a_driver_that_dims_to_nothing():
    one = Lamp(0, 0, [])
    one.aim(0, 1, 0)
    settle(one, 0)
    assert not one.relay
    one.aim(1, 1, 5000)
    settle(one, 5000)
    assert (one.relay, one.dim, one.level) == (True, 100, 1)


def test_ramps_and_rests_across_the_wrap_of_the_ticks():
    one = Lamp(10, 10, [])
    one.aim(0, 2, LAST_TICK - 999)
    steps = settle(one, LAST_TICK - 999)
    assert next(step[0] for step in steps if not step[1]) == 1000
    one = Lamp(10, 10, [])
    one.aim(0, 0, LAST_TICK - 999)
    one.step(LAST_TICK - 999, 0)
    one.aim(100, 0, 0)
    assert one.step(0, 0) == 9000


def test_constant_light_output_between_its_points():
    clo = [[0, 80], [10000, 90], [20000, 100]]
    one = Lamp(10, 10, clo)
    for hours, dim in ((0, 8000), (5000, 8500), (10000, 9000), (15000, 9500), (20000, 10000), (99999, 10000)):
        one.step(0, hours)
        assert one.dim == dim
        assert one.level == 100
    one = Lamp(10, 10, [[1000, 80], [2000, 100]])
    one.step(0, 0)
    assert one.dim == 8000


def test_constant_light_output_stays_above_what_the_driver_can_dim_to():
    one = Lamp(10, 10, [[0, 50]])
    one.aim(15, 0, 0)
    one.step(0, 0)
    assert one.dim == 1000
    one.aim(40, 0, 0)
    one.step(0, 0)
    assert one.dim == 2000


def test_check_of_constant_light_output():
    assert check_lamp.check([]) == []
    assert check_lamp.check([[0, 80], [20000, 100]]) == []
    for wrong in (
        [3], [None], [[0]], [[0, 80, 1]], [["0", 80]], [[0, 80.0]], [[0, True]], [[0, 0]], [[0, 101]], [[-1, 80]],
        [[0, 80], [0, 90]], [[5, 80], [4, 90]], [[1000001, 90]], [{}],
    ):  # fmt: skip
        problems = check_lamp.check(wrong)
        assert len(problems) == 1 and problems[0].startswith("lamp.constantLightOutput["), wrong


def test_it_has_arrived_when_the_ramp_is_over_even_at_a_level_it_cannot_dim_to():
    one = Lamp(10, 10, [])
    assert one.arrived
    one.aim(3, 2, 1000)
    assert not one.arrived
    settle(one, 1000)
    assert one.arrived and one.level == 10 and one.target == 3


def test_it_has_not_arrived_while_the_relay_rests_or_has_yet_to_open():
    one = Lamp(10, 10, [])
    one.aim(0, 1, 0)
    one.step(0, 0)
    assert not one.arrived
    one.step(1000, 0)
    assert one.arrived and not one.relay
    one.aim(100, 0, 1500)
    one.step(1500, 0)
    assert not one.arrived  # 10 s of rest for the inrush current
    settle(one, 2000)
    assert one.arrived and one.level == 100
