"""Complaints for the operators: what a person said, how to reach him, and what his lamp says."""

from __future__ import annotations

import json
from typing import Any

from litestar import get
from litestar.response import Template

from host_tools.city.complaints import book
from host_tools.city.complaints.book import OPEN, Asked
from host_tools.city.complaints.lamp import lamps
from host_tools.city.complaints.services import SERVICES
from host_tools.city.complaints.words import ComplaintWords
from host_tools.city.console.access.roles import OPERATOR, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.geography import geography_of
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.text import text

SHOWN = 300
MOST = 1000  # characters of what a person wrote


@get("/complaints", guards=[needs(OPERATOR)])
@in_thread
def complaints(request: Web) -> Template:
    """The latest, those that are open, or all with `state=all`."""
    city, state = city_of(request), request.query_params.get("state", "")
    asked = Asked(states=() if state == "all" else (OPEN,))
    with city.reading() as connection:
        now = city.now(connection)
        rows = book.listed(connection, asked, SHOWN)
        lamp = lamps(connection, {row["pole"] for row in rows})
        first = book.leaders(connection, rows)
    words = ComplaintWords(language(request), city.zone, geography_of(request).rules, now)
    shown = [_shown(row, words, lamp[row["pole"]], first.get(row["joined"] or 0)) for row in rows]
    return render(request, "complaints.html", complaints=shown, state=state)


def _shown(row: Any, words: ComplaintWords, lamp: Any, first: Any) -> dict[str, Any]:
    contact = json.loads(row["contact"] or "{}")
    of = row if first is None else first
    due = words.due(of, lamp)
    return {
        "number": row["public"], "pole": row["pole"], "service": words.service(row["code"]), "made": row["made_at"],
        "closed": row["closed_at"], "state": book.state(row), "text": text(row["text"].replace("\n", " "), MOST),
        "address": text(row["address"], 300), "account": text(row["account"], 64), "who": text(row["who"], 64),
        "contact": [text(str(value), 120) for value in contact.values()], "evidence": words.status(row, lamp, first),
        "alarm": of["alarm"], "danger": SERVICES[row["code"]].danger, "media": row["media"], "due": due,
        "late": row["closed_at"] is None and due < words.now,
    }  # fmt: skip


ROUTES = [complaints]
