"""Works nights out of hours, readings and events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import bindparam, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from host_tools.city.store import hours, meters
from host_tools.city.store.local_time import HOUR_S, LocalTime
from host_tools.city.store.meter_tables import night as night_table
from host_tools.city.store.night_minutes import Seen, minutes

# while one of these goes on there is no light, also where a driver without its lamp takes power
DARK_TYPES = ("lampFailure", "relayFailure", "supplyLoss")
_LOOK_BACK_S = meters.RAW_DAYS * meters.DAY_S  # for the beginning of what goes on: a longer one shows in the meter
_MINE = ("wh", "lit", "dark", "unknown")

_EVENTS = text(
    "SELECT pole, event_type, starts, timestamp FROM event WHERE pole IN :poles AND event_type IN :types "
    "AND starts IS NOT NULL AND timestamp >= :low AND timestamp < :high ORDER BY timestamp, arrival"
).bindparams(bindparam("poles", expanding=True), bindparam("types", expanding=True))


def work_out(connection: Connection, night: date, poles: Collection[int], local: LocalTime) -> None:
    """Writes the *night* of each of *poles*: also of one that was silent, of which all is unknown.

    What the ledger has written of it stays.
    """
    low, high = local.noon(night), local.ends(night)
    wh = hours.energy(connection, poles, low, high)
    read = meters.read(
        connection, poles, low - HOUR_S, high + HOUR_S, ("at", "energy_wh", "power_dw", "level")
    )  # fmt: skip
    dark = _dark(connection, poles, low, high)
    rows = []
    for pole in poles:
        known = minutes([Seen._make(row) for row in read.get(pole, ())], dark.get(pole, ()), low, high)
        rows.append({"pole": pole, "night": night, "wh": wh[pole], **known._asdict()})
    engine = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = engine.insert(night_table)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["pole", "night"], set_={name: insert.excluded[name] for name in _MINE}
        ),
        rows,
    )


def _dark(connection: Connection, poles: Collection[int], low: int, high: int) -> dict[int, list[tuple[int, int]]]:
    """When events say that the lamp of each of *poles* is dark, between *low* and *high*."""
    spans: dict[int, list[tuple[int, int]]] = {}
    begun: dict[tuple[int, str], int] = {}
    bound = {"poles": list(poles), "types": list(DARK_TYPES), "low": low - _LOOK_BACK_S, "high": high}
    for pole, event_type, starts, at in connection.execute(_EVENTS, bound):
        if starts:
            begun.setdefault((pole, event_type), at)
        elif (begins := begun.pop((pole, event_type), None)) is not None:
            spans.setdefault(pole, []).append((begins, at))
    for (pole, _event_type), begins in begun.items():
        spans.setdefault(pole, []).append((begins, high))
    return spans
