"""Which alerts are obeyed by themselves, and from when until when; what refers to what."""

from __future__ import annotations

from typing import Any

import pytest

from host_tools.city.doors.cap_judging import ASK, END, LIGHT, SHOW, Verdict, judge, refers
from host_tools.city.doors.cap_reading import read
from host_tools.site.door_files import CapSettings
from tests.host_tools.city.doors.cap_samples import IST, SENDER, alert, iso

NOW = 1_795_542_000
HOUR = 3600
SETTINGS = CapSettings(senders=frozenset([SENDER]))


def verdict(now: int = NOW, **other: Any) -> Verdict:
    return judge(read(alert(NOW, **other), IST), SETTINGS, now)


@pytest.mark.parametrize(
    ("other", "does", "said"),
    [
        ({}, LIGHT, ""),
        ({"urgency": "Expected", "severity": "Extreme"}, LIGHT, ""),
        ({"sender": "stranger"}, ASK, "stranger is no sender in [cap]"),
        ({"urgency": "Future"}, ASK, "urgency is Future and its severity Severe"),
        ({"urgency": "Past"}, ASK, "urgency is Past"),
        ({"severity": "Moderate"}, ASK, "severity Moderate"),
        ({"severity": None}, ASK, "severity -"),
        ({"expires": "soon"}, ASK, "Its expires cannot be read"),
        ({"status": "Test"}, SHOW, "Its status is Test and not Actual"),
        ({"status": "Exercise", "msgType": "Cancel"}, SHOW, "Its status is Exercise"),
        ({"msgType": "Ack"}, SHOW, "It is an Ack"),
        ({"msgType": "Cancel"}, END, ""),
        ({"msgType": "Update", "responseType": "AllClear"}, END, "all is clear"),
        ({"responseType": "AllClear"}, ASK, "urgency"),
        ({"expires": iso(NOW - 1), "sent": iso(NOW - 600)}, SHOW, "over already"),
        ({"sent": iso(NOW - 3 * HOUR), "expires": None}, SHOW, "over already"),
        ({"effective": iso(NOW + 8 * 86400), "expires": iso(NOW + 9 * 86400)}, ASK, "more than 7 days ahead"),
    ],
)
def test_what_is_done_with_an_alert(other: dict[str, Any], does: str, said: str) -> None:
    found = verdict(**other)
    assert found.does == does
    assert said in str(found.why or "")


@pytest.mark.parametrize(
    ("other", "begins", "ends"),
    [
        ({}, 0, HOUR),
        ({"expires": None}, 0, 2 * HOUR),
        ({"expires": iso(NOW + 3 * 86400)}, 0, 24 * HOUR),
        ({"effective": iso(NOW + 5 * HOUR), "expires": iso(NOW + 9 * HOUR)}, 5 * HOUR, 9 * HOUR),
        ({"onset": iso(NOW + 5 * HOUR), "expires": iso(NOW + 9 * HOUR)}, 4 * HOUR, 9 * HOUR),
        ({"onset": iso(NOW + 600)}, 0, HOUR),
        ({"effective": iso(NOW - 40 * 86400), "onset": iso(NOW - 40 * 86400)}, 0, HOUR),  # older than it was sent
        ({"onset": iso(NOW + 5 * HOUR)}, 0, HOUR),  # it begins after its end: then it is now
    ],
)
def test_from_when_until_when_it_lights(other: dict[str, Any], begins: int, ends: int) -> None:
    found = verdict(**other)
    assert (found.begins - NOW, found.ends - NOW) == (begins, ends)


def test_of_several_infos_the_grave_ones_count_and_the_english_headline() -> None:
    second = (
        f"</info><info><language>hi</language><event>बाढ़</event><urgency>Immediate</urgency><severity>Extreme</severity>"
        f"<expires>{iso(NOW + 2 * HOUR)}</expires><headline>बाढ़</headline>"
        f"<area><areaDesc>x</areaDesc><circle>23.85,78.73 1</circle></area></info>"
        f"<info><event>Wind</event><urgency>Future</urgency><severity>Minor</severity>"
        f"<expires>{iso(NOW + 9 * HOUR)}</expires><area><areaDesc>y</areaDesc><circle>0,0 1</circle></area>"
    )
    found = verdict(info=second, language="fr", headline="Crue")
    assert found.does == LIGHT and found.ends == NOW + 2 * HOUR
    assert found.circles == ["23.85,78.73 1"] and found.headline == "Crue"
    assert verdict(info=second.replace("<language>hi", "<language>en"), language="hi").headline == "बाढ़"


@pytest.mark.parametrize(
    ("references", "meant"),
    [
        (f"{SENDER},MP-1,2026-11-24T23:10:00+05:30", True),
        (f"other,MP-0,2026-11-24T22:10:00+05:30 {SENDER},MP-1,2026-11-24T17:40:00-00:00", True),
        ("MP-0 MP-1", True),  # identifiers alone
        (f"{SENDER},MP-11,2026-11-24T23:10:00+05:30", False),
        ("stranger,MP-1,2026-11-24T23:10:00+05:30", False),
        ("", False),
    ],
)
def test_what_references_mean(references: str, meant: bool) -> None:
    assert refers(references, SENDER, "MP-1") is meant


def test_a_sender_with_blanks_is_found_in_references() -> None:
    assert refers("State Emergency Centre,A B 7,2026-11-24T23:10:00+05:30", "State Emergency Centre", "A B 7")
