"""What an order would do, before it is written: how many poles, what they live by now, energy; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from host_tools.city.commands.order import CANCEL, Order
from host_tools.site.model import Luminaire
from pole.lighting.arbiter import RAISE
from pole.wire import city_side

_RANK = {owner: rank for rank, owner in enumerate(reversed(city_side.OWNERS))}
MOST_LINES = 20


@dataclass(frozen=True)
class Now:
    """A pole as it is now: what it last said of its light, None and "" where that is not known.

    ``online`` None: it has never reported.  ``luminaire`` None: it is not in the site's files.
    """

    name: str
    online: bool | None = None
    level: int | None = None
    target: int | None = None
    owner: str = ""
    reason: str = ""
    until: int | None = None
    luminaire: Luminaire | None = None


@dataclass(frozen=True)
class Lives:
    """*poles* many live by the same: *owner* decides for *reason*, until *until* (Unix s)."""

    owner: str
    reason: str
    until: int | None
    poles: int


@dataclass(frozen=True)
class Preview:
    """``wh`` is what the poles take under the order in its time, ``wh_now`` what they would at their present level.

    ``held``: poles that a higher owner holds, so that the order does not count there for now.  ``unmeasured``: poles
    whose power or level is not known; both sums leave them out.
    """

    poles: int
    offline: tuple[str, ...]
    never: tuple[str, ...]
    lives: tuple[Lives, ...]
    held: tuple[Lives, ...]
    darker: int
    brighter: int
    wh: int
    wh_now: int
    unmeasured: int

    def as_json(self) -> dict[str, Any]:
        def lines(rows: Iterable[Lives]) -> list[dict[str, Any]]:
            return [{"owner": one.owner, "reason": one.reason, "until": one.until, "poles": one.poles} for one in rows]

        return {
            "poles": self.poles, "offline": list(self.offline), "neverReported": list(self.never),
            "livesBy": lines(self.lives), "heldByHigher": lines(self.held), "darker": self.darker,
            "brighter": self.brighter, "wh": self.wh, "whNow": self.wh_now, "unmeasured": self.unmeasured,
        }  # fmt: skip


def preview(order: Order, poles: Iterable[Now], now: int) -> Preview:
    """What *order* would do to *poles* at *now* (Unix s)."""
    each = list(poles)
    hours = max(0, order.expiration - max(now, order.begins)) / 3600
    lives: Counter[tuple[str, str, int | None]] = Counter()
    held: Counter[tuple[str, str, int | None]] = Counter()
    darker = brighter = unmeasured = 0
    wh = wh_now = 0.0
    for pole in each:
        by = (pole.owner, pole.reason, pole.until)
        lives[by] += 1
        present = pole.target if pole.target is not None else pole.level
        level = _level(order, pole, present)
        if pole.owner and _RANK.get(pole.owner, 0) > _RANK[order.owner]:
            held[by] += 1
        if present is not None and level is not None:
            darker += level < present
            brighter += level > present
        if present is None or level is None or pole.luminaire is None:
            unmeasured += 1
        else:
            wh += pole.luminaire.power_at(level) * hours
            wh_now += pole.luminaire.power_at(present) * hours
    return Preview(
        len(each), tuple(pole.name for pole in each if pole.online is False),
        tuple(pole.name for pole in each if pole.online is None), _lines(lives), _lines(held), darker, brighter,
        round(wh), round(wh_now), unmeasured,
    )  # fmt: skip


def _level(order: Order, pole: Now, present: int | None) -> int | None:
    """The level of *pole* under *order*; None where that is not known, as after a cancel."""
    if order.kind == CANCEL or order.level is None:
        return None if pole.owner == order.owner else present
    if pole.owner and _RANK.get(pole.owner, 0) > _RANK[order.owner]:
        return present
    if order.owner in RAISE:
        return max(present, order.level) if present is not None else None
    return order.level


def _lines(counted: Counter[tuple[str, str, int | None]]) -> tuple[Lives, ...]:
    """The most common first; what is beyond MOST_LINES is one line without words."""
    rows = [Lives(*by, many) for by, many in counted.most_common()]
    if len(rows) <= MOST_LINES:
        return tuple(rows)
    rest = sum(row.poles for row in rows[MOST_LINES:])
    return (*rows[:MOST_LINES], Lives("", "others", None, rest))
