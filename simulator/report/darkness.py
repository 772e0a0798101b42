"""Measures how long the street was dark when it should not have been: the first promise.

Judged by the plant's light, astral's civil dusk and dawn at each pole, and the site's ``lit_percent``; never by what
the firmware says.  Light is constant between changes, so the integral over the night is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.report.nights import Nights
from simulator.run_time import RunTime

if TYPE_CHECKING:
    from host_tools.site.model import Pole

SPELLS_MOST = 50  # the first dark spells are kept one by one, to be looked into
_ROUNDING = 1e-9  # a level that is exactly lit_percent is lit


@dataclass(frozen=True)
class Spell:
    """*pole* was dark at night for *seconds*, from *at_ms* to *to_ms* (milliseconds of the run)."""

    pole: str
    at_ms: int
    seconds: float
    to_ms: int = 0


BY_DIYA, BY_FAULTS, BY_COMMANDS = "diya", "faults", "commands"  # what keeps a pole dark


class Darkness:
    """Dark time of *poles*, by what it is due to.

    A pole without any message since the start of the run counts as dark by Diya from there.
    """

    def __init__(self, poles: Iterable[Pole], lit_percent: float, time: RunTime) -> None:
        self._lit = lit_percent / 100.0 - _ROUNDING
        self._time = time
        self._nights = {pole.name: Nights(pole.latitude, pole.longitude) for pole in poles}
        self._dark: dict[str, tuple[str, int] | None] = dict.fromkeys(self._nights, (BY_DIYA, 0))
        self._seconds: dict[str, dict[str, float]] = {BY_DIYA: {}, BY_FAULTS: {}, BY_COMMANDS: {}}
        self.spells: list[Spell] = []

    def change(self, pole: str, now_ms: int, light: float, faulty: bool, ordered_off: bool = False) -> None:
        """From *now_ms* on *pole* gives *light* (0 to 1 of the rated light).

        *faulty*: it has no mains, or an injected fault of lamp, relay or gear; *ordered_off*: it is under an accepted
        command to a level below ``lit_percent``.  Neither darkness is Diya's.
        """
        due = None if light >= self._lit else BY_FAULTS if faulty else BY_COMMANDS if ordered_off else BY_DIYA
        before = self._dark[pole]
        if before is not None and before[0] != due:
            self._count(pole, *before, now_ms)
            before = None
        if before is None:
            self._dark[pole] = None if due is None else (due, now_ms)

    def finish(self, end_ms: int) -> None:
        """The run ends at *end_ms*: counts what was still dark."""
        for pole, dark in self._dark.items():
            if dark is not None:
                self._count(pole, *dark, end_ms)
                self._dark[pole] = (dark[0], end_ms)

    def minutes(self, due: str = BY_DIYA) -> dict[str, float]:
        """Dark minutes of each pole that has any by *due*, by name."""
        return {pole: seconds / 60.0 for pole, seconds in sorted(self._seconds[due].items())}

    def total_minutes(self, due: str = BY_DIYA) -> float:
        """Dark minutes by *due* of all poles together."""
        return sum(self.minutes(due).values(), 0.0)

    def nights_lived(self, end_ms: int) -> float:
        """Nights of all poles together up to *end_ms*; a part of a night counts for that part."""
        start = float(self._time.start_unix)
        end = start + end_ms / 1000.0
        return sum(nights.part(start, end) for nights in self._nights.values())

    def join(self, other: Darkness) -> None:
        """Adds the dark time of the poles of *other*, which are not among these."""
        self._nights |= other._nights
        self._dark |= other._dark
        for due, seconds in other._seconds.items():
            self._seconds[due] |= seconds
        both = [*self.spells, *other.spells]
        self.spells = sorted(both, key=lambda spell: spell.to_ms)[:SPELLS_MOST]

    def _count(self, pole: str, due: str, from_ms: int, to_ms: int) -> None:
        start = self._time.start_unix
        seconds = round(self._nights[pole].dark(start + from_ms / 1000.0, start + to_ms / 1000.0), 6)
        if seconds > 0.0:
            counted = self._seconds[due]
            counted[pole] = counted.get(pole, 0.0) + seconds
            if due == BY_DIYA and len(self.spells) < SPELLS_MOST:
                self.spells.append(Spell(pole, from_ms, seconds, to_ms))
