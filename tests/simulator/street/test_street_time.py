"""The time of poles on a street: who gives it, who is believed, and what is said when witnesses disagree."""

from __future__ import annotations

from typing import Any

import pytest

from host_tools.boards import load_board
from pole.lighting.photocell import Photocell
from pole.link.addresses import QUIET_MS
from pole.wire import contract
from simulator.hardware.dram import HANDSHAKE_MS
from simulator.street.street import Street
from tests.simulator.streets import HOUR_MS, MINUTE_MS, live, watch_light

KEYS = {"keys": {"P0001": "5f" * 32, "W01": "1c" * 32}}


def events(lived: Any, event_type: str) -> list[dict[str, Any]]:
    return [event for _ms, event in lived.said("P0001", contract.EVENT) if event["eventType"] == event_type]


def without_chip(street: Street) -> None:
    for stage in street.poles.values():
        assert stage.wiring.clock
        stage.wiring.clock.lose()


def test_a_pole_without_a_clock_chip_has_the_time_within_a_minute_by_servers_and_city() -> None:
    lived = live(0.1, poles=1, begin=without_chip, settings=KEYS)
    first = next((ms, said) for ms, said in lived.said("P0001", contract.STATE) if said["clock"] == "synced")
    assert first[0] < MINUTE_MS
    assert first[1]["clockBy"] == ["network", "city"]


def test_without_the_city_servers_alone_are_no_time_and_the_lamp_burns() -> None:
    def begin(street: Street) -> None:
        without_chip(street)
        street.city_time.answers = lambda pole: False

    lived = live(1, poles=1, start="2026-11-24T20:00", begin=begin)
    states = [said for _ms, said in lived.said("P0001", contract.STATE)]
    assert {said["clock"] for said in states} == {"unknown"}
    assert states[-1]["clockBy"] == ["network"]
    assert lived.report["dark_minutes"] == 0


