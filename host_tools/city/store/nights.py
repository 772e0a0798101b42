"""Works nights out of hours, readings, events, alarms and orders, by what the site's files ask of each lamp."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from host_tools.city.ledger.night import LONGEST_GAP_S, Minutes, Seen, Span, minutes
from host_tools.city.ledger.plan import Plan
from host_tools.city.ledger.plans import Plans
from host_tools.city.store import hours, meters, night_evidence
from host_tools.city.store.local_time import HOUR_S, LocalTime
from host_tools.city.store.meter_tables import night as night_table
from host_tools.city.store.night_evidence import DARK_TYPES as DARK_TYPES
from host_tools.site.contract import SUN

_READ = ("at", "energy_wh", "power_dw", "level")
_KEYS = ("pole", "night")
MINUTES = 60  # of an hour


def work_out(
    connection: Connection, night: date, poles: Collection[int], local: LocalTime, plans: Plans | None = None,
    preliminary: bool = False,
) -> None:  # fmt: skip
    """Writes the *night* of each of *poles*: also of one that was silent, of which all is unknown.

    *plans*: what the site's files ask of the poles; without it nothing is known of what should be lit.
    *preliminary*: the night is not over; a row that was written after its end stays as it is.
    """
    low, high = local.noon(night), local.ends(night)
    names = night_evidence.names(connection, poles)
    wh = hours.energy(connection, poles, low, high)
    read = _readings(connection, poles, low, high)
    told = night_evidence.told(connection, poles, low - LONGEST_GAP_S, high)
    outages = _outages(connection, names, low, high, plans)
    orders = night_evidence.orders(connection, poles, low, high)
    rows = []
    for pole in poles:
        plan = plans.of(names[pole], night) if plans and pole in names else None
        if plan is not None and orders.get(pole):
            plan = plan.under(orders[pole])
        said = told.get(pole, night_evidence.NOTHING)
        known = minutes(read.get(pole, ()), said.dark, low, high, plan, said.losses, outages.get(pole, ()))
        rows.append({
            "pole": pole, "night": night, "wh": wh[pole], "preliminary": preliminary, **known._asdict(),
            **_compared(plans, names.get(pole, ""), plan, known, low, high),
        })  # fmt: skip
    engine = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = engine.insert(night_table)
    changed = {column.name: insert.excluded[column.name] for column in night_table.columns if column.name not in _KEYS}
    stands = insert.excluded.preliminary.is_(False) | night_table.c.preliminary.is_(True)
    connection.execute(insert.on_conflict_do_update(index_elements=list(_KEYS), set_=changed, where=stands), rows)


def _outages(
    connection: Connection, names: Mapping[int, str], low: int, high: int, plans: Plans | None
) -> dict[int, list[Span]]:  # fmt: skip
    if plans is None:
        return {}
    known = plans.site.by_name
    feeders = {name: known[name].feeder for name in names.values() if name in known}
    return night_evidence.outages(connection, names, low, high, plans.contract.excluded, feeders)


def _compared(
    plans: Plans | None, name: str, plan: Plan | None, known: Minutes, low: int, high: int
) -> dict[str, int | None]:  # fmt: skip
    """What the lamp would have taken that is never dimmed, and the one that was there before."""
    if plans is None or plan is None:
        return {"baseline_wh": None, "old_wh": None}
    burns = plan.sun_minutes(low, high) if plans.contract.always_on == SUN else known.should or 0
    old = plans.old_w(name)
    return {
        "baseline_wh": round(plans.rated_w(name) * burns / MINUTES),
        "old_wh": None if old is None else round(old * burns / MINUTES),
    }


def _readings(connection: Connection, poles: Collection[int], low: int, high: int) -> dict[int, list[Seen]]:
    """The readings of a night; where it begins or ends in a gap, with those on the other side of it."""
    read = meters.read(connection, poles, low - HOUR_S, high + HOUR_S, _READ)
    found = {pole: [Seen._make(row) for row in rows] for pole, rows in read.items()}
    early = [pole for pole, rows in found.items() if rows[0].at > low]
    late = [pole for pole, rows in found.items() if rows[-1].at < high]
    silent = [pole for pole in poles if pole not in found]
    for some, since, until in (
        (early + silent, low - LONGEST_GAP_S, low - HOUR_S), (late + silent, high + HOUR_S, high + LONGEST_GAP_S)
    ):  # fmt: skip
        for pole, rows in meters.read(connection, some, since, until, _READ).items() if some else ():
            more = [Seen._make(row) for row in rows]
            here = found.setdefault(pole, [])
            found[pole] = more[-1:] + here if since < low else here + more[:1]
    return found
