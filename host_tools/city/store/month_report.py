"""Reads the report of a month from the store."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from host_tools.city.ledger.month import Month
from host_tools.city.ledger.report import Report, report
from host_tools.city.store import fault_rows, night_sums
from host_tools.city.store.local_time import LocalTime
from host_tools.site.model import Site


def read(connection: Connection, site: Site | None, month: Month, now: int, local: LocalTime) -> Report:
    """The report of *month* at *now* (Unix s), by the files of *site* where they are here."""
    begins, ends = month.bounds(local)
    return report(
        month, site, night_sums.by_pole(connection, month.first, month.after),
        night_sums.by_night(connection, month.first, month.after), fault_rows.faults(connection, begins, ends),
        fault_rows.faults(connection, begins, ends, fault_rows.SUPPLY), now, local,
    )  # fmt: skip
