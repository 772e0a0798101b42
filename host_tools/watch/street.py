"""The street as its messages tell it: topics and payloads in, rows and a summary out.

Pure: no broker, no terminal, no clock of its own.  Whatever comes in, nothing is raised: a payload that makes no sense
is counted and otherwise ignored, for a view must outlive a pole gone mad.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from host_tools.watch.payload import number, parsed, text
from pole import contract, contract_acks

MOST_POLES = 20_000  # a flood of made-up topics must not eat the machine
MOST_FAULTS = 16  # of one pole
KEPT_EVENTS = 200

Kind = Literal["presence", "birth", "state", "meter", "event", "ack"]


@dataclass
class Row:
    """What is known of one pole.  None is "not said yet"; times are Unix seconds; ``power_w`` is watts.

    ``seen`` is when the pole last spoke, ``changed`` when what it said of its light last differed.
    """

    pole: str
    online: bool | None = None
    level: int | None = None
    target: int | None = None
    reason: str = ""
    owner: str = ""
    until: int | None = None
    clock: str = ""
    power_w: float | None = None
    seen: int | None = None
    changed: int | None = None
    groups: tuple[str, ...] = ()
    board: str = ""
    faults: dict[str, int] = field(default_factory=dict)  # eventType: since

    def as_json(self) -> dict[str, Any]:
        """The row in the names of the wire."""
        return {
            "pole": self.pole, "online": self.online, "level": self.level, "target": self.target, "reason": self.reason,
            "owner": self.owner, "until": self.until, "clock": self.clock, "activePower": self.power_w,
            "lastSeen": self.seen, "groups": list(self.groups), "board": self.board, "faults": dict(self.faults),
        }  # fmt: skip


@dataclass(frozen=True)
class Happening:
    """Something worth a line: at ``at`` (Unix s) ``pole`` said ``text``; ``bad`` draws the eye."""

    at: int
    pole: str
    kind: Kind
    text: str
    bad: bool = False


@dataclass(frozen=True)
class Summary:
    """The street in one line: how many poles, online, lit, with faults, and the kilowatts they say they take."""

    poles: int
    online: int
    lit: int
    faults: int
    kilowatts: float
    rubbish: int

    def as_json(self) -> dict[str, Any]:
        return {
            "poles": self.poles, "online": self.online, "lit": self.lit, "faults": self.faults,
            "activePower": round(self.kilowatts * 1000, 1), "rubbish": self.rubbish,
        }  # fmt: skip


class Street:
    """All poles of *site* under *root*.  A pole counts as lit from *lit_percent* on."""

    def __init__(self, root: str, site: str, lit_percent: int = 10) -> None:
        self._head = f"{root}/{site}/"
        self._lit = lit_percent
        self._rows: dict[str, Row] = {}
        self.rubbish = 0
        self.events: deque[Happening] = deque(maxlen=KEPT_EVENTS)

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
                self.rubbish += 1
                return []
            row = self._rows[name] = Row(name)
        at = number(values.get("at"), 1, 2**40)
        moment = at if retained and at is not None else now
        if not (retained and kind == contract.PRESENCE) and not _is_will(kind, values):
            row.seen = max(row.seen or 0, moment)
        take = {
            contract.PRESENCE: self._presence, contract.BIRTH: self._birth, contract.STATE: self._state,
            contract.METER: self._meter, contract.EVENT: self._event, contract.ACK: self._ack,
        }[kind]  # fmt: skip
        found = list(take(row, values, moment, retained))
        self.events.extend(one for one in found if one.kind in ("presence", "event", "ack"))
        return found

    def row(self, pole: str) -> Row:
        """What is known of *pole*; an empty row where nothing is."""
        return self._rows.get(pole) or Row(pole)

    def rows(self, now: int | None = None, recent_s: float = 0) -> list[Row]:
        """Every row by name; with *recent_s*, first those with faults, those offline, and those changed since then."""
        rows = sorted(self._rows.values(), key=lambda row: row.pole)
        if now is None or recent_s <= 0:
            return rows
        return sorted(rows, key=lambda row: self.urgency(row, now, recent_s))

    def urgency(self, row: Row, now: int, recent_s: float) -> int:
        """0 a fault, 1 offline, 2 changed in the last *recent_s*, 3 nothing to look at."""
        if row.faults:
            return 0
        if row.online is False:
            return 1
        return 2 if row.changed is not None and now - row.changed <= recent_s else 3

    def summary(self) -> Summary:
        rows = self._rows.values()
        return Summary(
            poles=len(rows),
            online=sum(row.online is True for row in rows),
            lit=sum(row.online is not False and row.level is not None and row.level >= self._lit for row in rows),
            faults=sum(len(row.faults) for row in rows),
            kilowatts=sum(row.power_w or 0.0 for row in rows if row.online is not False) / 1000,
            rubbish=self.rubbish,
        )

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
        known, row.online = row.online, online
        if known == online or (known is None and online):
            return []
        if known is None and retained:
            return []  # it was gone before we looked
        return [Happening(at, row.pole, "presence", "online again" if online else "offline", bad=not online)]

    def _birth(self, row: Row, values: dict[str, Any], at: int, retained: bool) -> Iterable[Happening]:
        groups = values.get("groups")
        row.groups = tuple(text(group, 32) for group in groups[:16]) if isinstance(groups, list) else ()
        row.board = text(values.get("board"), 32)
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
        if before == (row.level, row.target, row.reason, row.owner, row.until):
            return []
        first = before[0] is None
        if not first or not retained:
            row.changed = at
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
        name = text(values.get("eventType"), 40)
        if not name:
            self.rubbish += 1
            return []
        since = number(values.get("timestamp"), 1, 2**40) or at
        flag = values.get("startEndFlag")
        ends = flag is False or flag == "end"
        if ends:
            row.faults.pop(name, None)
        elif (flag is True or flag == "start") and len(row.faults) < MOST_FAULTS:
            row.faults[name] = since
        word = " ended" if ends else ""
        late = " (replayed)" if values.get("replayed") is True else ""
        evidence = values.get("attributes")
        shown = text(json.dumps(evidence), 120) if isinstance(evidence, dict) and evidence else ""
        return [Happening(since, row.pole, "event", f"{name}{word}{late} {shown}".rstrip(), bad=not ends)]

    def _ack(self, row: Row, values: dict[str, Any], at: int, retained: bool) -> Iterable[Happening]:
        outcome = text(values.get("outcome"), 24)
        if not outcome:
            self.rubbish += 1
            return []
        why = ", ".join(part for part in (text(values.get("reason"), 40), text(values.get("detail"), 120)) if part)
        sender = text(values.get("sender"), 40)
        said = f"{outcome} a command" + (f" of {sender}" if sender else "") + (f": {why}" if why else "")
        return [Happening(at, row.pole, "ack", said, bad=outcome != contract_acks.APPLIED)]


def _is_will(kind: str, values: dict[str, Any]) -> bool:
    """Whether the broker speaks here for a pole that is gone."""
    return kind == contract.PRESENCE and values.get("online") is not True
