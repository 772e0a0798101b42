"""The severity of each kind of alarm: danger for people, a dark road, degraded, or only to be noted."""

from __future__ import annotations

from host_tools.city.correlation import fault
from host_tools.wire.event_types import CATALOGUE, DANGER, DARK, DEGRADED, NOTE
from host_tools.wire.reported import REPORTED

NAMES = {DANGER: "danger", DARK: "dark", DEGRADED: "degraded", NOTE: "note"}

_OF = {**{name: one.severity for name, one in CATALOGUE.items()}, fault.FEEDER: DARK, **REPORTED}

# as bad as the catalogue says in the dark only: a door that a crew has open, a pole without supply that need not burn
IN_THE_DARK = {"cabinetDoorOpen": DEGRADED, "supplyLoss": DEGRADED}

# of these the lamp's power is proof that it burns again; a lamp that cycles burns between two failures
PROVED_BY_POWER = frozenset({"lampFailure", "relayFailure"})


def severity(kind: str) -> int:
    """1 (danger) to 4 (note) of *kind*, an eventType or the kind of a street's fault; 3 where it is in no list."""
    return _OF.get(kind, DEGRADED)


def is_danger(kind: str) -> bool:
    """Whether *kind* ends by its own event only, or by a person: what a state does not list is no proof."""
    return severity(kind) == DANGER
