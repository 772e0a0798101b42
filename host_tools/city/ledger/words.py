"""What a report says in one language: names, notes, and the addresses of the rows behind a figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from host_tools.city.ledger.report import Report
from host_tools.city.ledger.sheet import TEXT, Column
from host_tools.language.language import Language
from host_tools.text import safe
from host_tools.wire.event_types import CATALOGUE

NO_NAME = "-"  # in an address: of poles whose ward or feeder is not known
MOST_NAMES = 5  # of poles in a note


class Words:
    """Says *report* in the language *said*; times are of *zone*."""

    def __init__(self, report: Report, said: Language, zone: ZoneInfo) -> None:
        self.report, self.said, self.zone = report, said, zone

    def say(self, name: str, **values: Any) -> str:
        return self.said.say(f"report.{name}", **values)

    def link(self, rows: str, **values: str) -> str:
        """The address of the page of *rows* with filters."""
        return f"/reports/{rows}?{urlencode({'month': self.report.month.name, **values})}"

    @property
    def month(self) -> str:
        """The month as people call it."""
        first = self.report.month.first
        return f"{self.say(f'month_{first.month}')} {first.year}"

    def verdict(self) -> str:
        """Whether the target is reached, in a sentence."""
        met = self.report.met
        name = "verdict_none" if met is None else "verdict_met" if met else "verdict_missed"
        target = f"{self.report.contract.uptime_percent:g}"
        return self.say(name, target=target, strict=f"{self.report.total.strict or 0:.2f}")

    def preliminary(self) -> str:
        """Which nights are preliminary, in a sentence; empty where none is."""
        nights = ", ".join(day.isoformat() for day in self.report.preliminary)
        return self.say("note_preliminary", nights=nights) if nights else ""

    def notes(self) -> list[str]:
        """What a reader must know of the figures: what is missing, and what they are by."""
        one, contract = self.report, self.report.contract
        out = []
        if one.never:
            out.append(self.say("note_never", count=len(one.never), names=", ".join(one.never[:MOST_NAMES])))
        if one.to_come:
            out.append(self.say("note_to_come", count=one.to_come))
        if one.strangers:
            out.append(self.say("note_strangers", count=one.strangers))
        out += [self.say("note_strict"), self.say("note_saved")]
        if contract.excluded:
            out.append(self.say("note_excluded", kinds=", ".join(self.kind(kind) for kind in contract.excluded)))
        out.append(self.say("note_co2", factor=f"{contract.co2_kg_per_kwh:g}"))
        if contract.rupees_per_kwh is None:
            out.append(self.say("note_no_tariff"))
        else:
            out.append(self.say("note_tariff", rupees=f"{contract.rupees_per_kwh:g}"))
        if not one.total.old_nights:
            out.append(self.say("note_no_old"))
        elif one.total.old_nights < one.total.nights:
            out.append(self.say("note_some_old", count=one.total.old_nights, all=one.total.nights))
        return out

    def kind(self, name: str) -> str:
        """What an alarm of the kind *name* is called."""
        key = f"report.kind_{name}"
        if self.said.knows(key):
            return self.said.say(key)
        known = CATALOGUE.get(name)
        return safe(name) if known is None else (known.hindi if self.said.code == "hi" else known.english)

    def column(self, name: str, kind: str = TEXT) -> Column:
        """The column *name*."""
        return Column(name, self.say(f"column_{name}"), kind)

    def at(self, at: int | None) -> datetime | None:
        """*at* (Unix s) by the site's clock."""
        return None if at is None else datetime.fromtimestamp(at, self.zone)
