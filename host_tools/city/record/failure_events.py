"""Makes events of the decisions of silence.py: a pole is cut off, which it cannot report itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from host_tools.city.record import silence
from host_tools.city.record.book import Book, Entry
from host_tools.city.record.silence import Failure, Known

Dark = Callable[[str], bool]  # whether a pole is expected to be without supply now


def _never(pole: str) -> bool:
    return False


def presence(book: Book, pole: str, online: bool, retained: bool, now: int, dark: Dark = _never) -> Entry:
    """Take the pole's presence; its entry."""
    entry = book.entry(pole)
    _decide(book, entry, now, lambda known: silence.presence(known, online, retained, now, not online and dark(pole)))
    return entry


def alive(book: Book, entry: Entry, now: int) -> None:
    """Take a message of the pole, at *now*."""
    failure = silence.alive(entry.known, now)
    if failure:
        book.fail(entry, failure, now)


def check(
    book: Book, now: int, steady: float, heard: Mapping[str, float], since: float, limit_s: int, dark: Dark = _never
) -> int:
    """Begin a failure of each pole without a message for *limit_s*, or offline, where it is not *dark*; how many.

    *heard* has the time of each pole's last message and *since* the time from which we listen, in seconds of a clock
    that is never set, on which it is *steady* now.  *now* is Unix s, for the events.
    """
    early = steady - since < limit_s  # only those that are offline can be missed yet
    count = 0
    for pole in sorted(book.entries):
        entry = book.entries[pole]
        away = entry.known.online is False
        if entry.known.failing is not None or (early and not away):
            continue
        if (away or steady - max(heard.get(pole, since), since) >= limit_s) and not dark(pole):
            count += _decide(book, entry, now, lambda known: silence.unheard(known, limit_s, limit_s))
    return count


def without_broker(book: Book, now: int, dark: Dark = _never) -> int:
    """Begin a failure of each pole that was online when the broker went away, where it is not *dark*; how many."""
    entries = [book.entries[pole] for pole in sorted(book.entries)]
    there = [entry for entry in entries if entry.known.failing is None and entry.known.online]
    return sum(_decide(book, entry, now, silence.without_broker) for entry in there if not dark(entry.name))


def _decide(book: Book, entry: Entry, now: int, decide: Callable[[Known], Failure | None]) -> bool:
    """Let *decide* change the state of *entry*; returns whether that began or ended a failure."""
    before = replace(entry.known)
    failure = decide(entry.known)
    if entry.known != before:
        book.changes.poles[entry.name] = entry
    if failure is None:
        return False
    book.fail(entry, failure, now)
    return True
