"""The lamp's own evidence on a complaint, in words of the person's language."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import RowMapping

from host_tools.city.alarms import life
from host_tools.city.alarms.repair_clock import repair_clock
from host_tools.city.alarms.rules import Rules
from host_tools.city.complaints.lamp import Lamp, as_asked, fine_lately
from host_tools.city.complaints.services import SERVICES
from host_tools.language.language import Language
from host_tools.text import text
from host_tools.wire.event_types import CATALOGUE

MOST = 80  # characters of a name that a person or a pole chose
TODAY_S = 64800


class ComplaintWords:
    """Says it at *now* (Unix s) in *said*, with times of *zone*."""

    def __init__(self, said: Language, zone: ZoneInfo, rules: Rules, now: int) -> None:
        self.said, self._zone, self._rules, self.now = said, zone, rules, now

    def service(self, code: str) -> str:
        """What the service *code* is called."""
        return self.said.say(f"complaints.name_{code}")

    def status(self, row: RowMapping, lamp: Lamp, first: RowMapping | None = None) -> str:
        """The state of the complaint *row* about *lamp*; *first*: the one that it joined."""
        of = row if first is None else first
        if row["closed_at"] is not None:
            return self._closed(row)
        parts = [self.lamp(lamp, of["code"])]
        explained = self._alarm(lamp, of)
        if explained is not None:
            parts.append(self._crew(explained))
        elif of["raised_at"] is None:
            parts.append(self._next(of, lamp))
        if first is not None:
            parts.append(self._say("joined", number=first["public"]))
        return "; ".join(one for one in parts if one) + self._say("stop")

    def lamp(self, lamp: Lamp, code: str = "SL01") -> str:
        """What the lamp says of itself, without a stop at the end."""
        if lamp.row is None or lamp.last is None:
            return self._say("never", pole=lamp.name)
        if not lamp.heard:
            return self._say("silent", pole=lamp.name, at=self._at(lamp.last))
        explained = lamp.explained_by(SERVICES[code].explained)
        asked = self._asked(lamp)
        if explained is not None:
            since = self._say("since", at=self._at(explained["began"]))
            return f"{lamp.name}: {asked}{self._takes(lamp, explained)}{since} ({self._meaning(explained['kind'])})"
        at = lamp.row["meter_at"]
        when = self._say("at", at=self._at(at)) if at is not None and lamp.power_w is not None else ""
        lit = at is not None and self._rules.lit(lamp.name, at, lamp.level, lamp.power_w)
        return f"{lamp.name}: {asked}{self._takes(lamp, None)}{when}" + (self._say("burns") if lit else "")

    def due(self, row: RowMapping, lamp: Lamp) -> int:
        """Until when it has to be repaired (Unix s), by the contract's clock of its alarm, else of the complaint."""
        alarm = self._alarm(lamp, row)
        return repair_clock(row["made_at"] if alarm is None else alarm["began"], None, 1, self.now).due

    def _next(self, row: RowMapping, lamp: Lamp) -> str:
        """What comes of a complaint that belongs to no alarm yet: as the receiver will judge it in a moment."""
        service = SERVICES[row["code"]]
        if not service.danger and not row["disputed"]:
            if fine_lately(service, lamp, row["made_at"], self._rules):
                return self._say("watched")
            if as_asked(service, lamp, self.now, self._rules):
                return ""
        return self._say("alarm")

    def _alarm(self, lamp: Lamp, row: RowMapping) -> RowMapping | None:
        service = SERVICES[row["code"]]
        return lamp.explained_by(service.explained) or lamp.explained_by({service.kind})

    def _asked(self, lamp: Lamp) -> str:
        row: Any = lamp.row
        if lamp.level is None:
            return self._say("unasked")
        owner = str(row["owner"] or "")
        key = f"complaints.by_{owner}"
        by = self.said.say(key) if lamp.by_order and self.said.knows(key) else ""
        return self._say("asked", level=lamp.level) + by

    def _takes(self, lamp: Lamp, alarm: RowMapping | None) -> str:
        power, expected = lamp.power_w, None
        if lamp.level is not None:
            expected = self._rules.expected_w(lamp.name, lamp.level)
        if alarm is not None:
            told = json.loads(alarm["evidence"])
            power = told.get("activePower") if power is None else power
            expected = told.get("expectedPower", expected)
        if not isinstance(power, int | float):
            return ""
        if isinstance(expected, int | float) and expected > 0:
            return self._say("takes_of", power=_watts(power), expected=_watts(expected))
        return self._say("takes", power=_watts(power))

    def _crew(self, alarm: RowMapping) -> str:
        state, crew = life.state(alarm), text(alarm["assigned_to"] or "", MOST)
        if state == life.MENDED:
            return self._say("mended")
        if state == life.ASSIGNED and crew:
            return self._say("crew", crew=crew)
        return self._say("seen" if state == life.ACKNOWLEDGED else "alarm")

    def _closed(self, row: RowMapping) -> str:
        shown = json.loads(row["proof"] or "{}")
        at, name = self._at(row["closed_at"]), row["pole"]
        if row["closed_by"] == "person":
            return self._say("by_person", pole=name, at=at, reason=text(shown.get("reason", ""), 400))
        if row["closed_by"] == "power" and isinstance(shown.get("level"), int):
            power, expected = shown.get("power"), shown.get("expected")
            takes = self._say("took", power=_watts(power)) if power is not None else ""
            if expected:
                takes = self._say("took_of", power=_watts(power), expected=_watts(expected))
            key = "proved_off" if shown["level"] == 0 else "proved"
            return self._say(key, pole=name, at=at, level=shown["level"], takes=takes)
        return self._say("proved_event", pole=name, at=at)

    def _meaning(self, kind: str) -> str:
        if kind in CATALOGUE:
            one = CATALOGUE[kind]
            shown = one.hindi if self.said.code == "hi" else one.english
        else:
            shown = self.said.say(f"notify.kind_{kind}") if self.said.knows(f"notify.kind_{kind}") else kind
        return shown.rstrip(".।")

    def _at(self, at: int) -> str:
        shown = f"{datetime.fromtimestamp(at, self._zone):%Y-%m-%d %H:%M}"
        return shown[11:] if abs(self.now - at) < TODAY_S else shown

    def _say(self, name: str, **values: Any) -> str:
        return self.said.say(f"complaints.{name}", **values)


def _watts(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}".removesuffix(".0")
