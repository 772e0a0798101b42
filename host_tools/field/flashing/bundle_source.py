"""The inputs of flashing a pole: the bundle, and the registry of which board is on which pole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from host_tools.field.flashing.plan import Part


class Bundle(Protocol):
    """The part of `host_tools.field.bundle.Bundle` that is used here."""

    @property
    def site(self) -> str: ...

    def board(self, pole: str) -> dict[str, Any]: ...

    def regions(self, pole: str, first: bool) -> Sequence[Part]: ...

    def partition_table(self, pole: str) -> bytes: ...


class Names(Protocol):
    """Which board is on which pole: read before flashing, written after it."""

    def ask(self, mac: str, pole: str, site: str) -> None: ...

    def tell(self, mac: str, pole: str, site: str) -> None: ...
