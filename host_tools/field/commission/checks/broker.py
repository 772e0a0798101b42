"""Checks the connection to the city: a message to the broker and its acknowledgement."""

from __future__ import annotations

from host_tools.field.commission.bounds import BROKER
from host_tools.field.commission.outcome import Figure, Note, Outcome
from host_tools.field.commission.session import Visit
from host_tools.field.console_client import Refused

NAME = "broker"


def check(visit: Visit) -> Outcome:
    """A pole that is only connecting is waited for."""
    visit.joined(lambda status: status.online)
    try:
        return Outcome(NAME, (Figure(BROKER, visit.service.ping()),))
    except Refused as refused:
        return Outcome(NAME, (Figure(BROKER, None),), (Note("note_no_broker", {"why": refused.why}),))
