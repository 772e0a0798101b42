"""What the names of the wire mean, in the reader's language; a name without a sentence stands for itself."""

from __future__ import annotations

from host_tools.language.language import Language
from host_tools.text import text
from host_tools.wire.event_types import CATALOGUE

MOST = 80  # characters of a name that is in no list


def meaning(kind: str, said: Language) -> str:
    """The sentence of an alarm's *kind*."""
    if kind in CATALOGUE:
        return CATALOGUE[kind].hindi if said.code == "hi" else CATALOGUE[kind].english
    key = f"notify.kind_{kind}"
    return said.say(key) if said.knows(key) else text(kind, MOST)


def owner(name: str, said: Language) -> str:
    """Who decides, by the *name* of an owner."""
    key = f"console_live.owner_{name}"
    return said.say(key) if said.knows(key) else text(name, MOST)
