"""A model of the street, fed by messages: topics and payloads in, rows and a summary out.

Pure: no broker, no terminal, no clock of its own.  No input raises: a payload that is not valid is counted and
otherwise ignored, because one faulty pole must not end the view.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from host_tools.city.correlation.switched_feeders import NOTHING, Switched
from host_tools.city.live import faults
from host_tools.city.live.row import Happening, Row, Wanted
from host_tools.city.live.shown_rows import Shown
from host_tools.city.live.totals import Summary
from host_tools.site.model import Pole
from host_tools.wire.event_types import SAFE_MODE
from host_tools.wire.from_pole import (
    Ack,
    Birth,
    Event,
    Meter,
    Presence,
    Said,
    State,
    Unreadable,
    read,
)
from host_tools.wire.payload import text
from host_tools.wire.topics import cut

MOST_POLES = 500_000  # so that a flood of invented topics cannot use up the memory; messages above it are counted
MOST_NAME = 64  # characters of a pole's
MOST_GROUPS = 16
KEPT_EVENTS = 200
ALL = Wanted()
UTC = ZoneInfo("UTC")


class Street:
    """All poles of *site* under *root*: those of its files, *poles*, and all that the broker tells of.

    ``shown`` are the *wanted* ones.  A pole counts as lit from *lit_percent* on.  Poles on *switched* feeders may be
    offline by day.  Times within sentences are in *zone*.
    """

    def __init__(
        self, root: str, site: str, lit_percent: int = 10, poles: Iterable[Pole] = (), wanted: Wanted = ALL,
        switched: Switched = NOTHING, zone: ZoneInfo = UTC,
    ) -> None:  # fmt: skip
        self._switched = switched
        self._zone = zone
        self._root, self._site = root, site
        self._rows: dict[str, Row] = {}
        self.shown = Shown(wanted, lit_percent)
        self.unreadable = 0
        self.refused = 0  # messages of poles above MOST_POLES
        self.events: deque[Happening] = deque(maxlen=KEPT_EVENTS)
        for pole in poles:
            switches = pole.name in switched.poles
            row = self._rows[pole.name] = Row(pole.name, groups=pole.groups, ward=pole.ward, switched=switches)
            self.shown.count(row)

    def at(self, now: int) -> None:
        """Take the time *now* (Unix s): by day poles on switched feeders may be offline."""
        self.shown.by_day = self._switched.by_day(now)

    def shift(self, seconds: int) -> None:
        """Move all times of reception by *seconds*, by which the computer's clock was set: ages stay the same."""
        for row in self._rows.values():
            if row.seen_live and row.seen is not None:
                row.seen += seconds
            if row.changed is not None:
                row.changed += seconds

    def feed(self, topic: str, payload: bytes, retained: bool, now: int) -> list[Happening]:
        """Take one message that came in at *now* (Unix s); returns what has changed, for a view that prints lines."""
        where = cut(topic)
        name = where.pole if where and where.from_pole and where.below(self._root, self._site) else ""
        if where is None or not name or text(name, MOST_NAME) != name:
            return []
        said = read(where, payload)
        if isinstance(said, Unreadable):
            self.unreadable += not said.empty  # an empty one clears what the broker retained
            return []
        row = self._rows.get(name)
        if row is None:
            if len(self._rows) >= MOST_POLES:
                self.refused += 1
                return []
            row = self._rows[name] = Row(name)
        else:
            self.shown.uncount(row)
        row.heard = True
        found = self._take(row, said, retained, now)
        self.shown.dropped(row)
        self.shown.count(row)
        if not self.shown.wanted.holds(row):
            return []
        self.events.extend(one for one in found if one.kind in ("presence", "event", "ack"))
        return found

    def _take(self, row: Row, said: Said, retained: bool, now: int) -> list[Happening]:
        at = said.at if isinstance(said, Birth | State | Meter | Event | Ack) else None
        moment = at if retained and at is not None else now
        back: list[Happening] = []
        # a retained presence may be old, and the one of a pole that is gone is the broker's (last will)
        if not (isinstance(said, Presence) and (retained or not said.online)):
            row.seen = max(row.seen or 0, moment) if retained else moment
            row.seen_live = not retained
            if not retained and row.online is not True and not isinstance(said, Presence):
                if row.online is False:  # its will came late: after the session that follows it
                    back.append(Happening(now, row.pole, "presence", "online again"))
                row.online = row.outlived = True  # also if the broker retains an offline presence
        return back + list(self._told(row, said, moment, retained))

    def _told(self, row: Row, said: Said, at: int, retained: bool) -> Iterable[Happening]:
        match said:
            case Presence():
                return self._presence(row, said, at, retained)
            case Birth():
                return self._birth(row, said, at, retained)
            case State():
                return self._state(row, said, at, retained)
            case Meter():
                return self._meter(row, said)
            case Event():
                return self._event(row, said, at)
            case Ack():
                return self._ack(row, said, at)
        return []

    def row(self, pole: str) -> Row:
        """What is known of *pole*; an empty row where nothing is."""
        return self._rows.get(pole) or Row(pole)

    def rows(self) -> list[Row]:
        """The rows of the poles that were heard of and are wanted, by name."""
        return self.shown.rows()

    def names(self) -> set[str]:
        """Every pole there is, in the files or on the broker."""
        return set(self._rows)

    def groups(self) -> set[str]:
        """Every group that a pole is in."""
        return {group for row in self._rows.values() for group in row.groups}

    def wards(self) -> set[str]:
        """Every ward that the files name."""
        return {row.ward for row in self._rows.values()} - {""}

    def summary(self) -> Summary:
        """The wanted poles in numbers."""
        return replace(self.shown.summary(), unreadable=self.unreadable, refused=self.refused)

    def _presence(self, row: Row, said: Presence, at: int, retained: bool) -> Iterable[Happening]:
        online = said.online
        if retained and not online and row.outlived:
            return []
        known, row.online, row.outlived = row.online, online, False
        if known == online or (known is None and online):
            return []
        if known is None and retained:
            return []  # it was offline before this program began
        if row.switched and not online and self._switched.by_day(at):
            return [Happening(at, row.pole, "presence", "off: its feeder is switched off by day")]
        return [Happening(at, row.pole, "presence", "online again" if online else "offline", bad=not online)]

    def _birth(self, row: Row, said: Birth, at: int, retained: bool) -> Iterable[Happening]:
        row.groups = tuple(text(group, 32) for group in said.groups[:MOST_GROUPS])
        row.board, row.flash_nonce = said.board, said.flash_nonce
        if said.safe_mode:
            row.faults.setdefault(SAFE_MODE, None)
        else:
            row.faults.pop(SAFE_MODE, None)
        if retained:
            return []
        began = f"started, firmware {said.firmware or '?'}, reset cause {said.reset_cause or '?'}"
        return [Happening(at, row.pole, "birth", began)]

    def _state(self, row: Row, said: State, at: int, retained: bool) -> Iterable[Happening]:
        if said.level is None:
            self.unreadable += 1
            return []
        before = (row.level, row.target, row.reason, row.owner, row.until)
        row.level, row.target, row.reason = said.level, said.target, said.reason
        row.owner, row.until, row.clock = said.owner, said.until, said.clock
        faults.listed(row, said.faults, said.at or at)
        if before == (row.level, row.target, row.reason, row.owner, row.until):
            return []
        first = before[0] is None
        if not first or not retained:
            row.changed = at
            self.shown.changed(row)
        if first and retained:
            return []
        return [Happening(at, row.pole, "state", "")]

    def _meter(self, row: Row, said: Meter) -> Iterable[Happening]:
        if said.power_w is None:
            self.unreadable += said.values.get("activePower") is not None
        else:
            row.power_w = said.power_w
        return []

    def _event(self, row: Row, said: Event, at: int) -> Iterable[Happening]:
        found = faults.event(row, said, at, self._switched.by_day, self._zone)
        self.unreadable += found is None
        return [] if found is None else [found]

    def _ack(self, row: Row, said: Ack, at: int) -> Iterable[Happening]:
        if not said.outcome:
            self.unreadable += 1
            return []
        why = ", ".join(part for part in (said.reason, text(said.detail, 120)) if part)
        sender = text(said.sender, 40)
        told = f"{said.outcome} a command" + (f" of {sender}" if sender else "") + (f": {why}" if why else "")
        return [Happening(at, row.pole, "ack", told, bad=not said.applied)]
