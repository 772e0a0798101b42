"""Which alarms a page shows, by the query of its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from host_tools.city.alarms import life
from host_tools.city.alarms.listing import StoredAlarm
from host_tools.errors import CommandError
from host_tools.site.model import Pole
from host_tools.text import quoted, whole

SEVERITIES = ("1", "2", "3", "4")
STATES = (life.OPEN, life.ACKNOWLEDGED, life.ASSIGNED, life.MENDED, life.CLOSED)
SHOWN, MOST = 100, 2000
MOST_NAME = 120


@dataclass(frozen=True)
class Filters:
    """Empty is "all" that are open; *state* "closed": the latest closed ones.  *mine* is the user's name, or ""."""

    severity: str = ""
    state: str = ""
    kind: str = ""
    ward: str = ""
    feeder: str = ""
    mine: str = ""
    shown: int = SHOWN

    @property
    def closed(self) -> bool:
        return self.state == life.CLOSED

    @property
    def any(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.severity or self.state or self.kind or self.ward or self.feeder or self.mine)

    def query(self, **changed: str | int) -> str:
        """The query of the address that shows this, with *changed*."""
        values = {
            "severity": self.severity, "state": self.state, "kind": self.kind, "ward": self.ward,
            "feeder": self.feeder, "mine": "1" if self.mine else "",
            "shown": "" if self.shown == SHOWN else self.shown, **changed,
        }  # fmt: skip
        return urlencode({name: value for name, value in values.items() if value != ""})

    def hold(self, one: StoredAlarm, files: Mapping[str, Pole]) -> bool:
        """Whether *one* is shown; *files*: the poles of the site's files, by name."""
        row = one.row
        if self.severity and str(row["severity"]) != self.severity:
            return False
        if self.kind and row["kind"] != self.kind:
            return False
        if (one.state != self.state) if self.state else (one.state == life.CLOSED):
            return False
        if self.mine and self.mine not in (row["acknowledged_by"], row["assigned_to"], row["mended_by"]):
            return False
        poles = [files[name] for name in one.alarm.poles if name in files]
        if self.ward and not any(pole.ward == self.ward for pole in poles):
            return False
        return not self.feeder or row["name"] == self.feeder or any(pole.feeder == self.feeder for pole in poles)


def filters(query: Mapping[str, str], user: str) -> Filters:
    """Those of *query*.  Raises CommandError."""
    severity, state = query.get("severity", ""), query.get("state", "")
    if severity not in ("", *SEVERITIES):
        raise CommandError(f"severity is {quoted(severity, 20)} and must be one of {', '.join(SEVERITIES)}")
    if state not in ("", *STATES):
        raise CommandError(f"state is {quoted(state, 20)} and must be one of {', '.join(STATES)}")
    shown = query.get("shown", "") or str(SHOWN)
    count = whole(shown, 5)
    if count is None or not 1 <= count <= MOST:
        raise CommandError(f"shown is {quoted(shown, 20)} and must be 1 to {MOST}")
    names = {name: query.get(name, "")[:MOST_NAME] for name in ("kind", "ward", "feeder")}
    return Filters(severity, state, mine=user if query.get("mine") else "", shown=count, **names)
