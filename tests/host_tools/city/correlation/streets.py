"""A street for correlation: three feeders of ten poles on two access points, and ways for its poles to be away."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.city.correlation import Fault, History, Silence, SupplyLoss, street_faults
from host_tools.site.model import Pole

T = 1795531800  # 24 November 2026, 20:20 in Sagar
MINUTE, HOUR = 60, 3600
NOW = T + 6 * HOUR


def name(number: int) -> str:
    return f"P{number:04d}"


def pole(number: int) -> Pole:
    """Poles 1 to 10 hang on F1, 11 to 20 on F2, 21 to 30 on F3; 1 to 20 speak through `north`, the rest `south`."""
    feeder = (number - 1) // 10 + 1
    zone = "north" if number <= 20 else "south"
    return Pole(name(number), 23.8, 78.7, "W1", zone, f"F{feeder}", "street", "led", "virtual")


POLES = [pole(number) for number in range(1, 31)]
F1, F2, F3 = range(1, 11), range(11, 21), range(21, 31)
EVERY = range(1, 31)


def will(number: int, at: int, ends: int | None = None, cause: str = "lastWill") -> Silence:
    return Silence(name(number), at, ends, cause, at - 40)


def wills(numbers: Iterable[int], at: int, ends: int | None = None, cause: str = "lastWill") -> list[Silence]:
    """Each a few seconds after the other, as their keepalives end, and each back some seconds after the other."""
    return [
        will(number, at + number * 7 % 90, None if ends is None else ends + number * 13 % 120, cause)
        for number in numbers
    ]


def losses(numbers: Iterable[int], at: int, back: int) -> list[SupplyLoss]:
    """The supply was gone at *at* and came back at *back*; the last mark of life is some minutes old."""
    return [SupplyLoss(name(number), back, at - number * 37 % 900) for number in numbers]


def faults(silences: Iterable[Silence], gone: Iterable[SupplyLoss] = (), now: int = NOW) -> list[Fault]:
    known = frozenset(pole.name for pole in POLES)
    return street_faults(POLES, History(known, tuple(silences), tuple(gone), now))


def kinds(found: Iterable[Fault]) -> list[tuple[str, str, int]]:
    return [(one.kind, one.name, len(one.poles)) for one in found]
