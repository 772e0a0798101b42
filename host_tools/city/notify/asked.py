"""Alerts of disaster management that wait for a person: who is told of them, and in which words.

One counts as danger: it goes to the rules of that severity, and where it has an area to those of its wards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.correlation.text import moment
from host_tools.city.doors import cap_alerts, messages
from host_tools.city.notify.message import MOST, Message, listed
from host_tools.city.notify.notices import Notice, next_within
from host_tools.city.store.door_tables import cap_alert
from host_tools.language import Language
from host_tools.site.alarm_settings import AlarmSettings, NotifyRule
from host_tools.wire.event_types import DANGER
from host_tools.wire.payload import text

ASKED, STILL_ASKED = "asked", "still_asked"  # the second goes to those whom a rule escalates to


@dataclass(frozen=True)
class Asked:
    """An alert that waits: by *sender*, in force from *begins* to *ends* (Unix s); *poles* are in its area.

    *why* it waits is as `doors.messages.kept` has it; *page* is the address at which a person decides.
    """

    headline: str
    sender: str
    identifier: str
    begins: int
    ends: int
    poles: int
    why: str
    page: str


def notices(
    alert: RowMapping, page: str, settings: AlarmSettings, wards: Mapping[str, str], zone: ZoneInfo, now: int
) -> list[Notice]:  # fmt: skip
    """The notices of *alert*, a row of the store that waits, at *now* (Unix s).  *wards* are those of the poles."""
    within = {wards.get(name, "") for name in json.loads(alert["poles"])}
    return [
        one for rule in settings.rules if _wanted(rule, within) for one in _by_rule(rule, alert["id"], page, zone, now)
    ]


def read(connection: Connection, number: int, page: str, now: int) -> Asked | str:
    """The alert *number*, or why nobody is told of it any more at *now* (Unix s)."""
    row = connection.execute(sa.select(cap_alert).where(cap_alert.c.id == number)).mappings().one_or_none()
    if row is None or row["ends"] <= now:
        return "over before it was sent"
    if row["state"] != cap_alerts.WAITS:
        return "decided in time"
    return Asked(
        text(row["headline"], 200), text(row["sender"], 80), text(row["identifier"], 80), row["begins"], row["ends"],
        len(json.loads(row["poles"])), row["why"], page,
    )  # fmt: skip


def asked_message(
    what: str, alerts: Sequence[Asked], keys: Sequence[str], title: str, zone: ZoneInfo, language: str
) -> Message:  # fmt: skip
    """News *what* of *alerts*, in the order in which they came."""
    said = Language(language)
    count, first = len(alerts), alerts[0].headline or alerts[0].identifier
    head = said.say(f"notify.{what}", first=first, title=title)
    if count > 1:
        head = said.say(f"notify.{what}_many", count=count, first=first, title=title)
    told = [{**asdict(one), "why": messages.told(one.why, said)} for one in alerts[:MOST]]
    values = {"what": what, "title": title, "text": head, "alerts": told, "count": count}
    return listed(head, [_lines(one, zone, said) for one in alerts[:MOST]], count, keys, values, said)


def _wanted(rule: NotifyRule, within: set[str]) -> bool:
    if rule.severities and DANGER not in rule.severities:
        return False
    return not rule.wards or not within or bool(set(rule.wards) & within)


def _by_rule(rule: NotifyRule, number: int, page: str, zone: ZoneInfo, now: int) -> Iterable[Notice]:
    due = next_within(rule.hours, now, zone)
    for what, channels, at in ((ASKED, rule.to, due), (STILL_ASKED, rule.escalate_to, due + rule.escalate_s)):
        for channel in channels:
            key = f"cap:{number}:{rule.name}:{channel}:{what}"
            yield Notice(key, None, rule.name, channel, what, now, at, number, page)


def _lines(one: Asked, zone: ZoneInfo, said: Language) -> list[str]:
    return [
        one.headline or one.identifier,
        said.say("notify.asked_by", sender=one.sender, identifier=one.identifier),
        said.say("notify.asked_for", begins=moment(one.begins, zone), ends=moment(one.ends, zone), zone=zone.key),
        said.say("notify.asked_poles", count=one.poles) if one.poles else said.say("notify.asked_nowhere"),
        said.say("notify.asked_why", why=messages.told(one.why, said)),
        said.say("notify.asked_page", page=one.page),
    ]
