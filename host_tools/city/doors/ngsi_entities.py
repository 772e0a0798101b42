"""NGSI-LD: the city's lights as entities of Smart Data Models, key-values.  Pure.

Source: smart-data-models/dataModel.Streetlighting, Streetlight 0.2.1, StreetlightGroup 0.1.1, StreetlightControlCabinet
0.1.0; and the names of India's IUDX.  A silent pole keeps its last values and its last status, which is never improved
while it is silent, and says since when.  A pole that has never reported is no entity: there is nothing to say of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.site.model import Pole, Site
from host_tools.text import text

LIGHT, GROUP, FEEDER, CABINET = "Streetlight", "StreetlightGroup", "StreetlightFeeder", "StreetlightControlCabinet"
TYPES = (LIGHT, GROUP, FEEDER, CABINET)
COLUMN_ISSUE = frozenset({
    "leakageDetected", "impactDetected", "orientationChanged", "cabinetDoorOpen", "supplyLoss", "supplyVoltageTooLow",
    "supplyVoltageTooHigh", "currentTooHigh", "feederOutage", "reportedLeaning", "reportedShock",
})  # fmt: skip
DEFECTIVE = frozenset({
    "lampFailure", "lampPowerTooLow", "lampPowerTooHigh", "lampFlicker", "cyclingFailure", "dimmingFailure",
    "relayFailure", "lampUnexpectedOn", "controlGearCommFailure", "highTemperature", "reportedDark",
    "reportedDarkStretch", "reportedByDay", "reportedFlicker",
})  # fmt: skip
MOST_TEXT = 200
LOW = 50  # percent: below it is "low"
_NUMBER = re.compile(r"\D{0,12}(\d{1,6})")


@dataclass(frozen=True)
class Seen:
    """What the store has of a pole.  Times are Unix s; *values*: its last meter, in the names of the wire.

    *switched_on* and *switched_off*: when its light last went on and out, as far as that was heard.
    *kinds*: of its open alarms.  *silent_since*: when it was last heard, None of one that is heard.
    """

    level: int | None = None
    target: int | None = None
    owner: str = ""
    reason: str = ""
    until: int | None = None
    state_at: int | None = None
    meter_at: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    kinds: Collection[str] = ()
    silent_since: int | None = None
    rev: int = 0
    switched_on: int | None = None
    switched_off: int | None = None


class Entities:
    """Of *site*."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._zone = ZoneInfo(site.timezone)
        self._city, _, self._state = (part.strip() for part in site.title.partition(","))
        self._groups: dict[str, list[Pole]] = {}
        self._feeders: dict[str, list[Pole]] = {}
        for pole in site.poles:
            for group in dict.fromkeys(pole.groups):
                self._groups.setdefault(group, []).append(pole)
            if pole.feeder:
                self._feeders.setdefault(pole.feeder, []).append(pole)

    def of(self, kind: str, seen: Mapping[str, Seen], ids: Collection[str] = ()) -> list[dict[str, Any]]:
        """All of the type *kind*, in a fixed order; of *ids* alone where there are some."""

        def wanted(name: str) -> bool:
            return not ids or self.urn(kind, name) in ids

        if kind == LIGHT:
            return [self.light(one, seen[one.name]) for one in self.site.poles if one.name in seen and wanted(one.name)]
        if kind == GROUP:
            return [self._group(name, self._groups[name], seen) for name in sorted(self._groups) if wanted(name)]
        names = sorted(filter(wanted, self._feeders))
        made = self._feeder if kind == FEEDER else self._cabinet
        return [made(name, self._feeders[name], seen) for name in names]

    def urn(self, kind: str, name: str) -> str:
        """The id of the entity called *name*."""
        return f"urn:ngsi-ld:{kind}:{self.site.name}:{name}"

    def touched(self, names: Iterable[str]) -> dict[str, set[str]]:
        """By type, the ids of the entities that a change of the poles called *names* may change."""
        poles = [self.site.by_name[name] for name in names if name in self.site.by_name]
        feeders = {one.feeder for one in poles if one.feeder}
        return {
            LIGHT: {self.urn(LIGHT, one.name) for one in poles},
            GROUP: {self.urn(GROUP, group) for one in poles for group in one.groups},
            FEEDER: {self.urn(FEEDER, one) for one in feeders}, CABINET: {self.urn(CABINET, one) for one in feeders},
        }  # fmt: skip

    def light(self, pole: Pole, seen: Seen) -> dict[str, Any]:
        """A pole as a Streetlight."""
        lamp = self.site.luminaires.get(pole.luminaire)
        values = seen.values
        out: dict[str, Any] = {
            "id": self.urn(LIGHT, pole.name), "type": LIGHT, "location": _point(pole), "streetPoleNum": pole.name,
            "name": text(pole.label, MOST_TEXT) or pole.name, "status": status_of(seen.kinds),
            "powerState": power_state(seen.level),
            "illuminanceLevel": None if seen.level is None else min(max(seen.level, 0), 100) / 100,
            "powerConsumption": _number(values.get("activePower")), "current": _number(values.get("supplyCurrent")),
            "voltage": _number(values.get("supplyVoltage")), "powerFactor": _number(values.get("powerFactor")),
            "lifetimePowerConsumption": _number(values.get("activeEnergy")),
            "powerRating": lamp.rated_w if lamp else None,
            "refStreetlightModel": f"urn:ngsi-ld:StreetlightModel:{pole.luminaire}" if pole.luminaire else None,
            "observationDateTime": self._at(seen.meter_at), "dateModified": self._at(seen.state_at),
            "dateLastSwitchingOn": self._at(seen.switched_on), "dateLastSwitchingOff": self._at(seen.switched_off),
            "controllingMethod": "individual", "municipalityInfo": self._municipality(pole),
            "locationCategory": self.site.publish.categories.get(pole.road_class) or _category(pole.road_class),
            "refStreetlightGroup": self.urn(GROUP, pole.groups[0]) if pole.groups else None,
            "diyaReason": text(seen.reason, MOST_TEXT), "diyaOwner": text(seen.owner, 40),
            "diyaUntil": self._at(seen.until), "diyaTarget": seen.target,
            "diyaSilentSince": self._at(seen.silent_since),
        }  # fmt: skip
        if pole.feeder:
            out |= {
                "feederID": self.urn(FEEDER, pole.feeder), "circuit": pole.feeder, "feederPillarNum": pole.feeder,
                "refStreetlightControlCabinet": self.urn(CABINET, pole.feeder),
            }  # fmt: skip
        return _given(out)

    def _group(self, name: str, members: list[Pole], seen: Mapping[str, Seen]) -> dict[str, Any]:
        out = {
            "id": self.urn(GROUP, name), "type": GROUP, "location": _points(members), "name": self.site.called(name),
            "powerState": _common(members, seen), "refStreetlight": [self.urn(LIGHT, one.name) for one in members],
            "activeProgramId": self.site.road_classes.get(name),
        }  # fmt: skip
        if name in self._feeders:
            out |= {"circuitId": name, "refStreetlightControlCabinet": self.urn(CABINET, name)}
        return _given(out)

    def _feeder(self, name: str, members: list[Pole], seen: Mapping[str, Seen]) -> dict[str, Any]:
        return _given({
            "id": self.urn(FEEDER, name), "type": FEEDER, "location": _points(members),
            "name": self.site.called(name), "feederID": name, "feederPillarNum": name,
            "numStreetlight": len(members), "powerState": _common(members, seen),
            "refStreetlight": [self.urn(LIGHT, one.name) for one in members],
            "refStreetlightControlCabinet": self.urn(CABINET, name), "totalActivePower": _power_kw(members, seen),
            "municipalityInfo": self._municipality(members[0]),
        })  # fmt: skip

    def _cabinet(self, name: str, members: list[Pole], seen: Mapping[str, Seen]) -> dict[str, Any]:
        return _given({
            "id": self.urn(CABINET, name), "type": CABINET, "location": _point(members[0]),
            "name": self.site.called(name),
            "description": "The place is that of the feeder's first pole: the cabinet's own is not known.",
            "refStreetlightGroup": [self.urn(GROUP, name)], "workingMode": "automatic",
            "features": ["astronomicalClock", "individualControl"],
            "totalActivePower": _power_kw(members, seen),
        })  # fmt: skip

    def _municipality(self, pole: Pole) -> dict[str, Any]:
        ward = _NUMBER.fullmatch(pole.ward)
        return _given({
            "cityName": self._city, "stateName": self._state, "ulbName": self._city, "zoneId": pole.zone,
            "wardNum": int(ward[1]) if ward else None,
        })  # fmt: skip

    def _at(self, at: int | None) -> str | None:
        """With the site's own offset, as IUDX has it."""
        return None if at is None or at <= 0 else datetime.fromtimestamp(at, self._zone).isoformat()


