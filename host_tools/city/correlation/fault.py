"""A fault of the street: one cause, the poles it silences, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BROKER = "brokerOutage"
NETWORK = "networkOutage"
ACCESS_POINT = "accessPointOutage"
WEAK_ACCESS_POINT = "accessPointWeak"
FEEDER = "feederOutage"
POLE = "poleSilent"
KINDS = (BROKER, NETWORK, ACCESS_POINT, WEAK_ACCESS_POINT, FEEDER, POLE)


@dataclass(frozen=True)
class Fault:
    """``kind`` of ``name`` (a feeder, access point or pole; empty where it is the street's), Unix s.

    ``poles`` are all that it concerned, ``silent`` those of them that still are.  ``ends`` None: it goes on.  ``times``
    is how often it came again.  ``evidence`` holds the figures behind it, ``cause`` and ``carry`` are sentences.
    """

    kind: str
    name: str
    begins: int
    ends: int | None
    poles: tuple[str, ...]
    silent: tuple[str, ...]
    times: int
    evidence: Mapping[str, Any]
    cause: str
    carry: str

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "name": self.name, "begins": self.begins, "ends": self.ends, "poles": list(self.poles),
            "silent": list(self.silent), "times": self.times, "evidence": dict(self.evidence), "cause": self.cause,
            "carry": self.carry,
        }  # fmt: skip
