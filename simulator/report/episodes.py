"""Pairs the events of a run to episodes: each from a start to the end that closes it.

Delivery repeats and reorders events, so episodes are built by their ids: the journal's epoch, "-", and a sequence that
rises with every event of its pole (docs/events.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from simulator.run_time import RunTime


@dataclass(frozen=True)
class Event:
    """One event as the record has it: ``starts`` is its startEndFlag, ``timestamp`` in Unix seconds.

    ``dated``: ``timestamp`` is the event's own; otherwise its pole had no time, and it is the time of arrival.
    """

    id: str
    pole: str
    event_type: str
    starts: bool
    timestamp: int
    dated: bool = True


@dataclass
class Episode:
    """From a start to the end that closes it; milliseconds of the run, ``end_ms`` None while it is open.

    Where the event has no date, it happened between ``earliest_ms`` and ``start_ms``.
    """

    event: Event
    start_ms: int
    earliest_ms: int
    end_ms: int | None = None
    explained: bool = False


def pair_episodes(events: Iterable[Event], time: RunTime) -> dict[tuple[str, str], list[Episode]]:
    """The episodes of each (pole, event type) in the order in which they began; *events* in the order of hearing.

    An id counts once, as it was first heard.  Events of one epoch follow each other by their sequence, others by time.
    An end closes every episode of its type that is open; one that comes with none open says nothing.
    """
    once: dict[tuple[str, str], Event] = {}
    for event in events:
        once.setdefault((event.pole, event.id), event)
    not_after, not_before = _latest(once, time), _earliest(once, time)
    placed = sorted(once, key=lambda where: (not_after[where], _sequence(where[1])[1]))
    out: dict[tuple[str, str], list[Episode]] = {}
    for where in placed:
        event = once[where]
        listed = out.setdefault((event.pole, event.event_type), [])
        at_ms = time.ms(event.timestamp if event.dated else not_after[where])
        if event.starts:
            listed.append(Episode(event, at_ms, at_ms if event.dated else min(at_ms, time.ms(not_before[where]))))
            continue
        for episode in listed:
            if episode.end_ms is None:
                episode.end_ms = max(at_ms, episode.start_ms)
    return out


def _latest(once: Mapping[tuple[str, str], Event], time: RunTime) -> dict[tuple[str, str], float]:
    """When each event happened at the latest (Unix s): not after any that its pole wrote behind it.

    A timestamp from before the run is a wrong clock's: that event is placed behind the one before it.
    """
    latest: dict[tuple[str, str], float] = {}
    for written in _journals(once):
        behind = inf
        for where in reversed(written):
            at = once[where].timestamp
            if at >= time.start_unix:
                behind = latest[where] = min(at, behind)
        before: float = time.start_unix
        for where in written:
            before = latest.setdefault(where, before)
    return latest


def _earliest(once: Mapping[tuple[str, str], Event], time: RunTime) -> dict[tuple[str, str], float]:
    """When each event happened at the earliest (Unix s): not before what its pole dated and wrote before it."""
    earliest: dict[tuple[str, str], float] = {}
    for written in _journals(once):
        before: float = time.start_unix
        for where in written:
            earliest[where] = before
            if once[where].dated:
                before = max(before, once[where].timestamp)
    return earliest


def _journals(once: Mapping[tuple[str, str], Event]) -> list[list[tuple[str, str]]]:
    """The events of each pole's epoch, in the order in which they were written."""
    epochs: dict[tuple[str, str], list[tuple[int, tuple[str, str]]]] = {}
    for pole, id in once:
        epoch, sequence = _sequence(id)
        epochs.setdefault((pole, epoch), []).append((sequence, (pole, id)))
    return [[where for _number, where in sorted(written)] for written in epochs.values()]


def _sequence(id: str) -> tuple[str, int]:
    """(epoch, sequence) of an event's *id*; an id of another form is an epoch of its own."""
    epoch, dash, sequence = id.rpartition("-")
    return (epoch, int(sequence)) if dash and sequence.isascii() and sequence.isdecimal() else (id, 0)
