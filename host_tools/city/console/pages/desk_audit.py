"""The audit: who did what, the newest first, and whether its chain is whole as far as this process can tell.

The key of the chain is the receiver's, so only `diya audit verify` on its machine proves the rows.  Without the key it
is still seen here where a number is missing, or where rows wait for a receiver that does not take them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy.engine import Connection, RowMapping

from host_tools import spreadsheet
from host_tools.city.commands.audit import CUT_OFF
from host_tools.city.console.access.roles import ENGINEER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.page import language, moment, render
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.store.command_tables import audit
from host_tools.text import text

PAGE, MOST = 100, 50_000  # rows of a page, and of a file
HIGHEST = 2**62
COLUMNS = ("at", "who", "door", "what", "command", "detail", "number", "zone")


@dataclass(frozen=True)
class Chain:
    """Of one zone: rows with a number, whether none is missing, whether some were cut off, and rows that wait."""

    zone: str
    rows: int
    whole: bool
    cut: int
    waiting: int


@get("/desk/audit", guards=[needs(ENGINEER)])
@in_thread
def audit_page(request: Web, who: FromQuery[str] = "", before: FromQuery[int] = 0) -> Template:
    """Rows older than the row *before*, of the person *who* alone where given."""
    city, name = city_of(request), text(who.strip(), 64)
    with city.reading() as connection:
        rows = _rows(connection, name, before, PAGE + 1)
        chains = chains_of(connection)
        people = connection.execute(sa.select(audit.c.who).distinct().order_by(audit.c.who).limit(500)).scalars().all()
    shown = [{**row, "said": _said(request, row)} for row in rows[:PAGE]]
    more = rows[PAGE - 1]["id"] if len(rows) > PAGE else 0
    return render(request, "desk_audit.html", rows=shown, chains=chains, people=people, who=name, more=more)


@get("/desk/audit.csv", guards=[needs(ENGINEER)])
@in_thread
def audit_file(request: Web, who: FromQuery[str] = "") -> Response[str]:
    """The same as CSV, the newest 50,000 rows."""
    city = city_of(request)
    with city.reading() as connection:
        rows = _rows(connection, text(who.strip(), 64), 0, MOST)
    out = io.StringIO(newline="")
    shown = ([moment(row["at"], city.zone), *(row[name] for name in COLUMNS[1:])] for row in rows)
    spreadsheet.write(out, COLUMNS, ([spreadsheet.cell(value) for value in row] for row in shown))
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return Response(spreadsheet.for_excel(out.getvalue()), media_type="text/csv", headers=headers)


def chains_of(connection: Connection) -> list[Chain]:
    """What can be seen of each zone's chain without its key."""
    columns = (
        audit.c.zone, sa.func.count(audit.c.number), sa.func.max(audit.c.number),
        sa.func.count().filter(audit.c.what == CUT_OFF), sa.func.count().filter(audit.c.number.is_(None)),
        sa.func.count().filter(audit.c.number.is_not(None) & audit.c.digest.is_(None)),
    )  # fmt: skip
    rows = connection.execute(sa.select(*columns).group_by(audit.c.zone).order_by(audit.c.zone))
    return [
        Chain(zone, count, count == (highest or 0) and not bare, cut, waiting)
        for zone, count, highest, cut, waiting, bare in rows
    ]


def _rows(connection: Connection, who: str, before: int, most: int) -> Sequence[RowMapping]:
    chosen = sa.select(audit).order_by(audit.c.id.desc()).limit(most)
    if who:
        chosen = chosen.where(audit.c.who == who)
    if 0 < before <= HIGHEST:
        chosen = chosen.where(audit.c.id < before)
    return connection.execute(chosen).mappings().all()


def _said(request: Web, row: RowMapping) -> dict[str, Any]:
    """A sentence for what was done, where there is one; and the fields of its detail, of which any program may be."""
    said, key = language(request), f"console_desk.audit_{row['what'].replace(' ', '_')}"
    try:
        detail = json.loads(row["detail"])
    except (ValueError, RecursionError):
        detail = None
    fields = detail.items() if isinstance(detail, dict) else [("", row["detail"])]
    shown = [
        (text(str(name), 64), text(value if isinstance(value, str) else json.dumps(value), 400))
        for name, value in fields
    ]
    return {"what": said.say(key) if said.knows(key) else row["what"], "fields": shown}


ROUTES = [audit_page, audit_file]
