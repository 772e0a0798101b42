"""Decides which notices the changes of a batch give, by the rules of the site.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from host_tools.city.alarms.batch import Changes
from host_tools.city.alarms.row import ENDED, OPENED, REOPENED, SUPERSEDED, SURFACED, WORSENED, Row
from host_tools.site.alarm_settings import AlarmSettings, NotifyRule
from host_tools.site.model import Site
from host_tools.wire.event_types import DANGER

OPEN, OVER, ESCALATED, ALIVE = "opened", "closed", "escalated", "heartbeat"
HOLD_S = 60  # what is no danger: an effect may come before its cause, and a flicker of the network may pass
DAY_MIN = 1440


@dataclass(frozen=True)
class Notice:
    """To be sent by ``channel`` at ``due`` (Unix s).  ``key`` is the same for the same news: it is sent once.

    ``alarm`` None: a heartbeat, or of the ``alert`` of disaster management that waits for a person; ``page`` is where
    he decides.
    """

    key: str
    alarm: int | None
    rule: str
    channel: str
    what: str
    occurrence: int
    due: int
    alert: int | None = None
    page: str = ""


def notices_of(
    changes: Changes, settings: AlarmSettings, wards: Mapping[str, str], zone: ZoneInfo, now: int
) -> list[Notice]:  # fmt: skip
    """The notices of *changes*, whose rows have their numbers, at *now* (Unix s).  *wards* are those of the poles."""
    out: dict[str, Notice] = {}
    for note in changes.notes:
        row = note.row
        if note.what in (OPENED, REOPENED, WORSENED, SURFACED):
            what = OPEN
        elif note.what == ENDED:
            what = OVER
        else:
            continue
        if row.swallowed_by or row.proof == SUPERSEDED or row.open != (what == OPEN):
            continue
        for rule in settings.rules:
            if _wanted(rule, row, wards):
                for one in _by_rule(rule, row, what, zone, now):
                    out[one.key] = one
    return list(out.values())


def heartbeats(settings: AlarmSettings, zone_name: str, now: int) -> list[Notice]:
    """The signs of life of the receiver of *zone_name* that are due at *now* (Unix s)."""
    slot = now // settings.heartbeat_s
    return [
        Notice(f"{ALIVE}:{zone_name}:{channel}:{slot}", None, ALIVE, channel, ALIVE, slot * settings.heartbeat_s, now)
        for channel in settings.heartbeat
    ]


def next_within(hours: tuple[int, int] | None, at: int, zone: ZoneInfo) -> int:
    """*at* (Unix s) where that is within *hours* (as in NotifyRule), else when they begin next."""
    if hours is None:
        return at
    local = datetime.fromtimestamp(at, zone)
    from_, to = hours
    minute = local.hour * 60 + local.minute
    inside = from_ <= minute < to if from_ < to else minute >= from_ or minute < to
    if inside:
        return at
    for days in (0, 1, 2):
        begins = datetime.combine(local.date() + timedelta(days=days), time(from_ // 60, from_ % 60), zone)
        if begins.timestamp() > at:
            return int(begins.timestamp())
    return at


def wards_of(site: Site) -> dict[str, str]:
    return {pole.name: pole.ward for pole in site.poles}


def _wanted(rule: NotifyRule, row: Row, wards: Mapping[str, str]) -> bool:
    if rule.severities and row.severity not in rule.severities:
        return False
    return not rule.wards or bool(set(rule.wards) & {wards.get(pole, "") for pole in row.poles})


def _by_rule(rule: NotifyRule, row: Row, what: str, zone: ZoneInfo, now: int) -> Iterable[Notice]:
    held = now if row.severity == DANGER or what == OVER else now + HOLD_S
    due = next_within(rule.hours, held, zone)
    head = f"{row.id}:{row.last_began}:{row.severity}:{rule.name}"
    for channel in rule.to:
        yield Notice(f"{head}:{channel}:{what}", row.id, rule.name, channel, what, row.last_began, due)
    later = due + rule.escalate_s
    for channel in rule.escalate_to if what == OPEN else ():
        yield Notice(f"{head}:{channel}:{ESCALATED}", row.id, rule.name, channel, ESCALATED, row.last_began, later)
    for channel in rule.escalate_to if what == OVER else ():
        if channel not in rule.to:
            yield Notice(f"{head}:{channel}:{OVER}", row.id, rule.name, channel, OVER, row.last_began, due)
