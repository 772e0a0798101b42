"""What a pole raises reaches the city: across power cuts and outages, once for each id, in order, and again later."""

import json

import pytest

from pole.wire import contract
from tests.simulator.streets import HOUR_MS, MINUTE_MS, NIGHT, City, Lived, live, stored

ENGINES = pytest.mark.parametrize("engine", ["cpython", "micropython"])
CUT = '[[happening]]\nkind = "power_cut"\nat = "+{}m"\nuntil = "+{}m"\n'
OUTAGE = '[[happening]]\nkind = "network_outage"\nat = "+{}m"\nuntil = "+{}m"\n'


def events(lived: Lived, pole: str = "P0001") -> list[dict]:
    return [event for _ms, event in lived.said(pole, contract.EVENT)]


def sequences(found: list[dict]) -> list[int]:
    return [int(event["id"].partition("-")[2]) for event in found]


@ENGINES
def test_a_power_cut_is_told_once_the_supply_is_back(engine: str) -> None:
    lived = live(2, poles=2, start=NIGHT, engine=engine, scenario=CUT.format(60, 61) + 'expect = ["supplyLoss"]\n')
    assert lived.street.failures() == []
    detection = lived.report["detection"]
    assert (detection["detected"], detection["missed"], detection["false_alarms"]) == (2, [], [])
    for pole in ("P0001", "P0002"):
        start, end = events(lived, pole)
        back = lived.street.time.start_unix + 61 * 60
        assert (start["eventType"], start["startEndFlag"], end["startEndFlag"]) == ("supplyLoss", True, False)
        assert back <= start["timestamp"] <= back + 3
        assert 0 <= back - 60 - start["attributes"]["lastAlive"] <= 15 * 60
        assert not start["replayed"] and sequences([start, end]) == [1, 2]
        birth = lived.said(pole, contract.BIRTH)[-1][1]
        assert birth["journal"] == {"epoch": start["id"].partition("-")[0], "first": 1, "last": 2}
        assert birth["resetCause"] == "powerOn" and birth["safeMode"] is False
    assert events(lived, "P0001")[0]["id"] != events(lived, "P0002")[0]["id"]


@ENGINES
def test_what_happened_without_network_comes_later_in_order_and_says_so(engine: str) -> None:
    happenings = OUTAGE.format(10, 190) + "".join(CUT.format(at, at + 1) for at in (30, 70, 110, 150))
    lived = live(4, poles=1, start=NIGHT, engine=engine, scenario=happenings)
    every = events(lived)
    assert sequences(every) == list(range(1, len(every) + 1))
    found = [event for event in every if event["eventType"] == "supplyLoss"]
    assert len(found) == 8
    # without network the clock chip is the only witness after a start: it dates these, and the clock counts as lost
    assert {event["eventType"] for event in every} == {"supplyLoss", "clockLost"}
    assert len({event["id"].partition("-")[0] for event in found}) == 1
    assert all(event["replayed"] for event in found)
    begins = lived.street.time.start_unix
    assert [round((event["timestamp"] - begins) / 60) for event in found[::2]] == [31, 71, 111, 151]
    assert lived.said("P0001", contract.EVENT)[0][0] >= 190 * MINUTE_MS
    assert lived.report["dark_minutes"] == 0


@ENGINES
def test_a_supply_that_is_cut_again_and_again_displaces_no_fault_of_the_lamp(engine: str) -> None:
    happenings = OUTAGE.format(4, 60) + CUT.format(5, 6)
    lived = live(0.2, poles=1, start=NIGHT, engine=engine, scenario=happenings)
    files = stored(lived.street.poles["P0001"].pole.flash)
    journal = {name[-2:]: files.read(name) for name in files.names() if name.startswith("j0")}
    assert journal[".r"].count(b"supplyLoss") == 2  # routine records are the first to go where there is no room
    assert b"clockLost" in journal[".f"] and b"supplyLoss" not in journal[".f"]


@ENGINES
def test_events_are_sent_again_when_the_city_asks(engine: str) -> None:
    def begin(street) -> None:
        city = City(street)

        def ask() -> None:
            own = [event for event in street.recorder.events if event.event_type == "supplyLoss"]
            epoch = own[0].id.partition("-")[0]
            for n, wanted in enumerate(({"from": 2, "to": 2**30 - 1}, {"from": 3, "to": 3}, {"from": 2, "to": 1})):
                city.send(
                    street.kernel.now_ms + 1 + n, json.dumps({"type": "resend", "epoch": epoch, **wanted}), n=9 + n
                )
            strange = {"type": "resend", "epoch": "0123456789ab", "from": 1, "to": 2}
            city.send(street.kernel.now_ms + 9, json.dumps(strange), n=20)

        street.kernel.at(100 * MINUTE_MS, ask)

    happenings = CUT.format(30, 31) + CUT.format(60, 61)
    lived = live(2, poles=1, start=NIGHT, engine=engine, scenario=happenings, begin=begin)
    found = events(lived)
    assert sequences(found) == [1, 2, 1, 2, 3, 4, 2, 3, 4, 3]  # the second life did not know that 1 and 2 had arrived
    for again in found[6:]:
        first = next(event for event in found if event["id"] == again["id"])
        assert again["replayed"] and again == {**first, "replayed": True}
    assert [(ack["n"], ack["outcome"], ack["reason"]) for ack in lived.acks()] == [
        (9, "applied", ""), (10, "applied", ""), (11, "rejected", "badField"), (20, "rejected", "unknownReference"),
    ]  # fmt: skip
    assert "to is 1 and must be a whole number from 2 to" in lived.acks()[2]["detail"]


@ENGINES
def test_an_hour_of_outage_and_a_reset_in_it_leave_the_counters_within_a_quarter_of_an_hour(engine: str) -> None:
    lived = live(3, poles=1, start=NIGHT, engine=engine, scenario=CUT.format(119, 120))
    hours = [(ms, meter["operatingHours"]) for ms, meter in lived.said("P0001", contract.METER)]
    before = max(hour for ms, hour in hours if ms < 2 * HOUR_MS)
    after = next(hour for ms, hour in hours if ms > 2 * HOUR_MS)
    assert before - 0.25 <= after <= before + 0.1
