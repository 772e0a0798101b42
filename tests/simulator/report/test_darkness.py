"""Dark minutes: what counts and what does not."""

from datetime import datetime

from simulator.report.darkness import BY_COMMANDS, BY_FAULTS, Darkness
from tests.simulator.small_site import HOUR_MS, pole, run_time

MINUTE_MS = 60_000
MIDNIGHT = 12 * HOUR_MS
END = 24 * HOUR_MS
DUSK = datetime(2026, 11, 24, 17, 51, 30)  # about


def judge(*changes: tuple[int, float, bool], lit_percent: float = 10) -> float:
    """Dark minutes of P0001, lit from the start, after *changes*."""
    darkness = Darkness([pole(1)], lit_percent, run_time())
    darkness.change("P0001", 0, 1.0, False)
    for at, light, excused in changes:
        darkness.change("P0001", at, light, excused)
    darkness.finish(END)
    return darkness.total_minutes()


def test_a_street_lit_from_dusk_to_dawn_has_none() -> None:
    assert judge() == 0.0
    off, on = 4 * HOUR_MS, 5 * HOUR_MS + 30 * MINUTE_MS  # off in the afternoon, on three minutes after sunset
    assert judge((off, 0.0, False), (on, 1.0, False), (18 * HOUR_MS + 50 * MINUTE_MS, 0.0, False)) == 0.0


def test_dark_time_is_counted_to_the_millisecond() -> None:
    assert abs(judge((MIDNIGHT, 0.0, False), (MIDNIGHT + 1, 1.0, False)) - 1 / 60_000) < 1e-9
    dark = judge((MIDNIGHT, 0.0, False), (MIDNIGHT + 90_000, 0.05, False), (MIDNIGHT + 120_000, 0.5, False))
    assert abs(dark - 2.0) < 1e-9


def test_only_the_part_after_dusk_counts() -> None:
    dark = judge((4 * HOUR_MS, 0.0, False), (6 * HOUR_MS, 1.0, False))  # 16:00 to 18:00
    expected = (datetime(2026, 11, 24, 18) - DUSK).total_seconds() / 60
    assert abs(dark - expected) < 0.5


def test_exactly_lit_percent_is_lit() -> None:
    assert judge((MIDNIGHT, 0.10, False), (MIDNIGHT + MINUTE_MS, 1.0, False)) == 0.0
    assert judge((MIDNIGHT, 0.30, False), (MIDNIGHT + MINUTE_MS, 1.0, False), lit_percent=50) == 1.0


def test_an_excused_pole_may_be_dark_until_the_excuse_ends() -> None:
    cut = (MIDNIGHT, 0.0, True)
    boot = (MIDNIGHT + 10 * MINUTE_MS, 0.0, False)  # mains are back, the lamp is not
    lit = (MIDNIGHT + 10 * MINUTE_MS + 3000, 1.0, False)
    assert abs(judge(cut, boot, lit) - 3 / 60) < 1e-9


def test_a_pole_that_never_gave_light_is_dark_all_night() -> None:
    darkness = Darkness([pole(1), pole(2)], 10, run_time())
    darkness.change("P0002", 0, 1.0, False)
    darkness.finish(END)
    assert 12 * 60 < darkness.minutes()["P0001"] < 13 * 60
    assert list(darkness.minutes()) == ["P0001"]
    assert [(spell.pole, spell.at_ms) for spell in darkness.spells] == [("P0001", 0)]
    assert abs(darkness.nights_lived(END) - 2.0) < 1e-9
    assert 0.4 < darkness.nights_lived(MIDNIGHT) / 2 < 0.6


def test_each_pole_is_judged_by_its_own_sun() -> None:
    east, west = pole(1, longitude=79.74), pole(2, longitude=77.74)
    darkness = Darkness([east, west], 10, run_time())
    for name in ("P0001", "P0002"):
        darkness.change(name, 6 * HOUR_MS, 1.0, False)
    darkness.finish(END)
    assert 7.5 < darkness.minutes()["P0001"] - darkness.minutes()["P0002"] < 8.5  # 4 minutes a degree


def test_darkness_is_told_by_what_it_is_due_to() -> None:
    darkness = Darkness([pole(1)], 10, run_time())
    for minute, light, faulty, ordered_off in (
        (0, 0.0, True, True),  # a fault, with any command to the lamp
        (5, 0.0, False, True),
        (7, 0.0, False, False),
        (8, 0.0, True, False),
        (20, 1.0, False, False),
    ):
        darkness.change("P0001", MIDNIGHT + minute * MINUTE_MS, light, faulty, ordered_off)
        if not minute:
            before = darkness.total_minutes()  # of a pole that was never heard of until then
    darkness.finish(END)
    assert abs(darkness.total_minutes(BY_FAULTS) - 17) < 1e-6
    assert abs(darkness.total_minutes(BY_COMMANDS) - 2) < 1e-6
    assert abs(darkness.total_minutes() - before - 1) < 1e-6
