"""Ctrl-C at a pole's console: the lamp is held, the watchdog is fed, and the pole comes back by itself."""

from __future__ import annotations

from simulator.street.street import Street
from tests.simulator.streets import MINUTE_MS, NIGHT, live, watch_light


def test_a_pole_left_in_maintenance_is_back_at_work_after_ten_minutes() -> None:
    printed: list[str] = []
    lights: list[dict[str, list[tuple[int, float]]]] = []

    def begin(street: Street) -> None:
        lights.append(watch_light(street))
        pole = street.poles["P0001"].pole
        street.kernel.at(5 * MINUTE_MS, lambda: pole.type(b"\x03"))
        street.kernel.at(6 * MINUTE_MS, lambda: printed.append(pole.printed))

    lived = live(0.4, poles=1, start=NIGHT, begin=begin, engine="micropython")
    pole = lived.street.poles["P0001"].pole
    assert "diya: maintenance, the lamp is held" in printed[0]
    assert (pole.resets, pole.failures) == ({"powerOn": 1, "reset": 1}, [])
    assert min(light for _ms, light in lights[0]["P0001"]) > 0.9
    ((at, birth),) = [found for found in lived.said("P0001", "birth") if found[1]["bootCount"] == 2]
    assert 15 * MINUTE_MS <= at < 18 * MINUTE_MS
    assert birth["resetCause"] == "hard"
