"""The differences of a newer list: poles that are added, gone, moved, and fields with another value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from host_tools.site.model import Pole
from host_tools.site.near_places import distance_m

MOVED_M = 0.05  # less is how a place is rounded
FIELDS = ("ward", "zone", "feeder", "road_class", "luminaire", "board", "access_point", "label")
_SHOWN = 5


@dataclass
class Differences:
    """Names of poles ``added`` and ``gone``; ``moved`` by so many metres; ``changed``: (field, pole, was, is)."""

    added: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    moved: list[tuple[str, float]] = field(default_factory=list)
    changed: list[tuple[str, str, str, str]] = field(default_factory=list)
    same: int = 0

    @property
    def any(self) -> bool:
        return bool(self.added or self.gone or self.moved or self.changed)

    def lines(self) -> Iterator[str]:
        """A page of them: each kind with its first five."""
        if self.added:
            yield f"added {len(self.added):,}: {_first(self.added)}"
        if self.gone:
            yield f"gone {len(self.gone):,}: {_first(self.gone)}"
        if self.moved:
            yield f"moved {len(self.moved):,}: {_first([f'{name} by {away:.1f} m' for name, away in self.moved])}"
        for name, count in Counter(one[0] for one in self.changed).items():
            shown = [f"{pole} {was or '-'} to {now or '-'}" for what, pole, was, now in self.changed if what == name]
            yield f"{name.replace('_', ' ')} changed of {count:,}: {_first(shown)}"
        yield f"the same {self.same:,}"

    def as_json(self) -> dict[str, Any]:
        return {
            "added": self.added, "gone": self.gone, "same": self.same,
            "moved": [{"pole": name, "metres": round(away, 2)} for name, away in self.moved],
            "changed": [{"pole": pole, "field": name, "was": was, "is": now} for name, pole, was, now in self.changed],
        }  # fmt: skip


def differences(before: Iterable[Pole], after: Iterable[Pole]) -> Differences:
    """From the poles *before* to those *after*."""
    out = Differences()
    old = {pole.name: pole for pole in before}
    for pole in after:
        was = old.pop(pole.name, None)
        if was is None:
            out.added.append(pole.name)
            continue
        away = distance_m((was.latitude, was.longitude), (pole.latitude, pole.longitude))
        changed = [
            (name, pole.name, old_value, new_value)
            for name in FIELDS
            if (old_value := _own(was, name)) != (new_value := _own(pole, name))
        ]
        if away > MOVED_M:
            out.moved.append((pole.name, away))
        out.changed += changed
        out.same += away <= MOVED_M and not changed
    out.gone = list(old)
    return out


def _own(pole: Pole, name: str) -> str:
    """What *pole* has for the field *name* of its own: an access point that is that of its zone is not."""
    value: str = getattr(pole, name)
    return "" if name == "access_point" and value == pole.zone else value


def _first(shown: list[str]) -> str:
    more = f" and {len(shown) - _SHOWN:,} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
