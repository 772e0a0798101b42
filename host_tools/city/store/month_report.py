"""Reads the report of a month from the store."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from host_tools.city.ledger.month import Month
from host_tools.city.ledger.report import Report, report
from host_tools.city.store import fault_rows, night_sums
from host_tools.city.store.local_time import LocalTime
from host_tools.city.store.meters import DAY_S
from host_tools.city.store.rolled_up import counted_up_to
from host_tools.site.model import Site


def newest(connection: Connection, now: int, local: LocalTime) -> Month:
    """The month of the last night that is counted: at *now* (Unix s) in the morning that is the one that goes on."""
    counted = counted_up_to(connection) or 0
    return Month.of(max(local.night(now - DAY_S), local.night(min(counted, now + DAY_S) - 1)))


def read(connection: Connection, site: Site | None, month: Month, now: int, local: LocalTime) -> Report:
    """The report of *month* at *now* (Unix s), by the files of *site* where they are here."""
    begins, ends = month.bounds(local)
    return report(
        month, site, night_sums.by_pole(connection, month.first, month.after),
        night_sums.by_night(connection, month.first, month.after), fault_rows.faults(connection, begins, ends),
        fault_rows.faults(connection, begins, ends, fault_rows.SUPPLY), now, local,
    )  # fmt: skip
