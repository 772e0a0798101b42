"""Which notices an alarm gives, and when they are due."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from host_tools.city.alarms.batch import Batch, Changes
from host_tools.city.alarms.row import Row
from host_tools.city.alarms.turns import Turn
from host_tools.city.notify.notices import HOLD_S, heartbeats, next_within, notices_of
from host_tools.site.alarm_settings import AlarmSettings, NotifyRule
from tests.host_tools.city.alarms.played_alarms import Played

ZONE = ZoneInfo("Asia/Kolkata")
NIGHT = 1795531800  # 20:20
WARDS = {"P0001": "W21", "P0002": "W22"}


def clock(text: str, day: int = 24, zone: ZoneInfo = ZONE, month: int = 11) -> int:
    hour, minute = map(int, text.split(":"))
    return int(datetime(2026, month, day, hour, minute, tzinfo=zone).timestamp())


@pytest.mark.parametrize(
    ("hours", "at", "due"),
    [
        ((18 * 60, 6 * 60), clock("20:20"), clock("20:20")),
        ((18 * 60, 6 * 60), clock("05:59"), clock("05:59")),  # after midnight of the same night
        ((18 * 60, 6 * 60), clock("06:00"), clock("18:00")),
        ((6 * 60, 18 * 60), clock("20:20"), clock("06:00", 25)),
        ((22 * 60, 1440), clock("23:59"), clock("23:59")),  # to the end of the day: grafana#62849
        ((22 * 60, 1440), clock("00:00", 25), clock("22:00", 25)),
        (None, clock("03:00"), clock("03:00")),
    ],
)
def test_the_hours_of_a_rule_are_of_the_sites_clock(hours: tuple[int, int] | None, at: int, due: int) -> None:
    assert next_within(hours, at, ZONE) == due  # alertmanager#2646: UTC, or the computer's own, would be others


def test_hours_begin_by_the_clock_on_the_wall_also_when_it_is_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")  # summer time ends on 25 October 2026 at 03:00
    due = next_within((6 * 60, 18 * 60), clock("20:00", 24, berlin, 10), berlin)
    assert due == clock("06:00", 25, berlin, 10) and due - clock("20:00", 24, berlin, 10) == 11 * 3600


def told(played: Played, pole: str, kind: str, at: int, begins: bool) -> Changes:
    changes = played.book.take(Batch([Turn(pole, kind, at, begins, f"e{pole}{kind}", at - NIGHT + 9, at)]), at)
    for place, row in enumerate(changes.rows):
        row.id = row.id or hash((row.kind, row.name)) % 1000 + place + 1
    played.book.keep(changes)
    return changes


def notices(changes: Changes, *rules: NotifyRule) -> list[tuple[str, str, int]]:
    out = notices_of(changes, AlarmSettings(rules=rules), WARDS, ZONE, NIGHT)
    return [(one.channel, one.what, one.due - NIGHT) for one in out]


def rule(**changed: object) -> NotifyRule:
    values = {"name": "duty", "severities": (1, 2), "wards": (), "hours": None, "to": ("mail",), **changed}
    return NotifyRule(**values)  # type: ignore[arg-type]


def test_by_severity_and_ward_and_with_escalation() -> None:
    played = Played()
    dark = told(played, "P0001", "lampFailure", NIGHT, True)
    assert notices(dark, rule()) == [("mail", "opened", HOLD_S)]
    assert notices(dark, rule(severities=(1,))) == notices(dark, rule(wards=("W22",))) == []
    assert notices(dark, rule(wards=("W21",), escalate_s=1800, escalate_to=("chief",))) == [
        ("mail", "opened", HOLD_S), ("chief", "escalated", HOLD_S + 1800),
    ]  # fmt: skip
    danger = told(played, "P0002", "leakageDetected", NIGHT, True)
    assert notices(danger, rule()) == [("mail", "opened", 0)]
    assert notices(danger, rule(hours=(6 * 60, 18 * 60)))[0][2] == clock("06:00", 25) - NIGHT
    over = told(played, "P0001", "lampFailure", NIGHT + 500, False)
    assert notices(over, rule(escalate_s=1800, escalate_to=("chief",))) == [
        ("mail", "closed", 0),
        ("chief", "closed", 0),
    ]


def test_the_same_news_has_the_same_key_and_what_comes_again_another() -> None:
    played = Played()

    def keys(changes: Changes) -> list[str]:
        return [one.key for one in notices_of(changes, AlarmSettings(rules=(rule(),)), WARDS, ZONE, NIGHT)]

    first = told(played, "P0001", "lampFailure", NIGHT, True)
    assert keys(first) == keys(first)
    told(played, "P0001", "lampFailure", NIGHT + 5, False)
    assert keys(told(played, "P0001", "lampFailure", NIGHT + 9, True)) != keys(first)


def test_an_effect_is_sent_only_when_it_goes_on_without_its_cause() -> None:
    played = Played()
    told(played, "P0001", "lampFailure", NIGHT, True)
    assert notices(told(played, "P0001", "lampPowerTooLow", NIGHT + 5, True), rule(severities=())) == []
    over = told(played, "P0001", "lampFailure", NIGHT + 500, False)
    assert sorted(notices(over, rule(severities=()))) == [("mail", "closed", 0), ("mail", "opened", HOLD_S)]


def test_what_is_over_before_the_city_had_it_is_not_announced() -> None:
    played = Played()
    turns = [
        Turn("P0001", "lampFailure", NIGHT + at, begins, "e", at + 1, NIGHT) for at, begins in ((0, True), (9, False))
    ]
    changes = played.book.take(Batch(turns), NIGHT + 9000)
    changes.rows[0].id = 1
    assert [what for _channel, what, _due in notices(changes, rule())] == [
        "closed"
    ]  # of which the sender drops the end


def test_a_sign_of_life_comes_once_in_its_time() -> None:
    settings = AlarmSettings(heartbeat=("sms",), heartbeat_s=600)
    keys = {one.key for at in range(0, 1800, 10) for one in heartbeats(settings, "east", NIGHT - NIGHT % 600 + at)}
    assert len(keys) == 3
    assert not keys & {one.key for one in heartbeats(settings, "west", NIGHT)}


def test_a_row_has_no_rule_where_there_are_none() -> None:
    assert notices(Changes(rows=[Row("k", "P", 1, 0, False, 0, None, "", 1, 0, ("P",), {}, None, "", "")])) == []
