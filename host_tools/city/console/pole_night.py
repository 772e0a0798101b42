"""A pole's night on one axis: planned by its own code, said, measured, expected; and its events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.console import fault_words as words
from host_tools.city.console.pole_said import PoleSaid
from host_tools.city.store import meters
from host_tools.city.store.local_time import HOUR_S, LocalTime
from host_tools.city.store.tables import event
from host_tools.language.language import Language
from host_tools.site.model import Site
from host_tools.site.night_preview import Night
from host_tools.wire.event_types import CATALOGUE, NOTE

GAP_S = 45 * 60  # between two readings: beyond it nothing is known, and no line is drawn
MOST_EVENTS = 200
Point = tuple[int, float | None]


@dataclass(frozen=True)
class PoleNight:
    """From *start* to *end* (Unix s), noon to noon; levels in percent, powers in W, None where it is not known."""

    night: date
    start: int
    end: int
    planned: list[Point]
    said: list[Point]
    measured: list[Point]
    expected: list[Point]
    events: list[dict[str, Any]]
    sun: list[tuple[int, str]]

    def as_json(self) -> dict[str, Any]:
        """For the chart."""
        return {
            "start": self.start, "end": self.end, "planned": self.planned, "said": self.said,
            "measured": self.measured, "expected": self.expected, "events": self.events, "sun": self.sun,
        }  # fmt: skip

    def table(self) -> list[dict[str, Any]]:
        """The same in rows: at each hour, and where the plan changes; each with the events up to the next."""
        times = sorted({*range(self.start, self.end, HOUR_S), *(at for at, _level in self.planned)})
        rows = []
        for at, after in zip(times, [*times[1:], self.end], strict=True):
            rows.append({
                "at": at, "planned": _last(self.planned, at), "said": _within(self.said, at, after),
                "measured": _within(self.measured, at, after), "expected": _within(self.expected, at, after),
                "events": [one for one in self.events if at <= one["at"] < after],
            })  # fmt: skip
        return rows


def night_of(
    connection: Connection, site: Site | None, pole: PoleSaid, night: date, local: LocalTime, said: Language,
    now: int,
) -> PoleNight:  # fmt: skip
    """The *night* of *pole*; *now*: Unix s at the site."""
    start, end = local.noon(night), local.ends(night)
    planned: list[Point] = []
    marks: list[tuple[int, str]] = []
    calendar = pole.calendar(site, start)
    if calendar is not None and site is not None and pole.known is not None:
        shown = Night(site, pole.known, night, calendar)
        planned = [(one.at, one.level) for one in shown.switches()]
        marks = [(mark.at, str(mark.label)) for mark in shown.sun()]
    elif calendar is not None:
        at = start
        while at < end:
            point = calendar.at(at)
            planned.append((at, point.level))
            at = max(point.until, at + 1)
    said_levels, measured, expected = _readings(connection, pole, start, end)
    if pole.row is not None and (at_state := pole.row["state_at"]) is not None and start <= at_state < end:
        level = pole.row["level"]
        if level is not None and (not said_levels or said_levels[-1][0] < at_state):
            said_levels.append((at_state, level))
        if pole.heard and now < end and at_state < now:
            said_levels.append((now, level))
    events = _events(connection, pole, start, end, said)
    return PoleNight(night, start, end, planned, said_levels, measured, expected, events, marks)


def neighbours(night: date) -> tuple[date, date]:
    """The night before, and the one after."""
    return night - timedelta(days=1), night + timedelta(days=1)


def _readings(
    connection: Connection, pole: PoleSaid, start: int, end: int
) -> tuple[list[Point], list[Point], list[Point]]:  # fmt: skip
    said: list[Point] = []
    measured: list[Point] = []
    expected: list[Point] = []
    if pole.id is None:
        return said, measured, expected
    found = meters.read(connection, [pole.id], start, end, ("at", "level", "power_dw"))
    before = None
    for at, level, power in found.get(pole.id, ()):
        if before is not None and at - before > GAP_S:
            for series in (said, measured, expected):
                if series:
                    series.append((before + 1, None))
        before = at
        if level is not None:
            said.append((at, level))
            if pole.luminaire is not None:
                expected.append((at, round(pole.luminaire.power_at(level), 1)))
        if power is not None:
            measured.append((at, power / 10))
    return said, measured, expected


def _events(connection: Connection, pole: PoleSaid, start: int, end: int, said: Language) -> list[dict[str, Any]]:
    if pole.id is None:
        return []
    when = sa.func.coalesce(event.c.timestamp, event.c.received_at)
    found = (
        sa.select(when.label("at"), event.c.event_type, event.c.starts, event.c.attributes)
        .where(event.c.pole == pole.id, when >= start, when < end).order_by(when, event.c.arrival).limit(MOST_EVENTS)
    )  # fmt: skip
    return [event_view(dict(row), said) for row in connection.execute(found).mappings()]


def event_view(row: dict[str, Any], said: Language) -> dict[str, Any]:
    """One event in words."""
    kind = CATALOGUE.get(row["event_type"])
    try:
        values = json.loads(row["attributes"])
    except (ValueError, RecursionError):
        values = {}
    evidence = words.evidence(row["event_type"], values if isinstance(values, dict) else {}, said)
    turn = "once" if row["starts"] is None or (kind and not kind.ends) else "begins" if row["starts"] else "ends"
    return {
        "at": row["at"], "severity": kind.severity if kind else NOTE, "turn": turn,
        "sentence": words.meaning(row["event_type"], said), "turnWord": said.say(f"console_pole.event_{turn}"),
        "evidence": " · ".join(evidence),
    }  # fmt: skip


def _last(points: list[Point], at: int) -> float | None:
    return next((value for time, value in reversed(points) if time <= at), None)


def _within(points: list[Point], at: int, after: int) -> float | None:
    return next((value for time, value in points if at <= time < after), None)
