"""The city at one revision: each pole in a few values, the open alarms, and how many there are of which.

Everything is replaced, and nothing changed in place: who holds a view may read it in any thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

LIT, OFF, SILENT, UNKNOWN = "lit", "off", "silent", "unknown"
COMMANDERS = frozenset({"operator", "emergency", "incident", "lock", "local"})  # that are people, or act for them


class PoleView(NamedTuple):
    """A pole in the order in which browsers get it.

    *state*: LIT, OFF, SILENT or UNKNOWN; a silent pole keeps the values that it had.  *worst*: the severity of the
    worst of its open alarms, 0 without one.  *seen*, *until*: Unix s; *power_dw*: tenths of a watt.
    """

    name: str
    state: str
    level: int | None
    target: int | None
    owner: str
    until: int | None
    seen: int | None
    power_dw: int | None
    worst: int

    @property
    def in_command(self) -> bool:
        return self.owner in COMMANDERS and self.state in (LIT, OFF)


class AlarmView(NamedTuple):
    """An open alarm, or one that has just closed.  *own*: no other alarm explains it.  *state* is that of its life.

    *opened*: the revision at which this process saw it come; 0 where it was there before.
    """

    id: int
    kind: str
    name: str
    severity: int
    state: str
    own: bool
    last_began: int
    poles: tuple[str, ...]
    opened: int = 0

    @property
    def open(self) -> bool:
        return self.state != "closed"


@dataclass(frozen=True)
class Totals:
    """How many poles are what; each counts once as lit, off, silent or unknown.  *power_dw*: of those that speak."""

    lit: int = 0
    off: int = 0
    silent: int = 0
    unknown: int = 0
    faults: int = 0
    command: int = 0
    alarms: int = 0
    power_dw: int = 0


@dataclass(frozen=True)
class View:
    """The city at *revision*; *alarms* are the open ones by their number."""

    revision: int = -1
    poles: Mapping[str, PoleView] = field(default_factory=dict)
    alarms: Mapping[int, AlarmView] = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)


def totals(
    former: Totals, gone: Iterable[PoleView], come: Iterable[PoleView], alarms: Iterable[AlarmView]
) -> Totals:  # fmt: skip
    """The sums after the poles *come* took the place of those that are *gone*, with these open *alarms*."""
    sums = asdict(former)
    for sign, poles in ((-1, gone), (1, come)):
        for one in poles:
            sums[one.state] += sign
            sums["faults"] += sign * (one.worst > 0)
            sums["command"] += sign * one.in_command
            if one.power_dw and one.state in (LIT, OFF):
                sums["power_dw"] += sign * one.power_dw
    sums["alarms"] = sum(one.own for one in alarms)
    return Totals(**sums)


def worst_of(alarms: Iterable[AlarmView]) -> dict[str, int]:
    """The severity of the worst of *alarms* on each pole that has one."""
    worst: dict[str, int] = {}
    for one in alarms:
        for name in one.poles:
            worst[name] = min(one.severity, worst.get(name, one.severity))
    return worst
