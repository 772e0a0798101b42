"""Works out the hours and nights of a zone's poles, a little each turn, and drops what is too old.

What is to be done stands in the tables ``hour_due`` and ``night_due``, and each turn takes some of it in the
transaction that writes the outcome.  So a receiver that is killed does the rest after its next start, and what was done
twice is the same.  It never raises the revision: no reader waits for it.

An hour becomes due for every pole of the zone once it is over (``rolled_up_to`` moves on in the same transaction), and
again for a pole of which a reading of it comes later (``meters.write``); its nights become due with it.  A night
becomes due again also by an event, or an alarm of the supply, that comes later (``nights_again``), as long as its
readings are kept; after that its row stays as it is.

A commissioner reads of the night at breakfast.  So the night that goes on is counted an hour after its sunrise, as it
stands, and again with each hour until it is over; its rows say that they are preliminary.
"""

from __future__ import annotations

from sqlalchemy import bindparam, text
from sqlalchemy.engine import Connection

from host_tools.city.ledger.plans import Plans
from host_tools.city.store import hours, meters, nights, nights_again, partitions
from host_tools.city.store.local_time import HOUR_S, LocalTime
from host_tools.city.store.meter_tables import hour_due, night_due
from host_tools.city.store.partitions import METER
from host_tools.city.store.rolled_up import HOURS, MORNING, NIGHTS, nights_counted_to, rolled_up_to, set_rolled_up_to

GRACE_S = 600  # for readings that are on their way when an hour ends
_TYPES = {"hour": hour_due.c.hour.type, "night": night_due.c.night.type}
HOURS_A_TURN, NIGHTS_A_TURN = 200, 50  # poles: about 50 ms of either


def turn(connection: Connection, now: int, zone: str, local: LocalTime, plans: Plans | None = None) -> bool:
    """Does some of what is due at *now*, the site's time, for the receiver of *zone*: whether there may be more.

    *plans*: what the site's files ask of its poles, where they are here.
    """
    done = _hours_done(connection, now, zone, local)
    if _some_hours(connection, zone, local, done) or _next_hour(connection, now, zone, local, done):
        return True
    if nights_again.note(connection, now, zone, local):
        return True
    if _some_nights(connection, zone, local, plans) or _next_night(connection, now, zone, local, done):
        return True
    if plans is not None and _this_morning(connection, now, zone, local, plans, done):
        return True
    return bool(meters.drop_old(connection, now) or hours.drop_old(connection, now))


def due(connection: Connection) -> int:
    """How many hours and nights of poles are to be worked out."""
    return sum(connection.execute(text(f"SELECT count(*) FROM {what}_due")).scalar_one() for what in _TYPES)


def _hours_done(connection: Connection, now: int, zone: str, local: LocalTime) -> int:
    """Up to when hours were worked out: up to the last full hour at first, and where the clock was set back."""
    done = rolled_up_to(connection, zone, HOURS)
    full = local.hour(now - GRACE_S)
    if done is not None and done <= full + 2 * HOUR_S:
        return done
    set_rolled_up_to(connection, zone, HOURS, full)
    for what in (NIGHTS, MORNING):
        set_rolled_up_to(connection, zone, what, local.noon(local.night(now)))
    return full


def _some_hours(connection: Connection, zone: str, local: LocalTime, done: int) -> bool:
    due = connection.execute(
        text(
            "SELECT d.hour, d.pole FROM hour_due d JOIN pole p ON p.id = d.pole "
            "WHERE p.zone = :zone AND d.hour < :done ORDER BY d.hour, d.pole LIMIT :most"
        ),
        {"zone": zone, "done": done, "most": HOURS_A_TURN},
    ).all()
    if not due:
        return False
    hour = due[0].hour
    poles = [row.pole for row in due if row.hour == hour]
    spans = hours.work_out(connection, hour, poles, done)
    nights_done = nights_counted_to(connection, zone) or 0
    changed = {
        (local.night(at), pole)
        for pole, (begins, ends) in spans.items()
        for at in range(begins, min(ends, nights_done), HOUR_S)
    }
    nights_again.make_due(connection, changed)
    _done(connection, "hour", hour, poles)
    return True


def _next_hour(connection: Connection, now: int, zone: str, local: LocalTime, done: int) -> bool:
    """Makes the next hour due that is over and that there may be readings of."""
    full = local.hour(now - GRACE_S)
    if done >= full:
        return False
    tables = partitions.between(connection, METER, done, full)
    # the time before the first reading: a year's hours would be made due one by one where a clock was set
    hour = max(done, local.hour(METER.bounds(tables[0])[0])) if tables else full
    if hour < full:
        _make_due(connection, "hour", hour, zone)
        hour += HOUR_S
    set_rolled_up_to(connection, zone, HOURS, hour)
    return True


def _some_nights(connection: Connection, zone: str, local: LocalTime, plans: Plans | None) -> bool:
    due = connection.execute(
        text(
            "SELECT d.night, d.pole FROM night_due d JOIN pole p ON p.id = d.pole "
            "WHERE p.zone = :zone ORDER BY d.night, d.pole LIMIT :most"
        ).columns(night=_TYPES["night"]),
        {"zone": zone, "most": NIGHTS_A_TURN},
    ).all()
    if not due:
        return False
    night = due[0].night
    poles = [row.pole for row in due if row.night == night]
    over = local.ends(night) <= (rolled_up_to(connection, zone, NIGHTS) or 0)
    nights.work_out(connection, night, poles, local, plans, preliminary=not over)
    _done(connection, "night", night, poles)
    return True


def _next_night(connection: Connection, now: int, zone: str, local: LocalTime, done: int) -> bool:
    """Makes the next night due that is over, and whose hours are done: the first one after it too, which changes it."""
    begins = rolled_up_to(connection, zone, NIGHTS)
    if begins is None:
        return False
    night = max(local.night(begins), local.night(now - meters.RAW_DAYS * meters.DAY_S))
    if local.ends(night) + HOUR_S > done:
        return False
    _make_due(connection, "night", night, zone)
    set_rolled_up_to(connection, zone, NIGHTS, local.ends(night))
    return True


def _this_morning(
    connection: Connection, now: int, zone: str, local: LocalTime, plans: Plans, done: int
) -> bool:  # fmt: skip
    """Makes the night due that goes on, where its sun rose an hour ago: all that should be lit of it is past."""
    night = local.night(now)
    ends = local.ends(night)
    rises = plans.sunrise(night)
    if rises is None or now < rises + HOUR_S or done < rises:
        return False
    if rolled_up_to(connection, zone, NIGHTS) != local.noon(night) or rolled_up_to(connection, zone, MORNING) == ends:
        return False
    _make_due(connection, "night", night, zone)
    set_rolled_up_to(connection, zone, MORNING, ends)
    return True


def _make_due(connection: Connection, what: str, when: object, zone: str) -> None:
    connection.execute(
        text(
            f"INSERT INTO {what}_due ({what}, pole) SELECT :when, id FROM pole WHERE zone = :zone "
            "ON CONFLICT DO NOTHING"
        ).bindparams(bindparam("when", type_=_TYPES[what])),
        {"when": when, "zone": zone},
    )


def _done(connection: Connection, what: str, when: object, poles: list[int]) -> None:
    connection.execute(
        text(f"DELETE FROM {what}_due WHERE {what} = :when AND pole IN :poles").bindparams(
            bindparam("when", type_=_TYPES[what]), bindparam("poles", expanding=True)
        ),
        {"when": when, "poles": poles},
    )
