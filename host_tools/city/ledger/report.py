"""The report of a month: all its figures, put together from sums of nights and from alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from host_tools.city.ledger import repairs as by_contract
from host_tools.city.ledger.month import Month
from host_tools.city.ledger.repairs import Fault, Repair, Totals
from host_tools.city.ledger.sums import Sums, grouped, together
from host_tools.city.store.local_time import LocalTime
from host_tools.site.contract import Contract
from host_tools.site.model import Pole, Site


@dataclass(frozen=True)
class Part:
    """What a ward, a feeder or a contractor has in the month."""

    name: str
    poles: int
    sums: Sums
    repairs: Totals


@dataclass(frozen=True)
class SupplyLine:
    """Alarms of one kind of supply or theft: how many, of how many poles, and for how many hours in the month."""

    kind: str
    count: int
    poles: int
    hours: float


@dataclass(frozen=True)
class Report:
    """``nights`` are those that are worked out, ``to_come`` how many of the month are not; ``never``: poles of the
    site's files without any night, ``strangers``: poles with nights that the files do not have.
    """

    month: Month
    contract: Contract
    now: int
    total: Sums
    poles: tuple[tuple[str, Sums], ...]
    nights: Mapping[date, Sums]
    to_come: int
    never: tuple[str, ...]
    strangers: int
    wards: tuple[Part, ...]
    feeders: tuple[Part, ...]
    contractors: tuple[Part, ...]
    repairs: tuple[Repair, ...]
    totals: Totals
    supply: tuple[SupplyLine, ...]

    @property
    def preliminary(self) -> list[date]:
        """The nights that are counted as they stood in the morning: they are counted once more when they are over."""
        return [day for day, sums in self.nights.items() if sums.preliminary]

    @property
    def met(self) -> bool | None:
        """Whether the strict uptime reaches the target; None where no minute is counted."""
        return None if self.total.strict is None else self.total.strict >= self.contract.uptime_percent


def report(
    month: Month, site: Site | None, by_pole: Sequence[tuple[str, Sums]], by_night: Mapping[date, Sums],
    faults: Iterable[Fault], supply: Iterable[Fault], now: int, local: LocalTime,
) -> Report:  # fmt: skip
    """The report of *month* at *now* (Unix s)."""
    known: Mapping[str, Pole] = site.by_name if site else {}
    contract = site.contract if site else Contract()
    begins, ends = month.bounds(local)
    listed = repairs_of(faults, known, contract, begins, ends, now)

    def parts(group: Callable[[Pole], str]) -> tuple[Part, ...]:
        def of_name(name: str) -> str:
            return group(known[name]) if name in known else ""

        def of_fault(one: Repair) -> str:
            return group(known[one.fault.poles[0]]) if one.fault.poles and one.fault.poles[0] in known else ""

        sums = grouped([one for one in by_pole if one[0] in known], of_name)
        own: dict[str, list[Repair]] = {}
        for one in listed:
            own.setdefault(of_fault(one), []).append(one)
        found = [
            Part(name, len(some), together(some), by_contract.totals(own.get(name, ()), begins, ends))
            for name, some in sums.items()
        ]
        return tuple(sorted(found, key=_worst))

    had = {name for name, _sums in by_pole}
    return Report(
        month, contract, now, together(sums for _name, sums in by_pole), tuple(by_pole), dict(by_night),
        len(month.days) - len(by_night), tuple(sorted(name for name in known if name not in had)),
        sum(name not in known for name in had), parts(lambda pole: pole.ward), parts(lambda pole: pole.feeder),
        parts(lambda pole: contract.contractor_of(pole.ward)) if contract.contractors else (),
        listed, by_contract.totals(listed, begins, ends), _supply(supply, begins, ends, now),
    )  # fmt: skip


def repairs_of(
    faults: Iterable[Fault], known: Mapping[str, Pole], contract: Contract, begins: int, ends: int, now: int
) -> tuple[Repair, ...]:  # fmt: skip
    """The repairs that the contract counts among *faults*, the dearest first."""
    found = [
        by_contract.repair(one, _ward(one, known), contract, begins, ends, now)
        for one in faults
        if by_contract.counts(one, contract)
    ]
    return tuple(sorted(found, key=lambda one: (-one.rupees, one.fault.began, one.fault.number)))


def _ward(fault: Fault, known: Mapping[str, Pole]) -> str:
    found = known.get(fault.poles[0] if fault.poles else fault.name)
    return found.ward if found else ""


def _worst(part: Part) -> tuple[float, str]:
    return (101.0 if part.sums.strict is None else part.sums.strict), part.name


def _supply(faults: Iterable[Fault], begins: int, ends: int, now: int) -> tuple[SupplyLine, ...]:
    own: dict[str, list[Fault]] = {}
    for one in faults:
        own.setdefault(one.kind, []).append(one)
    out = []
    for kind, some in sorted(own.items()):
        seconds = sum(
            max(0, min(min(now, ends) if one.ended is None else one.ended, ends) - max(one.began, begins))
            for one in some
        )
        out.append(SupplyLine(kind, len(some), len({pole for one in some for pole in one.poles}), seconds / 3600))
    return tuple(out)
