"""How far a role, or a token of another system, may command the lights."""

from __future__ import annotations

from dataclasses import dataclass, field

from pole.wire import contract

MOST_POLES = 1_000_000
MOST_HOURS = 7 * 24


@dataclass(frozen=True)
class Limit:
    """What one role or token may order: levels in percent, seconds, the owners in whose name.

    *poles*: for more of them a second person is needed.
    """

    lowest: int = 0
    highest: int = 100
    longest_s: int = MOST_HOURS * 3600
    poles: int = MOST_POLES
    owners: tuple[str, ...] = field(default=tuple(contract.COMMAND_OWNERS))


def roles(floor: int) -> dict[str, Limit]:
    """The limits of people's roles and of the doors (city/doors) that each site has, whose floor is *floor* percent."""
    return {
        "operator": Limit(floor, 100, 12 * 3600, 2000, ("operator",)),
        "engineer": Limit(),
        # other systems raise the light, or light what a warning names; none darkens
        "traffic": Limit(floor, 100, 30 * 60, 500, ("incident",)),
        "incidents": Limit(floor, 100, 2 * 3600, 500, ("incident",)),
        "cap": Limit(floor, 100, 24 * 3600, MOST_POLES, ("emergency",)),
        "election": Limit(floor, 100, 16 * 3600, 2000, ("lock",)),
    }
