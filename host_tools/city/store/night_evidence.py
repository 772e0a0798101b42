"""What speaks of a night beside the meter: events of dark lamps and lost supply, outages of feeders, orders."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam, text
from sqlalchemy.engine import Connection

from host_tools.city.alarms.row import ENDED, REOPENED
from host_tools.city.commands.delivery import APPLIED
from host_tools.city.commands.order import CANCEL
from host_tools.city.ledger.night import Loss, Span
from host_tools.city.ledger.plan import Order
from host_tools.city.store import meters
from host_tools.city.store.alarm_tables import alarm, alarm_event
from host_tools.city.store.command_tables import command, delivery
from host_tools.city.store.tables import pole as pole_table
from host_tools.wire.event_types import SUPPLY_LOSS

# while one of these goes on there is no light, also where a driver without its lamp takes power
DARK_TYPES = ("lampFailure", "relayFailure", SUPPLY_LOSS)
_LOOK_BACK_S = meters.RAW_DAYS * meters.DAY_S  # for the beginning of what goes on: a longer one shows in the meter

_EVENTS = text(
    "SELECT pole, event_type, starts, timestamp, attributes FROM event WHERE pole IN :poles AND event_type IN :types "
    "AND starts IS NOT NULL AND timestamp >= :low AND timestamp < :high ORDER BY timestamp, epoch, sequence"
).bindparams(bindparam("poles", expanding=True), bindparam("types", expanding=True))


class Told(NamedTuple):
    """When events of a pole say that its lamp is dark, and when they say that it lost its supply."""

    dark: list[Span]
    losses: list[Loss]


NOTHING = Told([], [])


def names(connection: Connection, poles: Collection[int]) -> dict[int, str]:
    """The names of *poles*, which are keys."""
    found = connection.execute(
        sa.select(pole_table.c.id, pole_table.c.name).where(pole_table.c.id.in_(poles))
    )  # fmt: skip
    return {row.id: row.name for row in found}


def told(connection: Connection, poles: Collection[int], low: int, high: int) -> dict[int, Told]:
    """What events of *poles* say of the time from *low* to *high*; those after it too, which tell when it ended."""
    out: dict[int, Told] = {}
    begun: dict[tuple[int, str], tuple[int, int | None]] = {}
    bound = {
        "poles": list(poles), "types": list(DARK_TYPES), "low": low - _LOOK_BACK_S, "high": high + _LOOK_BACK_S,
    }  # fmt: skip
    for pole, kind, starts, at, attributes in connection.execute(_EVENTS, bound):
        if starts:
            begun.setdefault((pole, kind), (at, _alive(attributes) if kind == SUPPLY_LOSS else None))
        elif (since := begun.pop((pole, kind), None)) is not None:
            _note(out, pole, kind, *since, at)
    for (pole, kind), (at, alive) in begun.items():
        _note(out, pole, kind, at, alive, max(at, high))
    return out


def outages(
    connection: Connection, poles: Mapping[int, str], low: int, high: int, kinds: Iterable[str],
    feeders: Mapping[str, str],
) -> dict[int, list[Span]]:  # fmt: skip
    """When *poles*, names by keys, had no supply by alarms of *kinds*, within *low* to *high*.

    *feeders* has the feeder of each pole by its name.  A pole that was away already when its whole feeder lost the
    supply is in no evidence of that, but had none either.
    """
    chosen = sa.select(alarm.c.id, alarm.c.name, alarm.c.began, alarm.c.ended, alarm.c.poles, alarm.c.evidence).where(
        alarm.c.kind.in_(list(kinds)), alarm.c.merged_into.is_(None), alarm.c.proof != "superseded",
        alarm.c.began < high, sa.or_(alarm.c.ended.is_(None), alarm.c.ended > low),
    )  # fmt: skip
    keys = {name: key for key, name in poles.items()}
    on_feeder: dict[str, list[str]] = {}
    for name in keys:
        if feeder := feeders.get(name):
            on_feeder.setdefault(feeder, []).append(name)
    out: dict[int, list[Span]] = {}
    for row in connection.execute(chosen.order_by(alarm.c.began, alarm.c.id)).all():
        spells = _spells(connection, row.id, row.began, high if row.ended is None else row.ended)
        gone = set(json.loads(row.poles))
        if _whole(json.loads(row.evidence)):
            gone.update(on_feeder.get(row.name, ()))
        for name in gone:
            if name in keys:
                out.setdefault(keys[name], []).extend(spells)
    return out


def _whole(evidence: Mapping[str, object]) -> bool:
    """Whether all poles that were there went, some said that they lost the supply, and none that it had kept it."""
    there, lost = evidence.get("polesThere"), evidence.get("supplyLost")
    return there is not None and evidence.get("drops") == there and bool(lost) and evidence.get("supplyKept") == 0


def _spells(connection: Connection, number: int, began: int, ended: int) -> list[Span]:
    """The outages of an alarm, which is one row where it came again within a day: by the notes of its history."""
    chosen = (
        sa.select(alarm_event.c.at, alarm_event.c.what)
        .where(alarm_event.c.alarm == number, alarm_event.c.what.in_((REOPENED, ENDED)))
        .order_by(alarm_event.c.at, alarm_event.c.id)
    )
    out: list[Span] = []
    since: int | None = began
    for at, what in connection.execute(chosen):
        if what == REOPENED:
            since = at if since is None else since
        elif since is not None:
            out.append((since, at))
            since = None
    return [*out, (since, ended)] if since is not None and since < ended else out


def orders(connection: Connection, poles: Collection[int], low: int, high: int) -> dict[int, list[Order]]:
    """The overrides that *poles* have applied, as long as they were in force between *low* and *high*."""
    columns = (
        delivery.c.pole, delivery.c.answered_at, command.c.kind, command.c.owner, command.c.level, command.c.ref,
        command.c.start, command.c.expiration,
    )  # fmt: skip
    chosen = (
        sa.select(*columns).join(command, command.c.id == delivery.c.command)
        .where(delivery.c.pole.in_(poles), delivery.c.state == APPLIED, delivery.c.answered_at < high)
        .where(delivery.c.answered_at > low - _LOOK_BACK_S)
        .where(sa.or_(command.c.expiration > low, command.c.kind == CANCEL))
        .order_by(delivery.c.answered_at, command.c.id)
    )  # fmt: skip
    out: dict[int, list[tuple[Order, str]]] = {}
    for pole, at, kind, owner, level, ref, start, expiration in connection.execute(chosen):
        own = out.setdefault(pole, [])
        if kind == CANCEL:
            own[:] = [
                (one._replace(ends=min(one.ends, at)) if one.owner == owner and ref in ("", known) else one, known)
                for one, known in own
            ]
        else:
            # the same reference is the same order, given again
            own[:] = [
                (one._replace(ends=min(one.ends, at)) if (one.owner, known) == (owner, ref) else one, known)
                for one, known in own
            ]
            own.append((Order(max(at, start or at), expiration, owner, level or 0), ref))
    return {pole: [one for one, _ref in own if one.begins < one.ends] for pole, own in out.items()}


def _note(out: dict[int, Told], pole: int, kind: str, at: int, alive: int | None, ends: int) -> None:
    own = out.setdefault(pole, Told([], []))
    if kind == SUPPLY_LOSS:
        own.losses.append(Loss(alive, at, ends))
    else:
        own.dark.append((at, ends))


def _alive(attributes: str) -> int | None:
    try:
        found = json.loads(attributes).get("lastAlive")
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, int) and found > 0 else None
