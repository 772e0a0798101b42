"""Sums over nights of poles, and what follows from them: uptime both ways, energy, rupees, carbon dioxide."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from host_tools.site.contract import Contract

Key = TypeVar("Key")


class Sums(NamedTuple):
    """Of ``nights`` of poles that the site's files have: minutes, and energy in Wh.

    ``lit_baseline_wh`` is the part of the baseline of minutes that were lit: a lamp that is dark saves nothing.
    ``old_*`` are of those nights only whose luminaire before is known; ``uncounted``: nights of poles that the files do
    not have, of which nothing else is counted but ``uncounted_wh``.  ``preliminary``: nights that are counted as they
    stood in the morning, before they were over.
    """

    nights: int = 0
    should: int = 0
    lit: int = 0
    dark: int = 0
    unknown: int = 0
    excluded: int = 0
    lit_else: int = 0
    wh: int = 0
    baseline_wh: int = 0
    lit_baseline_wh: int = 0
    old_nights: int = 0
    old_used_wh: int = 0
    old_wh: int = 0
    lit_old_wh: int = 0
    preliminary: int = 0
    uncounted: int = 0
    uncounted_wh: int = 0

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(*(one + more for one, more in zip(self, other, strict=True)))

    @property
    def counted(self) -> int:
        """Minutes that the contract counts."""
        return self.should - self.excluded

    @property
    def strict(self) -> float | None:
        """Percent of the counted minutes that were lit by evidence: silence counts as dark.  None: none was counted."""
        return 100 * self.lit / self.counted if self.counted else None

    @property
    def lenient(self) -> float | None:
        """Percent of the counted minutes of which there is no evidence that they were dark."""
        return 100 * (self.lit + self.unknown) / self.counted if self.counted else None

    @property
    def saved_wh(self) -> int:
        """Less than lamps that are never dimmed would have taken while these were lit."""
        return self.lit_baseline_wh - self.wh

    @property
    def old_saved_wh(self) -> int:
        """Less than the luminaires before would have taken while these were lit."""
        return self.lit_old_wh - self.old_used_wh


EMPTY = Sums()


def rupees(wh: int, contract: Contract) -> float | None:
    """What *wh* cost by the utility's tariff; None where that is not given."""
    return None if contract.rupees_per_kwh is None else wh * contract.rupees_per_kwh / 1000


def co2_kg(wh: int, contract: Contract) -> float:
    """Carbon dioxide of *wh* from the grid."""
    return wh * contract.co2_kg_per_kwh / 1000


def together(parts: Iterable[Sums]) -> Sums:
    """All of *parts*."""
    total = [0] * len(Sums._fields)
    for one in parts:
        for place, value in enumerate(one):
            total[place] += value
    return Sums(*total)


def grouped(parts: Iterable[tuple[str, Sums]], group: Callable[[str], Key]) -> dict[Key, list[Sums]]:
    """The sums of poles, by what *group* makes of a pole's name."""
    out: dict[Key, list[Sums]] = {}
    for name, sums in parts:
        out.setdefault(group(name), []).append(sums)
    return out
