"""The street as its messages tell it: topics and payloads in, rows and a summary out.

Pure: no broker, no terminal, no clock of its own.  Whatever comes in, nothing is raised: a payload that makes no sense
is counted and otherwise ignored, for a view must outlive a pole gone mad.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.city.correlation.switched_feeders import NOTHING, Switched
from host_tools.city.live import faults
from host_tools.city.live.faults import SAFE_MODE
from host_tools.city.live.row import Happening, Row, Wanted
from host_tools.city.live.shown_rows import Shown
from host_tools.city.live.totals import Summary
from host_tools.site.model import Pole
from host_tools.wire.envelope import flash_nonce
from host_tools.wire.payload import number, parsed, text
from pole.wire import ack_reasons, contract

MOST_POLES = 500_000  # a flood of made-up topics must not eat the machine; what is above is counted and said
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
        self._head = f"{root}/{site}/"
        self._rows: dict[str, Row] = {}
        self.shown = Shown(wanted, lit_percent)
        self.rubbish = 0
        self.refused = 0  # messages of poles above MOST_POLES
        self.events: deque[Happening] = deque(maxlen=KEPT_EVENTS)
        for pole in poles:
            switches = pole.name in switched.poles
            row = self._rows[pole.name] = Row(pole.name, groups=pole.groups, ward=pole.ward, switched=switches)
            self.shown.count(row)

    def at(self, now: int) -> None:
        """It is *now* (Unix s): by day poles on switched feeders may be offline."""
        self.shown.by_day = self._switched.by_day(now)

    def shift(self, seconds: int) -> None:
        """The computer's clock was set by *seconds*: what was heard by it is as old as before."""
        for row in self._rows.values():
            if row.seen_live and row.seen is not None:
                row.seen += seconds
            if row.changed is not None:
                row.changed += seconds

    def feed(self, topic: str, payload: bytes, retained: bool, now: int) -> list[Happening]:
        """Take one message that came in at *now* (Unix s) and say what happened by it, for a view that prints lines."""
        name, kind = self._split(topic)
        if not name:
            return []
        values = parsed(payload)
        if values is None:
            self.rubbish += bool(payload)  # an empty one clears what the broker retained, and is no rubbish
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
        found = self._take(row, kind, values, retained, now)
        self.shown.dropped(row)
        self.shown.count(row)
        if not self.shown.wanted.holds(row):
            return []
        self.events.extend(one for one in found if one.kind in ("presence", "event", "ack"))
        return found

    def _take(self, row: Row, kind: str, values: dict[str, Any], retained: bool, now: int) -> list[Happening]:
        at = number(values.get("at"), 1, 2**40)
        moment = at if retained and at is not None else now
        back: list[Happening] = []
        if not (retained and kind == contract.PRESENCE) and not _is_will(kind, values):
            row.seen = max(row.seen or 0, moment) if retained else moment
            row.seen_live = not retained
            if not retained and row.online is not True and kind != contract.PRESENCE:
                if row.online is False:  # its will came late: after the session that follows it
                    back.append(Happening(now, row.pole, "presence", "online again"))
                row.online = row.outlived = True  # whatever the broker retains as its presence
        take = {
            contract.PRESENCE: self._presence, contract.BIRTH: self._birth, contract.STATE: self._state,
            contract.METER: self._meter, contract.EVENT: self._event, contract.ACK: self._ack,
        }[kind]  # fmt: skip
        return back + list(take(row, values, moment, retained))

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
        return replace(self.shown.summary(), unreadable=self.rubbish, refused=self.refused)

    def _split(self, topic: str) -> tuple[str, str]:
        """(pole, kind) of *topic*; ("", "") where it is not a pole's of this site."""
        if not topic.startswith(self._head):
            return "", ""
        name, _, kind = topic[len(self._head) :].partition("/")
        if not name or name.startswith("_") or kind not in contract.DELIVERY or text(name, 64) != name:
            return "", ""
        return name, kind

    def _presence(self, row: Row, values: dict[str, Any], at: int, retained: bool) -> Iterable[Happening]:
        online = values.get("online")
        if not isinstance(online, bool):
            self.rubbish += 1
            return []
        if retained and not online and row.outlived:
            return []
        known, row.online, row.outlived = row.online, online, False
        if known == online or (known is None and online):
            return []
        if known is None and retained:
            return []  # it was gone before we looked
        if row.switched and not online and self._switched.by_day(at):
            return [Happening(at, row.pole, "presence", "off: its feeder is switched off by day")]
        return [Happening(at, row.pole, "presence", "online again" if online else "offline", bad=not online)]

    def _birth(self, row: Row, values: dict[str, Any], at: int, retained: bool) -> Iterable[Happening]:
        groups = values.get("groups")
        row.groups = tuple(text(group, 32) for group in groups[:16]) if isinstance(groups, list) else ()
        row.board = text(values.get("board"), 32)
        row.flash_nonce = flash_nonce(values)
        if values.get("safeMode") is True:
            row.faults.setdefault(SAFE_MODE, None)
        else:
            row.faults.pop(SAFE_MODE, None)
        if retained:
            return []
        firmware, cause = text(values.get("firmware"), 24), text(values.get("resetCause"), 24)
        return [Happening(at, row.pole, "birth", f"started, firmware {firmware or '?'}, reset cause {cause or '?'}")]

    def _state(self, row: Row, values: dict[str, Any], at: int, retained: bool) -> Iterable[Happening]:
        level = number(values.get("level"), 0, 100)
        if level is None:
            self.rubbish += 1
            return []
        before = (row.level, row.target, row.reason, row.owner, row.until)
        row.level = level
        row.target = number(values.get("target"), 0, 100)
        row.reason = text(values.get("reason"), 80)
        row.owner = text(values.get("owner"), 16)
        row.until = number(values.get("until"), 1, 2**40)
        row.clock = text(values.get("clock"), 16)
        faults.listed(row, values.get("faults"), number(values.get("at"), 1, 2**40) or at)
        if before == (row.level, row.target, row.reason, row.owner, row.until):
            return []
        first = before[0] is None
        if not first or not retained:
            row.changed = at
            self.shown.changed(row)
        if first and retained:
            return []
        return [Happening(at, row.pole, "state", "")]

    def _meter(self, row: Row, values: dict[str, Any], at: int, retained: bool) -> Iterable[Happening]:
        power = values.get("activePower")
        if isinstance(power, bool) or not isinstance(power, int | float) or not 0 <= power <= 1e6:
            self.rubbish += power is not None
            return []
        row.power_w = float(power)
        return []

    def _event(self, row: Row, values: dict[str, Any], at: int, retained: bool) -> Iterable[Happening]:
        found = faults.event(row, values, at, self._switched.by_day, self._zone)
        self.rubbish += found is None
        return [] if found is None else [found]

    def _ack(self, row: Row, values: dict[str, Any], at: int, retained: bool) -> Iterable[Happening]:
        outcome = text(values.get("outcome"), 24)
        if not outcome:
            self.rubbish += 1
            return []
        why = ", ".join(part for part in (text(values.get("reason"), 40), text(values.get("detail"), 120)) if part)
        sender = text(values.get("sender"), 40)
        said = f"{outcome} a command" + (f" of {sender}" if sender else "") + (f": {why}" if why else "")
        return [Happening(at, row.pole, "ack", said, bad=outcome != ack_reasons.APPLIED)]


def _is_will(kind: str, values: dict[str, Any]) -> bool:
    """Whether the broker speaks here for a pole that is gone."""
    return kind == contract.PRESENCE and values.get("online") is not True
