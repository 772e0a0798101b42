"""Whether the street around a polling station is ready for its night, pole by pole, by the poles' own word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms.listing import Wanted, listed
from host_tools.city.alarms.route import route
from host_tools.city.commands.delivery import APPLIED, OPEN
from host_tools.city.doors import election, election_nights
from host_tools.city.doors.giving import standing
from host_tools.city.doors.street import Street
from host_tools.city.store.command_tables import delivery
from host_tools.city.store.meter_tables import night as night_table
from host_tools.city.store.tables import pole as pole_table
from host_tools.errors import CommandError
from host_tools.site.model import Site

YES, NO, UNKNOWN = "yes", "no", "unknown"
# a lock: on its way, kept by the pole, refused by it, or to be ordered later
WAITS, KEPT, REFUSED, LATER = "waits", "kept", "refused", "later"


@dataclass(frozen=True)
class PoleReady:
    """A pole: whether it was *lit* all the last night, is *silent*, has open *alarms* (kinds), and its *lock*."""

    name: str
    lit: str
    silent: bool
    alarms: tuple[str, ...]
    lock: str

    @property
    def ready(self) -> bool:
        return self.lit == YES and not self.silent and not self.alarms and self.lock == KEPT

    @property
    def visit(self) -> bool:
        """Whether a crew has to go there."""
        return self.lit == NO or self.silent or bool(self.alarms) or self.lock == REFUSED


@dataclass(frozen=True)
class StationReady:
    """A station and the poles around it.  *why*: its order could not be written."""

    id: str
    name: str
    asked_by: str
    why: str
    poles: tuple[PoleReady, ...]

    @property
    def ready(self) -> bool:
        return bool(self.poles) and all(one.ready for one in self.poles)


def readiness(connection: Connection, street: Street, site: Site, night: date, now: int) -> list[StationReady]:
    """Each station of *night* at *now* (Unix s at the site)."""
    rows = election_nights.listed(connection, night)
    around: dict[str, list[str]] = {}
    for row in rows:
        station = site.doors.stations.get(row["station"])
        try:
            around[row["station"]] = (
                street.directory.find(election.wish(site, station, night, now).scope) if station else []
            )
        except CommandError:
            around[row["station"]] = []
    wanted = {name for names in around.values() for name in names}
    lit = _lit(connection, wanted, election.night_before(night))
    silent = _silent(connection, wanted)
    alarms = _alarms(connection, wanted, now)
    out = []
    for row in rows:
        known = site.doors.stations.get(row["station"])
        locks = _locks(connection, night, row["station"], now)
        poles = tuple(
            PoleReady(name, lit.get(name, UNKNOWN), name in silent, tuple(alarms.get(name, ())), locks.get(name, LATER))
            for name in around[row["station"]]
        )
        out.append(StationReady(row["station"], known.name if known else "", row["asked_by"], row["why"], poles))
    return out


def visits(site: Site, stations: Iterable[StationReady]) -> list[tuple[PoleReady, StationReady]]:
    """The poles that a crew has to see, each once, in driving order."""
    found = {one.name: (one, station) for station in stations for one in station.poles if one.visit}
    places = {name: (site.by_name[name].latitude, site.by_name[name].longitude) for name in found}
    return [found[name] for name in route(places)[0]] if places else []


def _lit(connection: Connection, names: set[str], before: date) -> dict[str, str]:
    """Of the last night that is over: the one before, or an earlier one where that is to come."""
    over = sa.select(sa.func.max(night_table.c.night)).where(night_table.c.night <= before)
    last = connection.execute(over).scalar()
    if last is None:
        return {}
    chosen = (
        sa.select(pole_table.c.name, night_table.c.lit, night_table.c.dark, night_table.c.unknown)
        .join(pole_table, pole_table.c.id == night_table.c.pole).where(night_table.c.night == last)
    )  # fmt: skip
    return {
        name: NO if dark else YES if lit > unknown else UNKNOWN
        for name, lit, dark, unknown in connection.execute(chosen)
        if name in names
    }


def _silent(connection: Connection, names: set[str]) -> set[str]:
    chosen = sa.select(pole_table.c.name, pole_table.c.online, pole_table.c.failing)
    heard = {name for name, online, failing in connection.execute(chosen) if online and failing is None}
    return names - heard


def _alarms(connection: Connection, names: set[str], now: int) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for one in listed(connection, Wanted(poles=frozenset(names)), now) if names else ():
        for name in one.alarm.poles:
            out.setdefault(name, []).append(one.alarm.kind)
    return out


def _locks(connection: Connection, night: date, station: str, now: int) -> dict[str, str]:
    found = standing(connection, election.NAME, election.ref(night, station), now)
    if found is None:
        return {}
    chosen = (
        sa.select(pole_table.c.name, delivery.c.state).join(pole_table, pole_table.c.id == delivery.c.pole)
        .where(delivery.c.command.in_(found.numbers))
    )  # fmt: skip
    return {
        name: KEPT if state == APPLIED else WAITS if state in OPEN else REFUSED
        for name, state in connection.execute(chosen)
    }
