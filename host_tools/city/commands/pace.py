"""The pace at which many poles are sent their configurations, so that never a whole street restarts at once."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.city.commands.exchange import Sealed
from host_tools.site.model import Pole

# A pole restarts to take a configuration.  Its lamp is at full light for some 3 s meanwhile, and it is off the network
# for up to 40 s: at this pace that is never so for more than 5 % and two thirds of a large site.
POLES_A_S = 5
SPREAD_S = 60.0


def paced(poles: Iterable[Pole], ready: Iterable[Sealed], offline: Iterable[str]) -> list[tuple[float, Sealed]]:
    """When each of *ready* is posted (s), in that order: those to *offline* poles at once, the others one by one.

    Poles of *poles* that follow each other are of different feeders, so that no stretch of a street restarts at once.
    """
    places: dict[str, int] = {}
    at: dict[str, int] = {}
    for pole in poles:
        at[pole.name] = places[pole.feeder] = places.get(pole.feeder, -1) + 1
    away = set(offline)
    first = [(0.0, sealed) for sealed in ready if sealed.pole in away]
    rest = sorted((sealed for sealed in ready if sealed.pole not in away), key=lambda sealed: at[sealed.pole])
    rate = max(POLES_A_S, len(rest) / SPREAD_S)
    return [*first, *((place / rate, sealed) for place, sealed in enumerate(rest))]
