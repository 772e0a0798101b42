"""Work orders: a crew, its poles in driving order, and what it carries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms.actions import DOOR, assign, checked, rows_of
from host_tools.city.alarms.book_store import row_of
from host_tools.city.alarms.parts import parts, words
from host_tools.city.alarms.route import Place, route
from host_tools.city.store.alarm_tables import alarm, work_order
from host_tools.language.refusal import Refusal
from host_tools.site.model import Site


@dataclass(frozen=True)
class WorkOrder:
    """``poles`` in driving order, over ``metres``; ``carried`` are (how many, what); ``due`` is Unix s."""

    number: int
    crew: str
    made_at: int
    made_by: str
    due: int | None
    poles: tuple[str, ...]
    carried: tuple[tuple[int, str], ...]
    metres: int
    alarms: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number, "crew": self.crew, "madeAt": self.made_at, "madeBy": self.made_by, "due": self.due,
            "poles": list(self.poles), "carry": [{"count": count, "part": what} for count, what in self.carried],
            "metres": self.metres, "alarms": list(self.alarms),
        }  # fmt: skip

    def lines(self) -> list[str]:
        """The order as text, for a crew's list."""
        out = [f"order {self.number} for {self.crew}: {len(self.alarms)} alarms, {self.metres / 1000:.1f} km"]
        out.append(f"          carry: {words(self.carried) or 'nothing'}")
        out += [f"          {place}. {pole}" for place, pole in enumerate(self.poles, 1)]
        return out


def make_order(
    connection: Connection, numbers: Sequence[int], who: str, now: int, crew: str, site: Site | None,
    due: int | None = None, start: Place | None = None, door: str = DOOR,
) -> WorkOrder:  # fmt: skip
    """Makes an order of the open alarms *numbers* for *crew* and assigns them to it.

    Poles that *site* has no place for come last.  Raises CommandError.
    """
    if not numbers:
        raise Refusal("alarms.order_of_none")
    called = checked(crew, "crew")
    rows = [row_of(row) for row in rows_of(connection, numbers)]
    known = site.by_name if site else {}
    wanted = sorted({pole for row in rows for pole in row.poles})
    places = {pole: (known[pole].latitude, known[pole].longitude) for pole in wanted if pole in known}
    way, metres = route(places, start)
    poles = (*way, *(pole for pole in wanted if pole not in places))
    carried = parts(rows, lambda pole: known[pole].luminaire if pole in known else "")
    number = connection.execute(
        sa.insert(work_order).returning(work_order.c.id),
        {"crew": called, "made_at": now, "made_by": who, "due": due, "poles": json.dumps(poles),
         "parts": json.dumps(carried), "metres": metres},
    ).scalar_one()  # fmt: skip
    assign(connection, numbers, who, now, called, number, door)
    ids = tuple(sorted(row.id for row in rows))
    return WorkOrder(number, called, now, who, due, poles, tuple(carried), metres, ids)


def order_of(connection: Connection, number: int) -> WorkOrder:
    """The order called *number*.  Raises CommandError."""
    row = connection.execute(sa.select(work_order).where(work_order.c.id == number)).mappings().first()
    if row is None:
        raise no_order(number)
    own = connection.execute(sa.select(alarm.c.id).where(alarm.c.work_order == number)).scalars()
    return order_in(row, own)


def no_order(number: int) -> Refusal:
    """What is said of a *number* that no order has."""
    return Refusal("alarms.no_order", number=number)


def order_in(row: RowMapping, alarms: Iterable[int]) -> WorkOrder:
    """The order in *row* of the table, which the *alarms* of these ids were given to."""
    carried = tuple((int(count), str(what)) for count, what in json.loads(row["parts"]))
    return WorkOrder(
        row["id"], row["crew"], row["made_at"], row["made_by"], row["due"], tuple(json.loads(row["poles"])), carried,
        row["metres"], tuple(sorted(alarms)),
    )  # fmt: skip
