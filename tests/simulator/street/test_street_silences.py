"""Poles that are cut off in a simulated run: the record's communicationFailure, which a scenario may expect."""

from __future__ import annotations

import pytest

from host_tools.broker.mosquitto import find_mosquitto
from tests.simulator.streets import NIGHT, Lived, live

EXPECT = 'expect = ["communicationFailure"]'


def happening(kind: str, at: str, until: str = "", rest: str = EXPECT) -> str:
    return f'[[happening]]\nkind = "{kind}"\nat = "{at}"\n' + (f'until = "{until}"\n' if until else "") + rest + "\n"


def failures(lived: Lived) -> list[tuple[str, bool, int]]:
    start = lived.street.time.start_unix
    return [
        (one.pole, one.starts, one.timestamp - start)
        for one in lived.street.recorder.events
        if one.event_type == "communicationFailure"
    ]


def test_a_network_that_is_gone_is_noticed_by_the_wills_and_over_when_the_poles_are_back() -> None:
    lived = live(
        1, poles=4, start=NIGHT, scenario=happening("network_outage", "20:10", "20:30", EXPECT + '\npole = "P0002"')
    )
    assert lived.report["detection"]["missed"] == lived.report["detection"]["false_alarms"] == []
    assert lived.report["detection"]["expected"] == lived.report["detection"]["detected"] == 1
    (pole, starts, begins), (_, ends, until) = failures(lived)
    assert (pole, starts, ends) == ("P0002", True, False)
    assert 600 < begins <= 695  # one and a half keepalives of 60 s, and a second until the broker looks
    assert 1800 <= until < 1800 + 300
    assert not any("communicationFailure" in line for line in lived.text)


def test_without_the_broker_every_pole_is_cut_off_after_a_minute() -> None:
    lived = live(0.7, poles=3, start=NIGHT, scenario=happening("broker_down", "20:10", "20:20"))
    assert lived.report["detection"]["missed"] == lived.report["detection"]["false_alarms"] == []
    assert lived.report["detection"]["detected"] == 3
    assert [one for one in failures(lived) if one[1]] == [(f"P000{n}", True, 660) for n in (1, 2, 3)]
    assert all(1200 <= at < 1500 for _pole, starts, at in failures(lived) if not starts)


def test_half_a_minute_without_the_broker_is_no_failure() -> None:
    assert failures(live(0.3, start=NIGHT, scenario=happening("broker_down", "20:05", "20:05:30", ""))) == []


@pytest.mark.skipif(not find_mosquitto(), reason="Mosquitto is not on this machine")
def test_with_a_real_broker_it_is_the_same() -> None:
    lived = live(
        0.5, poles=3, start=NIGHT, scenario=happening("broker_down", "+5m", "+15m"), broker="embedded", speed=120.0
    )
    assert lived.report["detection"]["missed"] == []
    begun = {pole: at for pole, starts, at in failures(lived) if starts}
    assert sorted(begun) == ["P0001", "P0002", "P0003"]
    assert all(300 <= at <= 480 for at in begun.values())  # in its last moments it may publish some wills
    assert all(at >= 900 for _pole, starts, at in failures(lived) if not starts)
