"""The alarms of a street in memory: takes batches of messages and says what they change.

Pure.  What is in the store is read and written by book_store.py.  A batch is taken, its changes are written in the
transaction of its messages, and kept here after the commit; one that was not committed is taken again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from host_tools.city.alarms.batch import Batch, Changes, Key, Reading, Seen
from host_tools.city.alarms.causes import PARTNERS, swallower
from host_tools.city.alarms.line import Line
from host_tools.city.alarms.notes import notes_of, notes_of_turns
from host_tools.city.alarms.pulses import NEEDED
from host_tools.city.alarms.row import EFFECTS, SUPERSEDED, WORSENED, Note, Row
from host_tools.city.alarms.rules import Rules
from host_tools.city.alarms.severity import IN_THE_DARK, PROVED_BY_POWER, is_danger
from host_tools.city.alarms.spells import observed
from host_tools.city.alarms.street_lines import street_rows
from host_tools.city.alarms.turns import POWER, Turn, ordered
from host_tools.city.correlation import fault
from host_tools.wire.event_types import COMMUNICATION_FAILURE, SUPPLY_LOSS
from pole.health.event_types import EVENT_TYPES

LISTED = frozenset(EVENT_TYPES)  # the kinds that a state lists
_NONE: dict[str, Row] = {}
MOST_LINES = 20_000  # without an open alarm that stay in memory


class AlarmBook:
    """The lines in memory are those that were touched lately; ``needed`` says which a batch needs besides."""

    def __init__(
        self, rules: Rules, rows: Iterable[Row] = (), street: Iterable[Row] = (), states: Iterable[Seen] = ()
    ) -> None:  # fmt: skip
        self.rules = rules
        self.lines: dict[Key, Line] = {}
        self.street = list(street)
        self.revision = 0  # of the store, up to which closings by people are known
        self.states = {one.pole: one for one in states}
        self.going_on: dict[str, dict[str, Row]] = {}  # by pole and kind: by the pole's word it has not ended
        self._by_day: set[Key] = set()  # of those, what is worse in the dark
        for row in rows:
            self._goes_on(row)

    def needed(self, batch: Batch) -> set[Key]:
        """The lines that *batch* may change."""
        out = {(one.pole, one.kind) for one in batch.turns if _is_alarm(one)}
        for seen in batch.states:
            if seen.faults is not None:
                out |= {(seen.pole, kind) for kind in (seen.faults & LISTED) ^ self._listed(seen.pole)}
        for reading in batch.readings:
            if self._lit(reading, self.states.get(reading.pole)):
                dark = PROVED_BY_POWER & self.going_on.get(reading.pole, _NONE).keys()
                out |= {(reading.pole, kind) for kind in dark}
        if batch.street is not None:
            known = {(row.name, row.began, row.poles) for row in self.street if row.kind == fault.FEEDER}
            feeders = [one for one in batch.street.faults if one.kind == fault.FEEDER]
            new = [one for one in feeders if (one.name, one.begins, one.poles) not in known]
            out |= {(pole, SUPPLY_LOSS) for one in new for pole in one.poles}
        return out | {(pole, PARTNERS[kind]) for pole, kind in out if kind in PARTNERS}

    def proved_by_power(self) -> set[str]:
        """The poles of which a reading may prove something."""
        return {pole for pole, kinds in self.going_on.items() if not PROVED_BY_POWER.isdisjoint(kinds)}

    def take(self, batch: Batch, now: int, needed: set[Key] | None = None) -> Changes:
        """What *batch* changes at *now* (Unix s).  The lines that it needs (*needed*) must be in memory, or new."""
        changes = Changes()
        turns: dict[Key, list[Turn]] = {}
        for one in batch.turns:
            turns.setdefault((one.pole, one.kind), []).append(one)
        seen: dict[str, list[Seen]] = {}
        for state in sorted(batch.states, key=lambda state: state.at):
            seen.setdefault(state.pole, []).append(state)
            newest = changes.states.get(state.pole) or self.states.get(state.pole)
            if newest is None or state.at >= newest.at:
                changes.states[state.pole] = state
        readings: dict[str, list[Reading]] = {}
        for reading in batch.readings:
            readings.setdefault(reading.pole, []).append(reading)
        for key in sorted(self.needed(batch) if needed is None else needed):
            before = self.lines.get(key) or Line(*key)
            listed = any(one.faults and key[1] in one.faults for one in seen.get(key[0], ()))
            if not before.turns and key not in turns and not listed:
                continue  # the partner of another, of which there is nothing
            line = before.with_turns(turns.get(key, ()))
            newest = changes.states.get(key[0]) or self.states.get(key[0])
            line = self._concluded(line, seen.get(key[0], []), newest, readings.get(key[0], ()), now)
            line.rows, merges = line.derived(self.rules, now)
            changes.lines[key] = line
            changes.merges += merges
            added = [turn for id_, turn in line.turns.items() if id_ not in before.turns]
            changes.notes += notes_of_turns(line.rows, added)
        if batch.street is not None:
            changes.street = street_rows(batch.street, self.street, self.rules, now)
        self._swallow(changes)
        self._compare(changes)
        self._darken(changes, now)
        return changes

    def keep(self, changes: Changes) -> None:
        """Keep *changes*, which are in the store now."""
        self.states |= changes.states
        if changes.street is not None:
            self.street = changes.street
        for key, line in changes.lines.items():
            self.lines.pop(key, None)
            self.lines[key] = line.pruned(self.rules)  # at the end: touched last
            if line.rows and line.rows[-1].ended is None:
                self._goes_on(line.rows[-1])
            elif key[1] in self.going_on.get(key[0], ()):
                del self.going_on[key[0]][key[1]]
                self._by_day.discard(key)
        for row in changes.rows:
            if row.kind in self.going_on.get(row.name, ()):
                self.going_on[row.name][row.kind] = row
        for key in list(self.lines)[: max(0, len(self.lines) - MOST_LINES)]:
            del self.lines[key]

    def closed_by_hand(self, number: int, kind: str, name: str, at: int) -> None:
        """A person closed the alarm *number* at *at* (Unix s)."""
        line = self.lines.get((name, kind))
        if line is not None and at >= line.since:
            line.closings |= {at}
        for row in [*self.street, *(line.rows if line else ())]:
            if row.id == number:
                row.closed = at

    def _goes_on(self, row: Row) -> None:
        self.going_on.setdefault(row.name, {})[row.kind] = row
        if row.kind in IN_THE_DARK:
            self._by_day.add((row.name, row.kind))

    def _listed(self, pole: str) -> frozenset[str]:
        """What a state of *pole* lists where it tells nothing new."""
        return LISTED & self.going_on.get(pole, _NONE).keys()

    def _concluded(
        self, line: Line, states: list[Seen], newest: Seen | None, readings: Iterable[Reading], now: int
    ) -> Line:  # fmt: skip
        """*line* with what *states*, the *newest* state of the pole and the *readings* of its meter tell of it."""
        if line.kind in LISTED:
            for seen in [*states, *([newest] if newest else [])]:
                if seen.faults is None or seen.at < line.since:
                    continue
                if line.kind not in seen.faults and is_danger(line.kind):
                    continue
                one = observed(line.turns.values(), line.pole, line.kind, seen.at, line.kind in seen.faults, now)
                line = line.with_turns([one]) if one else line
        if line.kind in PROVED_BY_POWER and newest is not None:
            for reading in readings:
                one = self._proof(line, newest, reading, now)
                line = line.with_turns([one]) if one else line
        return line

    def _proof(self, line: Line, newest: Seen, reading: Reading, now: int) -> Turn | None:
        """The end that the power of *reading* proves.  A pole that lists the fault all the same contradicts it."""
        if newest.at > reading.at or not self._lit(reading, newest):
            return None
        before = [(place, one) for place, one in ordered(line.turns.values()) if place <= reading.at]
        if not before or not before[-1][1].begins or before[-1][0] == reading.at:
            return None
        if newest.faults is not None and line.kind in newest.faults and newest.at >= before[-1][0]:
            return None
        return Turn(line.pole, line.kind, reading.at, False, POWER, reading.at, now)

    def _lit(self, reading: Reading, newest: Seen | None) -> bool:
        level = reading.level if reading.level is not None or newest is None else newest.level
        return self.rules.lit(reading.pole, reading.at, level, reading.power_w)

    def _swallow(self, changes: Changes) -> None:
        """Say of each row that is new or may have changed by which other it is explained."""
        street = self.street if changes.street is None else changes.street
        feeders = [row for row in street if row.kind == fault.FEEDER and row.proof != SUPERSEDED]
        for (pole, kind), line in changes.lines.items():
            causes = feeders if kind == SUPPLY_LOSS else self._rows(changes, pole, EFFECTS.get(kind, ""))
            if kind in EFFECTS or kind == SUPPLY_LOSS:
                line.rows = [replace(row, swallowed_by=swallower(row, causes)) for row in line.rows]
        touched = {pole for pole, kind in changes.lines if kind == SUPPLY_LOSS}
        if changes.street is None and not any(row.kind == fault.POLE and row.name in touched for row in street):
            return
        new = []
        for row in street:
            if row.kind == fault.POLE and row.proof != SUPERSEDED:
                row = replace(row, swallowed_by=swallower(row, self._rows(changes, row.name, SUPPLY_LOSS)))
            new.append(row)
        changes.street = new

    def _rows(self, changes: Changes, pole: str, kind: str) -> list[Row]:
        line = changes.lines.get((pole, kind)) or self.lines.get((pole, kind))
        return line.rows if line else []

    def _compare(self, changes: Changes) -> None:
        """Find which rows are not as they were, and what is to be said of them."""
        gone = {row.id for row, _into in changes.merges}
        pairs = []
        for key, line in changes.lines.items():
            before = self.lines.get(key)
            old = {row.id: row for row in (before.rows if before else ())}
            pairs += [(old.get(row.id), row) for row in line.rows]
        if changes.street is not None:
            old = {row.id: row for row in self.street}
            pairs += [(old.get(row.id), row) for row in changes.street]
        notes = []
        for was, row in pairs:
            if was is None or row != was:
                changes.rows.append(row)
                notes += notes_of(was, row)
        by_id = {id(row): row for _was, row in pairs}
        same = {(row.key, row.began): row for row in by_id.values()}
        # rows were replaced since the turns were noted: the note is of the row as it is now
        changes.notes = notes + [
            replace(note, row=same.get((note.row.key, note.row.began), note.row))
            for note in changes.notes
            if note.row.id not in gone or not note.row.id
        ]
        changes.merges = [(row, same.get((into.key, into.began), into)) for row, into in changes.merges]

    def _darken(self, changes: Changes, now: int) -> None:
        """What is bad in the dark only becomes so at dusk."""
        touched = {(row.name, row.kind) for row in changes.rows}
        for pole, kind in sorted(self._by_day - touched):
            row = self.going_on[pole][kind]
            severity = self.rules.severity(kind, row.began, max(now, row.began))
            if severity != row.severity:
                changes.rows.append(replace(row, severity=severity))
                changes.notes.append(Note(changes.rows[-1], now, WORSENED))


def _is_alarm(one: Turn) -> bool:
    if one.begins is None:
        return one.kind in NEEDED
    return one.kind != COMMUNICATION_FAILURE
