"""Nights of elections in the store: asked for by a token or a person, and ordered by the receiver when they are near.

The receiver writes the order three days before, so each pole keeps the lock itself from then on: neither the console
nor the receiver need be there in that night.  Nothing is lost where a receiver stops: what is due is in the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.doors import election, giving
from host_tools.city.doors.door import Conflict, Grant, NoSuch, check_zones, order_of
from host_tools.city.doors.messages import kept
from host_tools.city.doors.street import Street
from host_tools.city.store.door_tables import election_night as nights
from host_tools.errors import CommandError
from host_tools.language.language import Spoken
from host_tools.site.model import Site

LEAD_S = 3 * 86400  # before its beginning the order is written
MOST_TRIES = 1000


def ask(
    connection: Connection, street: Street, site: Site, night: date, names: Iterable[str], grant: Grant, now: int
) -> list[str]:
    """Asks for no dimming around the stations *names* in *night*; those of them that are new.

    Raises Spoken, CommandError: *grant* may not, or there is no such station.
    """
    election.check_night(site, night, now)
    poles = street.directory
    new = []
    for name in names:
        wish = election.wish(site, election.station_of(site.doors.stations, name), night, now)
        order_of(wish, grant, now)
        check_zones(poles.find(wish.scope), grant, poles.members)
        row = _row(connection, night, name)
        if row is not None and row["ended_at"] is None:
            continue
        values = {
            "asked_by": grant.who, "asked_at": now, "zones": json.dumps(sorted(grant.zones)), "ended_at": None,
            "written_at": None, "why": "", "tries": 0,
        }  # fmt: skip
        if row is None:
            connection.execute(sa.insert(nights).values(night=night.isoformat(), station=name, **values))
        else:
            connection.execute(sa.update(nights).where(nights.c.id == row["id"]).values(values))
        new.append(name)
    return new


def take_back(
    connection: Connection, night: date, who: str, role: str, now: int, names: Iterable[str] | None = None,
    own: bool = True,
) -> list[str]:  # fmt: skip
    """Ends the locks of *night*, of the stations *names* or of all; which stations.  *own*: those of *who* alone.

    Raises Conflict where another has asked for one of *names*.
    """
    wanted = None if names is None else set(names)
    out = []
    for row in listed(connection, night):
        if wanted is not None and row["station"] not in wanted:
            continue
        if own and row["asked_by"] != who:
            if wanted is None:
                continue
            raise Conflict("doors.taken", ref=election.ref(night, row["station"]), who=row["asked_by"])
        connection.execute(sa.update(nights).where(nights.c.id == row["id"]).values(ended_at=now))
        try:
            giving.end(connection, election.NAME, election.ref(night, row["station"]), who, role, now, own=False)
        except NoSuch:
            pass  # not ordered yet, or over
        out.append(row["station"])
    return out


def listed(connection: Connection, night: date) -> list[RowMapping]:
    """What is asked for *night*, by station."""
    chosen = sa.select(nights).where(nights.c.night == night.isoformat(), nights.c.ended_at.is_(None))
    return list(connection.execute(chosen.order_by(nights.c.station)).mappings())


def coming(connection: Connection, since: date, most: int = 50) -> list[tuple[date, int]]:
    """(night, stations) of the nights from *since* on."""
    chosen = (
        sa.select(nights.c.night, sa.func.count()).where(nights.c.ended_at.is_(None))
        .where(nights.c.night >= since.isoformat()).group_by(nights.c.night).order_by(nights.c.night).limit(most)
    )  # fmt: skip
    return [(date.fromisoformat(night), count) for night, count in connection.execute(chosen)]


def write_due(connection: Connection, street: Street, now: int) -> int:
    """Writes the orders of all nights that are near at *now* (Unix s at the site); how many."""
    waiting = sa.select(nights).where(nights.c.written_at.is_(None), nights.c.ended_at.is_(None))
    site, written = street.site, 0
    if site is None:
        return 0
    for row in connection.execute(waiting.where(nights.c.tries < MOST_TRIES)).mappings().all():
        night = date.fromisoformat(row["night"])
        begins, ends = election.span(site, night)
        if begins - LEAD_S > now or ends <= now:
            continue
        # of several receivers at one store the one that comes first writes it
        chosen = sa.update(nights).where(nights.c.id == row["id"], nights.c.written_at.is_(None))
        if not connection.execute(chosen.values(written_at=now, why="").returning(nights.c.id)).first():
            continue
        try:
            station = election.station_of(site.doors.stations, row["station"])
            wish = election.wish(site, station, night, now)
            giving.give(connection, street, wish, Grant(row["asked_by"], frozenset(json.loads(row["zones"]))), now)
            written += 1
        except (Spoken, CommandError) as error:
            again = sa.update(nights).where(nights.c.id == row["id"])
            connection.execute(again.values(written_at=None, why=kept(error), tries=row["tries"] + 1))
    return written


def _row(connection: Connection, night: date, station: str) -> RowMapping | None:
    chosen = sa.select(nights).where(nights.c.night == night.isoformat(), nights.c.station == station)
    return connection.execute(chosen).mappings().first()
