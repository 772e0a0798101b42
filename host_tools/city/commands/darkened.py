"""The poles that are darkened by orders of one person: what many small orders come to in all; pure.

Names and roles are what a row says, so the orders of all persons count together: a program that writes rows could else
darken a city fifty poles at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from host_tools.city.commands.order import CANCEL, Order


class Darkened:
    """Which poles are darkened, by what, and until when (Unix s)."""

    def __init__(self) -> None:
        self._until: dict[str, dict[tuple[str, str], int]] = {}  # pole: {(owner, reference): until}

    def add(self, order: Order, poles: Iterable[str]) -> None:
        """*order*, which one person gave, darkens *poles*."""
        for pole in poles:
            self._until.setdefault(pole, {})[order.owner, order.ref] = order.expiration

    def end(self, order: Order, poles: Iterable[str]) -> None:
        """*order* ends or replaces what was asked of *poles* before."""
        for pole in poles:
            held = self._until.get(pole, {})
            for owner, ref in list(held):
                if owner == order.owner and (ref == order.ref or (order.kind == CANCEL and not order.ref)):
                    del held[owner, ref]

    def others(self, poles: Collection[str], now: int) -> int:
        """How many poles beside *poles* are darkened at *now*."""
        count = 0
        for pole, held in list(self._until.items()):
            for key in [key for key, until in held.items() if until <= now]:
                del held[key]
            if not held:
                del self._until[pole]
            elif pole not in poles:
                count += 1
        return count
