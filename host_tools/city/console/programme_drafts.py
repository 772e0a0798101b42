"""Drafts of programmes in the store, and what they begin with: the programmes of the receivers' own files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.console import programme_fields
from host_tools.city.console.city import City
from host_tools.city.console.programme_form import Form
from host_tools.city.rollouts import rollout_rows
from host_tools.city.rollouts.examine import read_file
from host_tools.city.store.rollout_tables import draft as table
from host_tools.errors import CommandError
from host_tools.language.refusal import Refusal
from host_tools.site import sections

MOST = 20  # drafts that are kept


@dataclass(frozen=True)
class Draft:
    """*base*: digest of the programmes that it began with; *saved_at* Unix s."""

    id: int
    who: str
    saved_at: int
    base: str
    form: Form


@dataclass(frozen=True)
class Present:
    """The programmes that are in force: the sections *values*, and whether the console's own files have *others*.

    *told*: whether a receiver has said them; else they are the console's.  *several*: receivers have different ones.
    """

    values: sections.Values
    others: bool
    told: bool
    several: bool

    @property
    def digest(self) -> str:
        return sections.digest(self.values)


def present(city: City, connection: Connection) -> Present:
    """The programmes in force.  Raises CommandError where the console has no files of the site."""
    if not city.settings.site:
        raise Refusal("console_rollouts.no_site")
    own = sections.values_of(read_file(Path(city.settings.site)))
    texts = [text for _zone, text in sorted(rollout_rows.present_texts(connection).items()) if text]
    found = [sections.read(text) for text in texts]
    if not found:
        return Present(own, False, False, False)
    digests = {sections.digest(one) for one in found}
    return Present(found[0], sections.digest(own) not in digests, True, len(digests) > 1)


def new(connection: Connection, who: str, base: str, form: Form, now: int) -> int:
    """Keeps a new draft of *who*; its number."""
    listed = [one.id for one in drafts(connection)]
    if len(listed) >= MOST:
        connection.execute(sa.delete(table).where(table.c.id.in_(listed[MOST - 1 :])))
    values = {"who": who, "base": base, "form": json.dumps(form), "saved_at": now}
    return int(connection.execute(sa.insert(table).values(**values).returning(table.c.id)).scalar_one())


def save(connection: Connection, number: int, form: Form, now: int) -> None:
    """Keeps *form* as the draft *number*."""
    connection.execute(sa.update(table).where(table.c.id == number).values(form=json.dumps(form), saved_at=now))


def drop(connection: Connection, number: int) -> None:
    """Deletes it."""
    connection.execute(sa.delete(table).where(table.c.id == number))


def draft(connection: Connection, number: int) -> Draft:
    """The draft *number*.  Raises CommandError."""
    row = connection.execute(sa.select(table).where(table.c.id == min(number, 2**62))).mappings().first()
    if row is None:
        raise Refusal("console_rollouts.no_draft", number=number)
    return Draft(row["id"], row["who"], row["saved_at"], row["base"], programme_fields.load(row["form"]))


def drafts(connection: Connection) -> list[Draft]:
    """All drafts, the newest first; those that cannot be read are left out."""
    out = []
    for row in connection.execute(sa.select(table).order_by(table.c.saved_at.desc(), table.c.id.desc())).mappings():
        try:
            form = programme_fields.load(row["form"])
        except CommandError:
            continue
        out.append(Draft(row["id"], row["who"], row["saved_at"], row["base"], form))
    return out
