"""A street of real firmware under CPython: what people living there, and the city, would notice."""

import json

from pole.wire import contract
from tests.simulator.streets import HOUR_MS, MINUTE_MS, NIGHT, City, live, watch_light

QUIET_NIGHT_H = 15.5  # from an hour before sunset until after sunrise


def happening(kind: str, at: str, until: str = "", **fields: str) -> str:
    lines = ["[[happening]]", f'kind = "{kind}"', f'at = "{at}"', *([f'until = "{until}"'] if until else [])]
    return "\n".join([*lines, *(f"{name} = {value}" for name, value in fields.items()), ""])


def test_a_quiet_night_is_lit_and_reported() -> None:
    lived = live(QUIET_NIGHT_H, poles=6)
    report = lived.report
    assert report["dark_minutes"] == 0
    assert report["pole_nights"] > 5.9
    assert report["totals"] == {"boots_powerOn": 6, "failures": 0, "reported": 6, "steps": report["totals"]["steps"]}
    assert report["detection"]["false_alarms"] == []
    for kinds in lived.street.recorder.reported.values():
        assert kinds == {contract.PRESENCE, contract.BIRTH, contract.STATE, contract.METER, contract.TIME}
    # on before dusk, dimmed late, off after sunrise, and each time said why, whose, and until when
    states = [state for _ms, state in lived.said("P0002", contract.STATE)]
    assert {0, 70, 100} <= {state["target"] for state in states}
    night = next(state for state in states if state["target"] == 70)
    assert (night["owner"], night["reason"]) == ("calendar", "main-road: 23:30")
    assert night["until"] == lived.street.time.local_ms(lived.street.time.local(0).replace(
        tzinfo=None, day=25, hour=4, minute=30)) // 1000 + lived.street.time.start_unix  # fmt: skip


def test_a_boot_at_two_in_the_morning_gives_the_level_of_two_in_the_morning() -> None:
    lived = live(1, start="2026-11-25T02:00")
    first_ms, first = lived.said("P0002", contract.STATE)[0]
    assert (first["target"], first["reason"]) == (70, "main-road: 23:30")
    assert first_ms < 2 * MINUTE_MS
    assert lived.report["dark_minutes"] == 0


def back_online(lived, from_ms: int) -> list[int]:
    """When each pole was first heard to be online again, in order of time."""
    out = []
    for name in lived.street.poles:
        times = [ms for ms, said in lived.said(name, contract.PRESENCE) if said["online"] and ms >= from_ms]
        assert times, f"{name} did not come back"
        out.append(times[0])
    return sorted(out)


