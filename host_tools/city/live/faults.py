"""Keeps the open faults of a row: from the list in its pole's state, and from its events."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from host_tools.city.live.row import Happening, Row
from host_tools.text import json_text
from host_tools.wire.chatter import chatter_of, words
from host_tools.wire.event_types import SUPPLY_LOSS
from host_tools.wire.from_pole import MOST_FAULTS, Event
from host_tools.wire.payload import text
from pole.health.event_types import EVENT_TYPES

CONDITIONS = frozenset(EVENT_TYPES)  # what a state lists while it is open


def listed(row: Row, names: tuple[str, ...] | None, at: int) -> None:
    """Take the open faults that a state of *at* lists; a state without a list changes nothing."""
    if names is None:
        row.faults_at = None
        return
    for name in CONDITIONS.intersection(row.faults):
        if name not in names:
            _close(row, name)
    for name in names:
        if name:
            row.faults.setdefault(name, None)
    row.faults_at = at


def event(row: Row, said: Event, at: int, by_day: Callable[[int], bool], zone: ZoneInfo) -> Happening | None:
    """Take an event that came at *at* (Unix s); None where it is not valid.

    *by_day* says whether switched feeders may be off at a time: the loss of supply of a pole there is no fault then.
    """
    name = text(said.type, 40)
    if not name:
        return None
    since = told = said.timestamp or at
    ends = said.start is False
    # a newer state lists what is open: of an older event, sent late, only the time of its beginning is used
    settled = name in CONDITIONS and row.faults_at is not None and since < row.faults_at
    expected = name == SUPPLY_LOSS and row.switched and by_day(since)
    chatter = chatter_of(said.attributes, not ends)
    if ends:
        if not settled:
            _close(row, name)
    elif said.start and not expected:
        new = not settled and len(row.faults) < MOST_FAULTS
        if new or name in row.faults:
            if chatter:
                since = min(row.faults.get(name) or since, chatter.first or since)
                row.chatter = {**(row.chatter or {}), name: chatter}
            row.faults[name] = since
    word = " ended" if ends else ""
    often = f" ({words(chatter, zone)})" if chatter else ""
    late = " (replayed)" if said.replayed else ""
    shown = text(json_text(said.attributes), 120) if said.attributes else ""
    return Happening(told, row.pole, "event", f"{name}{word}{often}{late} {shown}".rstrip(), not ends and not expected)


def _close(row: Row, name: str) -> None:
    row.faults.pop(name, None)
    if row.chatter:
        row.chatter.pop(name, None)
