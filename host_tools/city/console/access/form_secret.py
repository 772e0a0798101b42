"""The secret that the consoles of one store sign the tokens of their forms with."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from host_tools.city.console.city import City
from host_tools.city.store.console_tables import console

NAME = "formSecret"


def form_secret(city: City) -> str:
    """It, made where the store has none yet."""
    with city.writing() as connection:
        kept = connection.execute(sa.select(console.c.value).where(console.c.name == NAME)).scalar()
        if kept is None:
            kept = secrets.token_hex(32)
            connection.execute(sa.insert(console).values(name=NAME, value=kept))
    return str(kept)