def test_a_city_whose_clock_is_wrong_moves_nothing_and_is_told_apart() -> None:
    def begin(street: Street) -> None:
        street.city_time.unix_ms = lambda: street.unix_ms() + 5 * 365 * 86400 * 1000

    lived = live(2.5, poles=1, start="2026-11-24T20:00", begin=begin, settings=KEYS)
    start = lived.street.time.start_unix
    assert all(abs(said["at"] - start - ms // 1000) <= 2 for ms, said in lived.said("P0001", contract.STATE)[1:])
    (told,) = events(lived, "clockDisagreement")
    assert told["startEndFlag"] is True
    assert told["attributes"]["agreed"] is True
    assert abs(told["attributes"]["city"] - 5 * 365 * 86400) <= 2
    assert lived.report["dark_minutes"] == 0


def test_a_clock_chip_that_is_twelve_hours_wrong_costs_no_more_than_its_first_90_s() -> None:
    def begin(street: Street) -> None:
        clock = street.poles["P0001"].wiring.clock
        assert clock
        clock.set_unix(street.time.start_unix + 43200)  # with the mark of a time that was agreed

    scenario = '[[happening]]\npole = "P0001"\nkind = "network_outage"\nat = "+1s"\n'
    lived = live(2, poles=1, start="2026-11-24T20:00", begin=begin, scenario=scenario)
    assert lived.report["dark_minutes"] <= 1.6
    lived = live(1, poles=1, start="2026-11-24T20:00", begin=begin)
    assert lived.report["dark_minutes"] <= 1
    assert lived.said("P0001", contract.STATE)[-1][1]["clock"] == "synced"


def test_a_key_that_is_shared_cannot_set_the_time() -> None:
    def begin(street: Street) -> None:
        without_chip(street)

    lived = live(0.2, poles=1, begin=begin, settings={"keys": {"W01": "1c" * 32}})
    assert not lived.said("P0001", contract.TIME)
    assert {said["clock"] for _ms, said in lived.said("P0001", contract.STATE)} == {"unknown"}


def test_look_ups_that_block_the_chip_are_seldom_and_never_near_what_the_light_does() -> None:
    lights: list[dict[str, list[tuple[int, float]]]] = []
    scenario = '[[happening]]\npole = "P0001"\nkind = "names_unanswered"\nat = "+10m"\n'
    scenario += '[[happening]]\nkind = "broker_down"\nat = "+10m"\nallow = ["communicationFailure"]\n'
    quiet = live(4, poles=1, begin=lambda street: lights.append(watch_light(street)))
    lived = live(4, poles=1, scenario=scenario, begin=lambda street: lights.append(watch_light(street)))
    stalls = lived.street.poles["P0001"].pole.stalls
    assert 3 < len(stalls) < 40
    assert sum(1 for ms, _lasted in stalls if ms >= 3 * HOUR_MS) <= 6
    lit, lit_then = (next(ms for ms, light in seen["P0001"] if light > 0 and ms > MINUTE_MS) for seen in lights)
    assert abs(lit_then - lit) <= 1000  # the lamp comes on at dusk as if nothing had blocked
    assert not [ms for ms, lasted in stalls if ms <= lit < ms + lasted]
    assert quiet.report["dark_minutes"] == lived.report["dark_minutes"] == 0
    assert lived.street.failures() == []
    # the watchdog: what blocks, and the longest pause of the control task before it, fit twice
    longest = max(lasted for _ms, lasted in stalls)
    assert 2 * longest + 30_000 < load_board("virtual")["watchdog"]["timeout_s"] * 1000
    assert set(lived.street.resets()) == {"powerOn"}


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_handshakes_that_block_the_chip_wait_until_the_lamp_is_lit(engine: str) -> None:
    lights: list[dict[str, list[tuple[int, float]]]] = []
    # the lamp is switched on after 2,844 s, in 30 s
    scenario = '[[happening]]\nkind = "broker_down"\nat = "+46m"\nuntil = "+2819s"\n'
    scenario += 'allow = ["communicationFailure"]\n'
    lived = live(
        0.9, poles=1, engine=engine, scenario=scenario, files={"ca.pem": b"the model's"},
        settings={"link.tls": 1, "report.spread": 0, "link.maximumBackoff": 2}, heap_bytes=224 * 1024,
        begin=lambda street: lights.append(watch_light(street, 100)),
    )  # fmt: skip
    stalls = lived.street.poles["P0001"].pole.stalls
    light = [(ms, level) for ms, level in lights[0]["P0001"] if ms > MINUTE_MS]
    begun, arrived = light[0][0], next(ms for ms, level in light if level > 0.99)
    (first, _lasted), (second, lasted) = stalls
    assert first < MINUTE_MS and lasted == HANDSHAKE_MS
    assert begun - first > QUIET_MS and arrived <= second < arrived + 20_000
    assert lived.report["dark_minutes"] == 0


def test_look_ups_wait_while_a_photocell_without_a_clock_sees_the_dusk(monkeypatch: pytest.MonkeyPatch) -> None:
    update = Photocell.update
    seen: list[int] = []  # when the dusk was seen and not yet believed, ms
    streets: list[Street] = []

    def look(photocell: Photocell, *reading: Any) -> bool:
        dark = bool(update(photocell, *reading))
        if not dark and photocell.since is not None:
            seen.append(streets[0].kernel.now_ms)
        return dark

    monkeypatch.setattr(Photocell, "update", look)
    scenario = ""
    for kind, where in (("clock_lost", "P0001"), ("names_unanswered", "P0001"), ("broker_down", "")):
        scenario += f'[[happening]]\nkind = "{kind}"\nat = "+50m"\nallow = ["communicationFailure"]\n'
        scenario += f'pole = "{where}"\n' if where else ""
    settings = {"link.backoff": 1, "link.maximumBackoff": 1, "photocell.delay": 300}
    lived = live(1.6, poles=1, scenario=scenario, settings=settings, begin=streets.append)
    stalls = [ms for ms, _lasted in lived.street.poles["P0001"].pole.stalls]
    assert seen[-1] - seen[0] >= 200_000
    assert stalls and not [ms for ms in stalls if seen[0] <= ms <= seen[-1]]
    assert lived.report["dark_minutes"] == 0
