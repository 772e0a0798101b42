"""An alarm as a line of a page: everything in words of the page's language, nothing left to compute in a template."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.city.alarms import life
from host_tools.city.alarms.listing import StoredAlarm
from host_tools.city.alarms.repair_clock import repair_clock, runs_for
from host_tools.city.alarms.seen import mark
from host_tools.city.console import fault_words as words
from host_tools.city.console.page import iso, moment, zone_name
from host_tools.language.language import Language
from host_tools.site.contract import Contract
from host_tools.site.model import Site
from host_tools.text import safe, text

MOST_NAME = 80


@dataclass(frozen=True)
class Clock:
    """The repair clock in words; *late*: it costs; *share* percent of the time that is used up."""

    words: str
    due: str
    due_iso: str
    late: bool
    share: int


@dataclass(frozen=True)
class Line:
    """What a page shows of one alarm.  *effects* are (sentence, name) of those that it explains."""

    number: int
    mark: str
    severity: int
    kind: str
    name: str
    called: str
    place: str
    sentence: str
    since: str
    since_iso: str
    times: str
    state: str
    by: tuple[str, ...]
    cause: str
    carry: str
    evidence: str
    note: str
    order: int | None
    quiet: str
    clock: Clock | None
    effects: tuple[tuple[str, str], ...]
    poles: tuple[str, ...]
    pole: str


class AlarmWords:
    """Makes lines of alarms at *now* (Unix s) for a page in the language *said*."""

    def __init__(self, said: Language, site: Site | None, zone: ZoneInfo, now: int) -> None:
        self._said, self._zone, self._now = said, zone, now
        self._known = site.by_name if site else {}
        self._contract = site.contract if site else Contract()
        self._zone_name = zone_name(zone)

    def lines(self, alarms: Iterable[StoredAlarm]) -> list[Line]:
        return [self.line(one) for one in alarms]

    def line(self, one: StoredAlarm) -> Line:
        """*one* in words."""
        row, told = one.row, one.alarm
        pole = self._known.get(row["name"])
        own = row["name"] if told.poles == (row["name"],) else ""
        groups = (pole.ward, pole.feeder, pole.road_class) if pole else ()
        return Line(
            row["id"], mark(row), row["severity"], safe(row["kind"]), row["name"],
            text(pole.called if pole else row["name"], MOST_NAME), " · ".join(one for one in groups if one),
            words.meaning(row["kind"], self._said), self._since(one), iso(told.since, self._zone), self._times(one),
            one.state, tuple(self._by(one)), words.cause(told.cause, self._said) if told.cause else "",
            words.carry(told.carry, self._said) if told.carry and one.state != life.CLOSED else "",
            " · ".join(words.evidence(row["kind"], told.evidence, self._said)), text(row["note"], 400),
            row["work_order"], self._say("quiet_until", at=self._at(one.quiet_until)) if one.quiet_until else "",
            self._clock(one), tuple(self._effect(name) for name in one.effects),
            told.poles, own,
        )  # fmt: skip

    def _say(self, name: str, **values: Any) -> str:
        if "at" in values or name in ("was",):
            values.setdefault("zone", self._zone_name)
        return self._said.say(f"console_alarms.{name}", **values)

    def _at(self, at: int | None) -> str:
        """The time of day where it is of today, else with its date."""
        shown = moment(at, self._zone)
        return shown[11:] if at and shown[:10] == moment(self._now, self._zone)[:10] else shown

    def _since(self, one: StoredAlarm) -> str:
        since, ended = one.alarm.since, one.alarm.ended
        if since is None:
            return self._say("before")
        lasted = words.span(max(0, (self._now if ended is None else ended) - since), self._said)
        if ended is None:
            return self._say("since", at=self._at(since), span=lasted)
        return self._say("was", **{"from": self._at(since), "to": self._at(ended)}, span=lasted)

    def _times(self, one: StoredAlarm) -> str:
        shown = [self._say("coming")] if one.alarm.chatter else []
        return ", ".join(shown + ([self._say("times", count=one.alarm.times)] if one.alarm.times > 1 else []))

    def _by(self, one: StoredAlarm) -> Iterable[str]:
        row, state = one.row, one.state
        for what, who in (("acknowledged", "acknowledged_by"), ("assigned", "assigned_to"), ("mended", "mended_by")):
            if row[what] is not None and (row[what] >= row["last_began"] or state == life.CLOSED):
                yield self._say(f"by_{what}", who=text(row[who], MOST_NAME), at=self._at(row[what]))
        if state == life.CLOSED:
            by, reason = life.closed_by(row), text(row["close_reason"] or "", 400)
            at = self._at(row["ended"] if row["ended"] is not None else row["closed"])
            if self._said.knows(f"console_alarms.by_{by}"):
                yield self._say(f"by_{by}", at=at, who=text(row["closed_by"] or "", MOST_NAME), reason=reason)

    def _clock(self, one: StoredAlarm) -> Clock | None:
        row = one.row
        if not runs_for(row["kind"], row["severity"]):
            return None
        lights = max(1, len(one.alarm.poles))
        pole = self._known.get(row["name"])
        allowed = self._contract.repair_s(row["kind"], pole.ward if pole else "")
        run = repair_clock(row["began"], one.alarm.ended, lights, self._now, allowed, self._contract.penalty_rupees)
        used = words.span(run.left_s, self._said)
        late = run.left_s < 0
        if one.state == life.CLOSED:
            said = self._say("ended_late", span=used, rupees=run.rupees) if late else self._say("ended_in_time")
        else:
            said = self._say("due_over" if late else "due_in", span=used, rupees=run.rupees)
        whole = run.due - row["began"]
        share = min(100, max(0, round(100 * (whole - run.left_s) / whole)))
        return Clock(said, self._say("due_at", at=self._at(run.due)), iso(run.due, self._zone), late, share)

    def _effect(self, called: str) -> tuple[str, str]:
        kind, _, name = called.partition("/")
        return words.meaning(kind, self._said), text(name, MOST_NAME)
