"""Pairs the events of a run to episodes: each from a start to the end that closes it.

Delivery repeats and reorders events, so episodes are built by their ids: the journal's epoch, "-", and a sequence that
rises with every event of its pole (docs/events.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from simulator.run_time import RunTime

Where = tuple[str, str]  # pole, and id of one of its events
Journal = list[Where]  # those of one epoch, in the order in which they were written


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
    once: dict[Where, Event] = {}
    for event in events:
        once.setdefault((event.pole, event.id), event)
    journals = _journals(once)
    not_after, not_before = _latest(journals, once, time), _earliest(journals, once, time)
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


def _latest(journals: Iterable[Journal], once: Mapping[Where, Event], time: RunTime) -> dict[Where, float]:
    """When each event happened at the latest (Unix s): not after any that its pole wrote behind it.

    A timestamp from before the run is a wrong clock's: that event is placed behind the one before it.
    """
    latest: dict[Where, float] = {}
    for written in journals:
        behind = inf
        for where in reversed(written):
            at = once[where].timestamp
            if at >= time.start_unix:
                behind = latest[where] = min(at, behind)
        before: float = time.start_unix
        for where in written:
            before = latest.setdefault(where, before)
    return latest


def _earliest(journals: Iterable[Journal], once: Mapping[Where, Event], time: RunTime) -> dict[Where, float]:
    """When each event happened at the earliest (Unix s): not before what its pole dated and wrote before it."""
    earliest: dict[Where, float] = {}
    for written in journals:
        before: float = time.start_unix
        for where in written:
            earliest[where] = before
            if once[where].dated:
                before = max(before, once[where].timestamp)
    return earliest


def _journals(once: Iterable[Where]) -> list[Journal]:
    """The journals of *once*."""
    epochs: dict[tuple[str, str], list[tuple[int, Where]]] = {}
    for pole, id in once:
        epoch, sequence = _sequence(id)
        epochs.setdefault((pole, epoch), []).append((sequence, (pole, id)))
    return [[where for _number, where in sorted(written)] for written in epochs.values()]


def _sequence(id: str) -> tuple[str, int]:
    """(epoch, sequence) of an event's *id*; an id of another form is an epoch of its own."""
    epoch, dash, sequence = id.rpartition("-")
    return (epoch, int(sequence)) if dash and sequence.isascii() and sequence.isdecimal() else (id, 0)
