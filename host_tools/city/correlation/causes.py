"""The report of a fault: its evidence in figures, the probable cause and what to carry in words."""

from __future__ import annotations

from typing import Any

from host_tools.city.correlation import fault
from host_tools.city.correlation.fault import Fault
from host_tools.city.correlation.grouping import Found

NOTHING = "nothing to the street"


def fault_of(found: Found) -> Fault:
    """*found* as a Fault to be reported."""
    silent = {absence.pole for absence in found.absences if absence.ends is None}
    poles = tuple(sorted({absence.pole for absence in found.absences}))
    evidence = _evidence(found)
    cause, carry = _WORDS[found.kind](found, evidence)
    return Fault(
        found.kind, found.name, found.begins, found.ends, poles, tuple(sorted(silent)), found.times, evidence, cause,
        carry,
    )  # fmt: skip


def _evidence(found: Found) -> dict[str, Any]:
    def count(supply: bool | None) -> int:
        return len({absence.pole for absence in found.absences if absence.supply is supply})

    out: dict[str, Any] = {
        "polesThere": found.there,
        "drops": len(found.absences),
        "supplyLost": count(True),
        "supplyKept": count(False),
        "causes": sorted({absence.cause for absence in found.absences}),
    }
    alive = [absence.alive for absence in found.absences if absence.alive is not None]
    if alive:
        out["lastAlive"] = max(alive)
    after = sorted({absence.after for absence in found.absences} - {""})
    if after:
        out["after"] = after
    if found.rival and not out["supplyLost"]:
        out["orElse"] = found.rival
    if found.kind == fault.WEAK_ACCESS_POINT:
        out["unsteadyElsewhere"] = {"poles": found.elsewhere[0], "of": found.elsewhere[1]}
    return out


def _broker(found: Found, evidence: dict[str, Any]) -> tuple[str, str]:
    return (
        "the MQTT broker, its server, or the line between it and the record",
        f"{NOTHING}: restart the broker, or call the operator of its server; the poles go on by their calendar",
    )


def _network(found: Found, evidence: dict[str, Any]) -> tuple[str, str]:
    supply = "" if evidence["supplyKept"] else ", unless the town is without mains: no pole is back to report it"
    return (
        f"the link between the access points and the broker, or the broker restarted{supply}",
        f"{NOTHING}: call the network's operator; the poles go on by their calendar",
    )


def _point(found: Found, evidence: dict[str, Any]) -> tuple[str, str]:
    return (
        f"access point {found.name} or its supply; the poles that are back say that they had mains all the time"
        if evidence["supplyKept"]
        else f"access point {found.name} or its supply",
        "a spare access point with its power injector, a laptop, a ladder",
    )


def _weak(found: Found, evidence: dict[str, Any]) -> tuple[str, str]:
    return (
        f"access point {found.name} is overloaded, disturbed or badly placed: its poles drop and rejoin, others do not",
        "a laptop with a Wi-Fi scanner, a spare access point and antenna, a ladder",
    )


def _feeder(found: Found, evidence: dict[str, Any]) -> tuple[str, str]:
    lost = evidence["supplyLost"]
    carry = "the key of the feeder pillar, fuses and a breaker, a clamp meter, an insulation tester"
    if not lost:
        other = f" or {_spoken(found.rival)}, which have the same poles" if found.rival else ""
        return f"the supply of feeder {found.name}{other}; no pole is back yet to tell", carry
    if found.partial:
        return f"one phase or one branch of feeder {found.name}: its other poles had mains", carry
    if found.ends is not None:
        return f"the mains of feeder {found.name}, which is back: a trip if it was not switched by hand", carry
    return f"the supply of feeder {found.name}: its breaker, its fuses or its cable", carry


def _pole(found: Found, evidence: dict[str, Any]) -> tuple[str, str]:
    if evidence.get("after"):
        return (
            f"it did not come back with the others after {_spoken(evidence['after'][0])}: its fuse or its controller",
            "a ladder truck, fuses, a spare controller, a multimeter",
        )
    if evidence["supplyLost"]:
        return (
            "the pole's own supply: its fuse, its breaker or its cable",
            "a ladder truck, fuses and a breaker, a multimeter",
        )
    if evidence["drops"] >= 3:
        return "the pole's radio or its antenna: it drops and rejoins", "a ladder truck, an antenna, a spare controller"
    if evidence["supplyKept"]:
        return "the pole's radio, or its controller restarted: it is back, and had mains", NOTHING
    return (
        "the pole's own supply or its controller: its neighbours speak",
        "a ladder truck, fuses, a spare controller, a multimeter",
    )


def _spoken(called: str) -> str:
    kind, _, name = called.partition(" ")
    return _SPOKEN[kind].format(name)


_SPOKEN = {
    fault.BROKER: "the outage of the broker",
    fault.NETWORK: "the outage of the network",
    fault.ACCESS_POINT: "access point {}",
    fault.FEEDER: "feeder {}",
}
_WORDS = {
    fault.BROKER: _broker,
    fault.NETWORK: _network,
    fault.ACCESS_POINT: _point,
    fault.WEAK_ACCESS_POINT: _weak,
    fault.FEEDER: _feeder,
    fault.POLE: _pole,
}
