"""Under which key each delivery of an order goes, and whether a first message to many takes them all.

Exactly a group goes as one message under the group's key or the site's, unless its level is below the site's floor,
which no shared key passes.  Else each pole gets its own message, under its own key where there is one.  A cancel
follows what it ends: a shared key ends only what came under it, a pole's own key ends everything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from host_tools.city.commands.delivery import NO_KEY, REJECTED, Delivery
from host_tools.city.commands.order import CANCEL, Order
from host_tools.keys.key import Key
from host_tools.keys.key_file import for_pole


@dataclass(frozen=True)
class KeyRing:
    """The city's *keys* by name, none where poles have none (a bench); the name and *floor* (percent) of the *site*."""

    keys: Mapping[str, Key]
    site: str
    floor: int

    def deliveries(
        self, order: Order, poles: Mapping[str, Collection[str]], known: Collection[str],
        held: Mapping[str, Collection[str]],
    ) -> list[Delivery]:  # fmt: skip
        """The deliveries of *order* to *poles* {name: groups}.

        *known*: the names of all poles.  *held* {pole: names of the keys under which it may hold what a cancel ends}.
        """
        shared = self._shared(order, known)
        to_many = "" if order.group is None else f"_group/{order.group}" if order.group else "_all"
        others = (name for pole in poles for name in held.get(pole, ()) if name != shared)
        if order.kind == CANCEL and shared and next(others, None) is not None:
            shared = None  # one message would not end what came under another key
        if shared is not None:
            return [Delivery(order, pole, shared, to_many) for pole in poles]
        return [self._alone(order, pole, groups, known, held.get(pole, ())) for pole, groups in poles.items()]

    def _shared(self, order: Order, known: Collection[str]) -> str | None:
        """Name of the key that one message to all of them goes under; None: to each alone."""
        group = order.group
        if group is None:
            return None
        if not self.keys:
            return None if self._below(order) else ""
        if self._below(order):
            return None
        for name in (group or self.site, self.site):
            if name in self.keys:
                return name
        only = next(iter(self.keys)) if len(self.keys) == 1 else None
        return only if only is not None and only not in known else None

    def _below(self, order: Order) -> bool:
        return order.level is not None and order.level < self.floor

    def _alone(
        self, order: Order, pole: str, groups: Collection[str], known: Collection[str], held: Collection[str]
    ) -> Delivery:
        if not self.keys:
            return Delivery(order, pole)
        if order.kind == CANCEL and pole not in self.keys:
            under = [name for name in held if name in self.keys]
            if under:
                return Delivery(order, pole, under[-1])
        key = for_pole(self.keys, pole, groups, self.site)
        if key is not None and (key.name == pole or key.name not in known):
            return Delivery(order, pole, key.name)
        none = Delivery(order, pole)
        none.end(REJECTED, NO_KEY, f"the key file has no key for {pole}, of its own or of a group")
        return none