def status_of(kinds: Collection[str]) -> str:
    """The status by the *kinds* of open alarms; nothing but a crew's word tells a broken lantern."""
    if not COLUMN_ISSUE.isdisjoint(kinds):
        return "columnIssue"
    return "defectiveLamp" if not DEFECTIVE.isdisjoint(kinds) else "ok"


def power_state(level: int | None) -> str:
    """By the level of the pole's state, percent; None: it was born and has not said it yet."""
    if level is None:
        return "bootingUp"
    return "off" if level <= 0 else "low" if level < LOW else "on"


def _common(members: list[Pole], seen: Mapping[str, Seen]) -> str | None:
    """What all of *members* that are heard are; None where they differ, or none is heard."""
    heard = [seen[one.name] for one in members if one.name in seen and seen[one.name].silent_since is None]
    states = {power_state(one.level) for one in heard}
    return states.pop() if len(states) == 1 else None


def _power_kw(members: list[Pole], seen: Mapping[str, Seen]) -> float | None:
    """Of those of *members* that are heard; None where some are not: a part is not the whole."""
    each = [seen.get(one.name) for one in members]
    powers = [_number(one.values.get("activePower")) for one in each if one and one.silent_since is None]
    known = [one for one in powers if one is not None]
    return round(sum(known) / 1000, 4) if len(known) == len(members) else None


def _category(road_class: str) -> str:
    return "park" if "park" in road_class.lower() else "road"


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12 else None


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _point(pole: Pole) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [pole.longitude, pole.latitude]}


def _points(members: list[Pole]) -> dict[str, Any]:
    if len(members) == 1:
        return _point(members[0])
    return {"type": "MultiPoint", "coordinates": [[one.longitude, one.latitude] for one in members]}
