"""A key that poles and the city share."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Key:
    """A shared key: the name poles know it under, and its bytes, which no message shows."""

    name: str
    secret: bytes = field(repr=False)
