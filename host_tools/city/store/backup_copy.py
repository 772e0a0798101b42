"""What a backup holds, and the refusal to bring it into a store that holds something."""

from __future__ import annotations

from dataclasses import dataclass

from host_tools.errors import RecordError


@dataclass(frozen=True)
class Copied:
    """What is in a copy, as read from the copy itself; ``size`` is in bytes."""

    poles: int
    events: int
    readings: int
    size: int


def refuse(where: str, holds: str) -> RecordError:
    """The error that the store *where* is not empty."""
    return RecordError(f"the record {where} holds {holds}: a restore would remove them; say --replace if that is meant")
