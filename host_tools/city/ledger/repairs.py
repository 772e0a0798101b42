"""Repairs: from the time of the event to the proof, against the hours of the contract; what each begun day costs.

Every day beyond belongs to the month in which it begins, so the months of an alarm add up to what it costs in all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from host_tools.city.alarms.repair_clock import DAY_S, runs_for
from host_tools.site.contract import Contract


@dataclass(frozen=True)
class Fault:
    """An alarm as the store has it; times are Unix s, ``ended`` None: it goes on."""

    number: int
    kind: str
    name: str
    severity: int
    began: int
    ended: int | None
    poles: tuple[str, ...]


@dataclass(frozen=True)
class Repair:
    """A fault under the contract; ``days`` are the days beyond that began in the month, ``rupees`` what they cost."""

    fault: Fault
    ward: str
    contractor: str
    due: int
    stopped: int  # when it ended, or until when it is looked at
    days: int
    rupees: float

    @property
    def hours(self) -> float:
        """From its begin to its end, or to now."""
        return (self.stopped - self.fault.began) / 3600

    @property
    def late(self) -> bool:
        return self.stopped > self.due


@dataclass(frozen=True)
class Totals:
    """Of the repairs of a month; ``typical_h``: half of those that ended took no longer.  None: none ended."""

    count: int = 0
    ended: int = 0
    in_time: int = 0
    open: int = 0
    late: int = 0
    typical_h: float | None = None
    light_days: int = 0
    rupees: float = 0.0


def counts(fault: Fault, contract: Contract) -> bool:
    """Whether the contract counts *fault*: not where its supply was lost by the distribution company."""
    return fault.kind not in contract.excluded and runs_for(fault.kind, fault.severity)


def repair(fault: Fault, ward: str, contract: Contract, begins: int, ends: int, now: int) -> Repair:
    """*fault* in the month from *begins* to before *ends* (Unix s), as it is at *now*."""
    due = fault.began + contract.repair_s(fault.kind, ward)
    stopped = min(now, ends) if fault.ended is None else fault.ended
    days = _begun(due, min(stopped, ends)) - _begun(due, min(stopped, begins))
    lights = max(1, len(fault.poles))
    return Repair(
        fault, ward, contract.contractor_of(ward), due, stopped, days, days * lights * contract.penalty_rupees
    )


def totals(repairs: Iterable[Repair], begins: int, ends: int) -> Totals:
    """The totals of *repairs* in the month from *begins* to before *ends* (Unix s)."""
    listed = list(repairs)
    over = [one for one in listed if one.fault.ended is not None and begins <= one.fault.ended < ends]
    return Totals(
        len(listed), len(over), sum(not one.late for one in over), len(listed) - len(over),
        sum(one.late for one in listed), median(one.hours for one in over) if over else None,
        sum(one.days * max(1, len(one.fault.poles)) for one in listed), sum(one.rupees for one in listed),
    )  # fmt: skip


def _begun(due: int, until: int) -> int:
    """Days beyond *due* that begin before *until*."""
    return max(0, -(-(until - due) // DAY_S))
