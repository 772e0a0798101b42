"""An order: what a person or another system wants of poles' lights, as it stands in the store, and what it replaces."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from host_tools.language.refusal import Refusal
from host_tools.text import quoted, shows_whole
from host_tools.wire import commands
from pole.lighting.arbiter import RAISE
from pole.wire import contract

OVERRIDE, CANCEL = "override", "cancel"
KINDS = (OVERRIDE, CANCEL)
MOST_SCOPE = 4_000_000  # characters: 100,000 names, or the points of an area
MOST_NAME = 64  # characters of a person, role, door
LATEST = 4102444800  # 2100, Unix s
CANCEL_S = 7 * 86400  # how long a cancel is brought to poles that return: the longest that a role may order


@dataclass(frozen=True)
class Order:
    """One row of ``command``.  *start* and *expiration* are Unix s; *scope* says for whom it was asked (who.py).

    *level* percent, *ramp_s* 0 to 3600 s; both None in a cancel, whose empty *ref* means all of its *owner*.
    """

    who: str
    role: str
    kind: str
    owner: str
    expiration: int
    door: str = "send"
    level: int | None = None
    reason: str = ""
    ref: str = ""
    ref_address: str = ""
    start: int | None = None
    ramp_s: int | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)
    second: str = ""
    code: str = field(default="", repr=False)
    written_at: int = 0
    decided_at: int | None = None
    id: int = 0

    def essence(self) -> list[Any]:
        """All that decides what it does, for a seal."""
        return [
            self.id, self.who, self.role, self.door, self.kind, self.owner, self.level, self.reason, self.ref,
            self.ref_address, self.start, self.expiration, self.ramp_s, self.decided_at, self.second,
        ]  # fmt: skip

    @property
    def begins(self) -> int:
        """When it begins to count.  It travels, so that of two orders the later given counts, not the later arrived."""
        return self.start if self.start is not None else self.decided_at or self.written_at

    @property
    def raises(self) -> bool:
        """Whether it never lowers a light."""
        return self.kind == OVERRIDE and self.owner in RAISE

    @property
    def group(self) -> str | None:
        """The group it is for as a whole, "" for every pole; None where it is for some poles."""
        if set(self.scope) == {"all"}:
            return ""
        group = self.scope.get("group") if set(self.scope) == {"group"} else None
        return group if isinstance(group, str) else None

    def body(self) -> str:
        """The body of its messages.  Raises CommandError where no pole would accept it."""
        if self.kind == CANCEL:
            return commands.cancel(self.owner, self.ref)
        return commands.override(
            self.level if self.level is not None else -1, self.expiration, owner=self.owner, reason=self.reason,
            ref=self.ref, address=self.ref_address, start=self.begins, ramp_s=self.ramp_s,
        )  # fmt: skip

    def replaces(self, older: Order, now: int) -> bool:
        """Whether *older*, of the same pole and not delivered yet, has no effect beside this one, which came later.

        A pole keeps overrides of one owner side by side under different references: of incident and lock the highest
        counts, of operator and emergency the one that began last.
        """
        if older.owner != self.owner:
            return False
        if self.kind == CANCEL:
            return not self.ref or older.ref == self.ref
        if older.kind == CANCEL:
            return False  # it may end what the pole holds already
        if older.ref == self.ref:
            return True
        if self.owner in RAISE:
            return False
        covered = self.begins <= max(now, older.begins) and older.begins <= self.begins
        return covered and older.expiration <= self.expiration


def read(row: Mapping[str, Any]) -> Order:
    """The order in *row* of ``command``, which any program may have written.  Raises CommandError."""
    try:
        scope = json.loads(row["scope"]) if len(row["scope"]) <= MOST_SCOPE else None
    except (ValueError, RecursionError, TypeError):
        scope = None
    if not isinstance(scope, dict):
        raise Refusal("commands.scope", value=quoted(str(row["scope"]), 40), most=MOST_SCOPE)
    values = {name: row[name] for name in Order.__dataclass_fields__ if name in row and name != "scope"}
    order = Order(**values, scope=scope)
    check(order)
    return order


def check(order: Order) -> None:
    """Raises CommandError where a field of *order* is not valid."""
    for name in ("start", "expiration", "level", "ramp_s", "written_at", "decided_at"):
        value = getattr(order, name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise Refusal("commands.whole", name=name, value=quoted(value, 20))
    for name, most in (
        ("who", MOST_NAME), ("role", MOST_NAME), ("door", MOST_NAME), ("second", MOST_NAME), ("code", 16),
        ("reason", 80), ("ref", 64), ("ref_address", 64),
    ):  # fmt: skip
        value = getattr(order, name)
        if not isinstance(value, str) or len(value) > most or not shows_whole(value):
            raise Refusal("commands.line", name=name, value=quoted(value, 40), most=most)
    for name in ("who", "role", "door"):
        if not getattr(order, name):
            raise Refusal("commands.missing", name=name)
    if order.kind not in KINDS:
        raise Refusal("commands.kind", kind=quoted(order.kind, 20), kinds=" or ".join(KINDS))
    if order.owner not in contract.COMMAND_OWNERS:
        owners = ", ".join(contract.COMMAND_OWNERS)
        raise Refusal("commands.owner", owner=quoted(order.owner, 20), owners=owners)
    if (order.level is None) != (order.kind == CANCEL):
        raise Refusal("commands.level_in_cancel" if order.level else "commands.level_missing", level=order.level)
    for name, low, high in (("level", 0, 100), ("ramp_s", 0, 3600), ("start", 0, LATEST), ("expiration", 1, LATEST)):
        value = getattr(order, name)
        if (value is None and name == "expiration") or (value is not None and not low <= value <= high):
            raise Refusal("commands.range", name=name, value=value, low=low, high=high)
    if order.start is not None and order.start >= order.expiration:
        raise Refusal("commands.start", start=order.start, expiration=order.expiration)
