"""The pace at which many poles are sent their configurations, so that never a whole street restarts at once."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.site.model import Pole

# A pole restarts to take a configuration.  Its lamp is at full light for some 3 s meanwhile, and it is off the network
# for up to 40 s: at this pace that is never so for more than 5 % and two thirds of a large site.
POLES_A_S = 5
SPREAD_S = 60.0


def paced(poles: Iterable[Pole], offline: Iterable[str]) -> list[tuple[float, str]]:
    """When each of *poles* is sent its configuration (s), and its name: those *offline* at once, others one by one.

    Poles that follow each other are of different feeders, so that no stretch of a street restarts at once.
    """
    away = set(offline)
    places: dict[str, int] = {}  # how many of a feeder come before
    at: dict[str, int] = {}
    for pole in poles:
        at[pole.name] = places[pole.feeder] = places.get(pole.feeder, -1) + 1
    here = sorted((name for name in at if name not in away), key=lambda name: at[name])
    rate = max(POLES_A_S, len(here) / SPREAD_S)
    return [*((0.0, name) for name in at if name in away), *((place / rate, name) for place, name in enumerate(here))]
