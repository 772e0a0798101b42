"""The bodies of commands, as JSON text: what stands in an envelope."""

from __future__ import annotations

from pole.wire import contract

_RESEND = ("type", "epoch", "from", "to")


def resend(epoch: str, low: int, high: int) -> str:
    """Body of the command that asks for the records *low* to *high* of *epoch* again."""
    text: str = contract.encode(_RESEND, {"type": "resend", "epoch": epoch, "from": low, "to": high})
    return text
