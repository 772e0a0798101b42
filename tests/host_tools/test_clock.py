"""The site's time, real or simulated."""

import pytest

from host_tools.clock import SiteClock


class Times:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_without_a_simulator_it_is_the_real_time() -> None:
    clock = SiteClock(monotonic=Times(), wall=lambda: 1795501800.5)
    assert (clock.now(), clock.simulated, clock.factor) == (1795501800.5, False, 1.0)


def test_simulated_time_runs_on_at_its_factor_until_it_is_told_again() -> None:
    times = Times()
    clock = SiteClock(monotonic=times)
    assert clock.feed(b'{"unix": 1795501800, "factor": 120}')
    times.now += 2
    assert clock.now() == 1795501800 + 240
    assert clock.feed(b'{"unix": 1795502000, "factor": 60}')
    assert clock.now() == 1795502000


def test_an_empty_payload_ends_the_simulation() -> None:
    clock = SiteClock(monotonic=Times(), wall=lambda: 5.0)
    clock.feed(b'{"unix": 1795501800, "factor": 120}')
    clock.feed(b"")
    assert (clock.now(), clock.simulated) == (5.0, False)


@pytest.mark.parametrize(
    "payload",
    [b"\xff\xfe", b"[]", b"{}", b'{"unix": "x"}', b'{"unix": NaN}', b'{"unix": 1, "factor": -1}', b"[" * 100_000,
     b'{"unix": 1e400}', b'{"unix": null}'],
)  # fmt: skip
def test_rubbish_changes_nothing(payload: bytes) -> None:
    clock = SiteClock(monotonic=Times(), wall=lambda: 5.0)
    assert not clock.feed(payload)
    assert clock.now() == 5.0
