"""Reads the table `[contract]` of site.toml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from host_tools.site.alarm_reader import STREET_KINDS
from host_tools.site.contract import FEEDER_OUTAGE, SHOULD, SUN, SUPPLY_LOSS, Contract
from host_tools.site.luminaires import RATED_MOST_W
from host_tools.site.model import Pole
from host_tools.site.toml_lines import Path as Field
from host_tools.site.toml_reader import Reader
from host_tools.wire.event_types import CATALOGUE

FIELDS = (
    "uptime_percent", "repair_hours", "repair_hours_of", "penalty_rupees", "rupees_per_kwh", "co2_kg_per_kwh",
    "always_on", "old_watts", "excluded", "contractors",
)  # fmt: skip
MOST_HOURS = 24 * 90
MOST_CONTRACTORS = 64


def read_contract(read: Reader) -> Contract:
    """The contract of *read*'s site; mistakes go to *read*."""
    usual = Contract()
    top: Field = ("contract",)
    read.table(top, required=False)
    read.only(top, FIELDS)
    tariff = (*top, "rupees_per_kwh")
    return Contract(
        read.number((*top, "uptime_percent"), 0, 100, "percent", default=usual.uptime_percent),
        read.number((*top, "repair_hours"), 1, MOST_HOURS, "hours", default=usual.repair_hours),
        _numbers(read, (*top, "repair_hours_of"), 1, MOST_HOURS, "hours"),
        read.number((*top, "penalty_rupees"), 0, 1_000_000, "rupees a light and day", default=usual.penalty_rupees),
        read.number(tariff, 0, 1000, "rupees a kWh") if read.get(tariff) is not None else None,
        read.number((*top, "co2_kg_per_kwh"), 0, 3, "kg a kWh", default=usual.co2_kg_per_kwh),
        read.choice((*top, "always_on"), (SHOULD, SUN), "the minutes of a lamp that is never dimmed", usual.always_on),
        _numbers(read, (*top, "old_watts"), 1, RATED_MOST_W, "W"),
        _excluded(read, (*top, "excluded"), usual),
        _contractors(read, (*top, "contractors")),
    )  # fmt: skip


def check_contract(
    read: Reader, contract: Contract, poles: Iterable[Pole], luminaires: Iterable[str], classes: Iterable[str]
) -> None:  # fmt: skip
    """Note wards, kinds, luminaires and road classes of *contract* that the site does not have."""
    listed = list(poles)
    wards = {pole.ward for pole in listed}
    for name in contract.repair_hours_of:
        if name not in wards and name not in CATALOGUE and name not in STREET_KINDS:
            read.wrong(
                ("contract", "repair_hours_of", name), "is no ward and no kind of alarm",
                "must be a ward of poles.csv, or a kind such as lampFailure",
            )  # fmt: skip
    known = {*luminaires, *classes, *(pole.road_class for pole in listed)}
    for name in contract.old_watts:
        if name not in known:
            read.wrong(
                ("contract", "old_watts", name), "is no luminaire and no road class", "must be one of the site's"
            )
    for name, own in contract.contractors.items():
        for place, ward in enumerate(own):
            if ward and ward not in wards:
                read.wrong(
                    ("contract", "contractors", name, place), f"is {ward!r}", "must be a ward of poles.csv"
                )  # fmt: skip


def _numbers(read: Reader, path: Field, low: float, high: float, unit: str) -> Mapping[str, float]:
    return {str(name): read.number((*path, name), low, high, unit) for name in read.table(path, required=False)}


def _excluded(read: Reader, path: Field, usual: Contract) -> tuple[str, ...]:
    if read.get(path) is None:
        return usual.excluded
    count = len(read.items(path, 0, 2))
    kinds = (FEEDER_OUTAGE, SUPPLY_LOSS)
    return tuple(read.choice((*path, place), kinds, "a kind of alarm of the supply") for place in range(count))


def _contractors(read: Reader, path: Field) -> Mapping[str, tuple[str, ...]]:
    table = read.table(path, required=False)
    if len(table) > MOST_CONTRACTORS:
        read.wrong(path, f"has {len(table)} entries", f"must have at most {MOST_CONTRACTORS}")
    out: dict[str, tuple[str, ...]] = {}
    had: dict[str, str] = {}
    for name in table:
        own = []
        for place in range(len(read.items((*path, name), 1, 500))):
            ward = read.text((*path, name, place), 64)
            if ward in had:
                read.wrong((*path, name, place), f"is {ward!r}", f"must be a ward that {had[ward]} does not have")
            had.setdefault(ward, name)
            own.append(ward)
        out[name] = tuple(own)
    return out
