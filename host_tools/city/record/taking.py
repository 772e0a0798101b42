"""Takes a batch of the poles' messages into the book.  Pure: nothing is written here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache

from host_tools.broker.connection import Message
from host_tools.city.record import failure_events, fast_meter
from host_tools.city.record.book import BIRTH, OFF, ON, POLE_SOURCE, STATE, Book, Entry, NewEvent, NewMeter
from host_tools.city.record.fast_json import parsed
from host_tools.city.record.taken import Taken
from host_tools.city.store.meters import Columns, scaled
from host_tools.naming import NAME
from host_tools.wire.from_pole import Ack, Birth, Event, Meter, Presence, Said, State, Unreadable, read
from host_tools.wire.topics import Topic, cut
from pole.wire import contract

MOST_TOPICS = 65_536  # in memory: a topic comes again and again
FRESH_S = 600  # a meter older than this waited at the broker, and is no sign that its pole sends now

Dark = Callable[[str, int], bool]  # whether a pole is expected to be without supply at a time (Unix s)


def take(book: Book, root: str, site: str, messages: Iterable[Message], now: int, wall: float, dark: Dark) -> Taken:
    """Take *messages* of *site* below *root*; what they were.

    *now*: Unix s at the site; *wall*: real Unix s, for what to ask when.
    """
    taken = Taken()
    for message in messages:
        topic = _of_pole(message.topic, root, site)
        if topic is None:
            continue
        taken.kinds[topic.kind] += 1
        measured = fast_meter.reading(message.payload) if topic.kind == contract.METER else None
        if measured:
            _meter(book, book.entry(topic.pole), *measured, message, taken, now)
        else:
            _take(book, topic, message, taken, now, wall, dark)
    book.changes.heard_at = now
    return taken


@lru_cache(MOST_TOPICS)
def _of_pole(name: str, root: str, site: str) -> Topic | None:
    """The topic *name* where a pole of *site* below *root* writes there."""
    topic = cut(name)
    ours = topic and topic.below(root, site) and topic.from_pole and NAME.fullmatch(topic.pole)
    return topic if ours else None


def _take(book: Book, topic: Topic, message: Message, taken: Taken, now: int, wall: float, dark: Dark) -> None:
    said = read(topic, message.payload, parsed)
    if isinstance(said, Unreadable) and said.empty and said.kind != contract.EVENT:
        return  # a retained message taken back
    entry = book.entry(topic.pole)
    if isinstance(said, Unreadable):
        sound = False
    elif isinstance(said, Event):
        sound = _event(book, entry, said, taken, now, wall)
    elif isinstance(said, Presence):
        _present(book, said, message.retained, taken, now, wall, dark)
        taken.told.append((said, message.retained))
        sound = True
    elif isinstance(said, Meter):
        _meter(book, entry, said.at, scaled(said.values), message, taken, now)
        sound = True
    else:
        sound = _said(book, entry, said, message, taken, now, wall)
        taken.told.append((said, message.retained))
    if not sound:
        taken.malformed += 1
        entry.malformed += 1


def _present(book: Book, said: Presence, retained: bool, taken: Taken, now: int, wall: float, dark: Dark) -> None:
    pole = said.pole
    entry = failure_events.presence(book, pole, said.online, retained, now, lambda pole: dark(pole, now))
    if said.online and not retained:
        taken.spoke.add(pole)
    for epoch, kept in entry.journals.items():
        if kept.journal.gaps:
            journal = book.journal(entry, epoch)
            journal.came_back(wall) if entry.known.online else journal.went_away()


def _event(book: Book, entry: Entry, event: Event, taken: Taken, now: int, wall: float) -> bool:
    sequence = event.sequence
    if sequence is None:
        return False
    kept = entry.journals.get(event.epoch)
    if kept and kept.journal.holds(sequence):
        taken.doubles += 1
        book.changes.doubles.append((entry, event))
        return True
    taken.events += 1
    new = NewEvent(
        entry, event.epoch, sequence, event.type, event.start, event.timestamp, event.replayed, event.attributes_text,
        now, POLE_SOURCE, event.attributes,
    )  # fmt: skip
    book.changes.events.append(new)
    book.journal(entry, event.epoch).arrived(sequence, wall)
    dropped = event.dropped()
    if dropped and dropped[0] in entry.journals:
        epoch, low, high = dropped
        book.journal(entry, epoch).lose(low, high, "dropped", wall)
    return True


def _meter(
    book: Book, entry: Entry, at: int | None, columns: Columns, message: Message, taken: Taken, now: int
) -> None:  # fmt: skip
    fresh = at is not None and abs(now - at) <= FRESH_S
    if fresh and not message.retained:
        known = entry.known
        if known.seen != now or not known.online or known.failing is not None:
            failure_events.alive(book, entry, now)
        taken.spoke.add(entry.name)
    new = NewMeter(entry, at or now, columns, entry.level if fresh else None)
    # the broker may have kept it for days
    entry.meter = (new, message.payload, at if at is not None and at <= now else now)
    if not message.retained and at is not None:  # without a time it is no history
        book.changes.meters.append(new)


def _said(book: Book, entry: Entry, said: Said, message: Message, taken: Taken, now: int, wall: float) -> bool:
    retained = message.retained
    if not retained:
        failure_events.alive(book, entry, now)
        taken.spoke.add(said.pole)
    # the broker may have kept it for days
    at = said.at if isinstance(said, Birth | State) and said.at is not None and said.at <= now else now
    if isinstance(said, Birth | State):
        text = message.payload.decode()
        if isinstance(said, Birth):
            entry.latest[BIRTH] = {"birth": text, "birth_at": at}
            _born(book, entry, said, retained, wall)
        else:
            _switched(entry, said, at)
            entry.level, entry.faults = said.level, None if said.faults is None else frozenset(said.faults)
            entry.latest[STATE] = {
                "state": text, "state_at": at, "level": said.level, "target": said.target, "owner": said.owner,
                "reason": said.reason, "until": said.until, "clock": said.clock,
            }  # fmt: skip
    elif isinstance(said, Ack) and said.n is not None:
        taken.acks.append(said)
    return True


def _switched(entry: Entry, state: State, at: int) -> None:
    """Notes that the light went on or out *at* (Unix s); None where that was while the pole could not be heard."""
    before, level = entry.level, state.level
    if before is not None and level is not None and (before > 0) != (level > 0):
        part, column = (ON, "switched_on") if level > 0 else (OFF, "switched_off")
        entry.latest[part] = {column: at if entry.told else None}
    entry.told = level is not None


def _born(book: Book, entry: Entry, birth: Birth, retained: bool, wall: float) -> None:
    entry.groups, entry.groups_text = birth.groups, json.dumps(birth.groups)
    entry.nonce, entry.told = birth.flash_nonce, False
    if birth.journal:
        told = birth.journal
        entry.epoch = told.epoch
        book.journal(entry, told.epoch).told(told.first, told.last, not retained, wall)