def test_a_broker_gone_for_ten_minutes_is_not_noticed_by_any_lamp() -> None:
    lights = {}
    lived = live(
        1.5, poles=20, start=NIGHT, scenario=happening("broker_down", "20:30", "20:40"),
        begin=lambda street: lights.update(watch_light(street)),
    )  # fmt: skip
    up = 40 * MINUTE_MS
    times = back_online(lived, up)
    assert times[-1] - up < 3 * MINUTE_MS
    assert times[-1] - times[0] > 30_000  # spread, not a storm
    for second in range(times[0] // 1000, times[-1] // 1000 + 1):
        assert sum(1 for ms in times if ms // 1000 == second) <= 4
    assert lived.report["totals"]["boots_powerOn"] == 20
    assert not any(name.startswith("boots_") and name != "boots_powerOn" for name in lived.report["totals"])
    for name in lived.street.poles:
        assert len(lived.targets(name, 10 * MINUTE_MS, 85 * MINUTE_MS)) == 1
        assert [light for ms, light in lights[name] if ms > 10 * MINUTE_MS] == []
    births = [ms for ms, _ in lived.said("P0001", contract.BIRTH)]
    assert len(births) == 2  # a broker that was restarted has forgotten who the poles are
    assert births[1] > up


def test_a_command_sent_while_the_broker_is_down_is_lost_and_nothing_else() -> None:
    down = happening("broker_down", "+10m", "+20m")
    lived = live(0.5, poles=2, start=NIGHT, scenario=down + happening("command", "+15m", level="40", minutes="10"))
    assert lived.acks("P0001") == []
    assert lived.said("_all", contract.COMMAND) == []
    assert lived.targets("P0002", 0, 30 * MINUTE_MS) == {100}


def test_an_hour_without_network_changes_no_lamp_and_everyone_comes_back() -> None:
    lights = {}
    lived = live(
        2.5, poles=12, start=NIGHT, scenario=happening("network_outage", "20:30", "21:30"),
        begin=lambda street: lights.update(watch_light(street)),
    )  # fmt: skip
    up = 90 * MINUTE_MS
    times = back_online(lived, up)
    assert times[-1] - up < 4 * MINUTE_MS
    assert times[-1] - times[0] > 5000
    assert len({ms // 1000 for ms in times}) >= 6
    assert lived.report["totals"]["boots_powerOn"] == 12
    for name in lived.street.poles:
        assert [light for ms, light in lights[name] if 10 * MINUTE_MS < ms < 110 * MINUTE_MS] == []
        # the city was told: the broker missed their pings and published the will
        gone = [ms for ms, said in lived.said(name, contract.PRESENCE) if not said["online"]]
        assert gone
        assert 30 * MINUTE_MS < gone[0] < 34 * MINUTE_MS
    assert lived.report["dark_minutes"] == 0


def test_a_power_cut_is_noticed_by_the_broker_from_silence_alone() -> None:
    lived = live(1, start=NIGHT, scenario=happening("power_cut", "20:20", "20:40", pole='"P0001"'))
    gone = [ms for ms, said in lived.said("P0001", contract.PRESENCE) if not said["online"]]
    assert len(gone) == 1
    assert 20.2 * MINUTE_MS < gone[0] < 22 * MINUTE_MS  # one and a half times the keepalive of 60 s, at most
    assert lived.said("P0002", contract.PRESENCE)[-1][1]["online"]
    assert lived.report["totals"]["boots_powerOn"] == 3
    assert lived.said("P0001", contract.BIRTH)[-1][1]["bootCount"] == 2
    assert lived.report["dark_minutes"] == 0


def test_a_ward_that_lost_its_feeder_does_not_come_back_in_the_same_second() -> None:
    lived = live(0.5, poles=20, start=NIGHT, scenario=happening("feeder_trip", "20:10", "20:12", pole='"P0001"'))
    times = back_online(lived, 12 * MINUTE_MS)
    assert times[-1] - times[0] > 15_000
    assert max(sum(1 for ms in times if ms // 1000 == second) for second in {ms // 1000 for ms in times}) <= 5
    assert lived.report["dark_minutes"] == 0


def test_without_a_clock_the_photocell_lights_the_street_by_dusk_and_the_time_is_taken_again() -> None:
    lived = live(4.5, scenario=happening("clock_lost", "16:45", "19:00", pole='"P0001"'))
    states = lived.said("P0001", contract.STATE)
    lost = [(ms, said) for ms, said in states if said["clock"] == "unknown"]
    assert lost
    assert {said["owner"] for _ms, said in lost} <= {"photocell", "default"}
    assert lost[-1][1]["target"] == 100
    assert lost[-1][1]["owner"] == "photocell"
    assert lost[-1][1]["at"] is None
    # it was day, and it had no more than the light of one photocell for that
    assert lost[1][1]["reason"] == "clock unknown, daylight unconfirmed"
    assert {said["target"] for _ms, said in lost} == {100}
    assert states[-1][1]["clock"] == "synced"
    assert states[-1][1]["owner"] == "calendar"
    assert next(ms for ms, said in states if ms > 2 * HOUR_MS and said["clock"] == "synced") < 4.2 * HOUR_MS
    assert "unknown" not in {said["clock"] for _ms, said in lived.said("P0002", contract.STATE)}
    assert lived.report["dark_minutes"] == 0


def without(street, pole: str, table: str) -> None:
    """Takes a part off the board of *pole* before it is powered."""
    path = street.folder / pole / "vfs" / "board.json"
    board = json.loads(path.read_text())
    del board[table]
    path.write_text(json.dumps(board))


def test_without_a_clock_and_without_a_photocell_the_lamp_is_on_day_and_night() -> None:
    def begin(street):
        without(street, "P0001", "photocell")
        City(street).look(3 * HOUR_MS, "afternoon")

    lived = live(8, start="2026-11-24T12:00", begin=begin, scenario=happening("clock_lost", "13:00", pole='"P0001"'))
    lost = [said for ms, said in lived.said("P0001", contract.STATE) if ms > 1.1 * HOUR_MS]
    assert {(said["clock"], said["owner"], said["target"]) for said in lost} == {("unknown", "default", 100)}
    assert lived.report["dark_minutes"] == 0


def test_a_board_with_nothing_but_relay_and_dimmer_lights_its_street() -> None:
    def begin(street):
        for table in ("photocell", "rtc", "meter", "accelerometer", "door", "leakage", "gear"):
            without(street, "P0001", table)

    lived = live(QUIET_NIGHT_H, poles=1, begin=begin)
    assert lived.street.failures() == []
    assert lived.report["dark_minutes"] == 0
    assert "supplyVoltage" not in lived.said("P0001", contract.METER)[-1][1]
    assert lived.said("P0001", contract.BIRTH)[0][1]["capabilities"] == ["dimmer", "relay"]


def test_a_dead_lamp_is_excused_and_nothing_else_is() -> None:
    open_lamp = happening("lamp_open", "20:00", "21:00", pole='"P0001"')
    assert live(6, scenario=open_lamp).report["dark_minutes"] == 0

    def unplug(street):
        plant = street.poles["P0001"].plant
        real = plant.light
        # not injected: the lamp gives no light, at any level the firmware reports
        street.kernel.at(
            3 * HOUR_MS, lambda: (setattr(plant, "light", lambda now: 0.0), street.poles["P0001"].tell_light())
        )
        street.kernel.at(4 * HOUR_MS, lambda: (setattr(plant, "light", real), street.poles["P0001"].tell_light()))

    dark = live(6, begin=unplug).report
    assert abs(dark["dark_minutes"] - 60) < 0.1
    assert list(dark["dark_minutes_by_pole"]) == ["P0001"]
