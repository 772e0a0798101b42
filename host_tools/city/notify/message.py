"""The text of a message: subject and lines in the language of its channel, and the same as JSON for a webhook."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.city.alarms.listing import StoredAlarm
from host_tools.city.alarms.severity import NAMES
from host_tools.city.correlation.text import moment, names
from host_tools.city.notify.notices import ALIVE
from host_tools.language import Language
from host_tools.text import safe
from host_tools.wire.event_types import CATALOGUE
from host_tools.wire.payload import text

MOST = 50  # alarms in one message


@dataclass(frozen=True)
class Message:
    """``id`` is the same for the same news, so that who gets it twice can tell."""

    id: str
    subject: str
    lines: tuple[str, ...]
    values: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def alarm_message(
    what: str, alarms: Sequence[StoredAlarm], keys: Sequence[str], title: str, zone: ZoneInfo, language: str
) -> Message:  # fmt: skip
    """News *what* of *alarms*, the worst first."""
    said = Language(language)
    worst = sorted(alarms, key=lambda one: (one.row["severity"], one.row["began"], one.row["id"]))
    count = len(worst)
    first = _called(worst[0], said)
    head = said.say(f"notify.{what}", severity=_severity(worst[0], said), first=first, title=title)
    if count > 1:
        head = said.say(f"notify.{what}_many", count=count, first=first, title=title)
    values = {"what": what, "title": title, "text": head, "alarms": [one.as_json() for one in worst[:MOST]],
              "count": count}  # fmt: skip
    return listed(head, [_lines(one, zone, said) for one in worst[:MOST]], count, keys, values, said)


def listed(
    head: str, of_each: Sequence[Iterable[str]], count: int, keys: Sequence[str], values: dict[str, Any], said: Language
) -> Message:  # fmt: skip
    """A message of *count* things below *head*: the lines *of_each* of the first MOST, and how many more there are."""
    lines = [head]
    for one in of_each:
        lines += ["", *one]
    if count > MOST:
        lines += ["", said.say("notify.more", count=count - MOST)]
    return Message(id_of(keys), safe(head), tuple(lines), values)


def heartbeat_message(
    key: str, at: int, opened: int, waiting: int, title: str, zone: ZoneInfo, language: str
) -> Message:  # fmt: skip
    """The sign of life of *at* (Unix s): how many alarms are open, and how many messages could not be sent yet."""
    said = Language(language)
    head = said.say("notify.alive", title=title, at=moment(at, zone), open=opened, waiting=waiting)
    values = {"what": ALIVE, "title": title, "text": head, "at": at, "open": opened, "waiting": waiting}
    return Message(id_of([key]), safe(head), (head,), values)


def _lines(one: StoredAlarm, zone: ZoneInfo, said: Language) -> list[str]:
    told, row = one.alarm, one.row
    since = said.say("notify.before") if told.since is None else moment(told.since, zone)
    out = [f"{_severity(one, said)}: {_called(one, said)}", said.say("notify.since", at=since, zone=zone.key)]
    if told.ended is not None:
        out.append(said.say("notify.until", at=moment(told.ended, zone)))
    if told.times > 1:
        out.append(said.say("notify.times", count=told.times))
    meaning = _meaning(row["kind"], said)
    if meaning:
        out.append(meaning)
    if told.cause:
        out.append(said.say("notify.cause", text=text(told.cause, 300)))
    if told.carry and told.ended is None:
        out.append(said.say("notify.carry", text=text(told.carry, 200)))
    if len(told.poles) > 1:
        out.append(said.say("notify.poles", count=len(told.poles), names=names(told.poles)))
    return out


def _called(one: StoredAlarm, said: Language) -> str:
    return safe(f"{one.row['kind']} {one.row['name']}".strip())


def _severity(one: StoredAlarm, said: Language) -> str:
    return said.say(f"notify.severity_{NAMES[one.row['severity']]}")


def _meaning(kind: str, said: Language) -> str:
    if kind in CATALOGUE:
        return CATALOGUE[kind].hindi if said.code == "hi" else CATALOGUE[kind].english
    return said.say(f"notify.kind_{kind}") if said.knows(f"notify.kind_{kind}") else ""


def id_of(keys: Sequence[str]) -> str:
    """Of the message of the notices with these *keys*."""
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()[:32]
