"""NGSI-LD's two forms of an entity, its @context, and its errors.  Pure.

Source: ETSI GS CIM 009, clauses 4.5, 5.2, 6.3; the terms are those of Smart Data Models.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from host_tools.city.doors.ngsi_entities import TYPES
from host_tools.errors import DiyaError

DOOR = "ngsi"
BASE = "/ngsi-ld/v1"
LD_JSON, JSON, GEO_JSON = "application/ld+json", "application/json", "application/geo+json"
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"
ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
VOCABULARY = "https://smartdatamodels.org/dataModel.Streetlighting/"
COMMON = "https://smartdatamodels.org/"
RELATIONSHIPS = frozenset({
    "refStreetlightModel", "refStreetlightGroup", "refStreetlightControlCabinet", "refStreetlight",
})  # fmt: skip
MEASURED = {  # attribute: the one that says when
    "powerConsumption": "observationDateTime", "current": "observationDateTime", "voltage": "observationDateTime",
    "powerFactor": "observationDateTime", "lifetimePowerConsumption": "observationDateTime",
    "powerState": "dateModified", "illuminanceLevel": "dateModified",
}  # fmt: skip
UNITS = {  # UN/CEFACT Recommendation 20
    "powerConsumption": "WTT", "current": "AMP", "voltage": "VLT", "lifetimePowerConsumption": "KWH",
    "powerRating": "WTT", "totalActivePower": "KWT", "diyaTarget": "P1",
}  # fmt: skip
DATES = frozenset({
    "observationDateTime", "dateModified", "dateLastSwitchingOn", "dateLastSwitchingOff", "diyaUntil",
    "diyaSilentSince",
})  # fmt: skip
OWN = ("diyaReason", "diyaOwner", "diyaUntil", "diyaTarget", "diyaSilentSince")
_COMMON_TERMS = ("name", "description", "dateModified")
_TERMS = (
    "status", "powerState", "illuminanceLevel", "powerConsumption", "current", "voltage", "powerFactor",
    "lifetimePowerConsumption", "powerRating", "refStreetlightModel", "refStreetlightGroup", "refStreetlight",
    "refStreetlightControlCabinet", "observationDateTime", "controllingMethod", "municipalityInfo",
    "locationCategory", "streetPoleNum", "feederID", "circuit", "circuitId", "feederPillarNum", "numStreetlight",
    "totalActivePower", "workingMode", "features", "activeProgramId", "cityName", "stateName", "ulbName", "zoneId",
    "wardNum", "dateLastSwitchingOn", "dateLastSwitchingOff",
)  # fmt: skip


class Refused(DiyaError):
    """*kind*: of NGSI-LD's errors, such as BadRequestData; *status*: of HTTP."""

    def __init__(self, status: int, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.kind = status, kind

    def problem(self) -> dict[str, Any]:
        return {"type": ERRORS + self.kind, "title": self.kind, "status": self.status, "detail": str(self)}


def context() -> dict[str, Any]:
    """The @context of our entities; the core context follows it, so its terms stay what they are."""
    terms: dict[str, Any] = {name: VOCABULARY + name for name in (*TYPES, *_TERMS)}
    terms |= {name: COMMON + name for name in _COMMON_TERMS}
    terms |= {name: f"urn:diya:ngsi-ld:{name}" for name in OWN}
    for name in RELATIONSHIPS:
        terms[name] = {"@id": VOCABULARY + name, "@type": "@id"}
    return {"@context": [terms, CORE]}


def expanded(term: str) -> str:
    """*term*, a type or an attribute, in its short form, where it is given as an address."""
    for head in (VOCABULARY, COMMON, "urn:diya:ngsi-ld:", "https://uri.etsi.org/ngsi-ld/default-context/"):
        if term.startswith(head):
            return term[len(head) :]
    return term


def formed(entity: Mapping[str, Any], key_values: bool, attrs: Collection[str] = ()) -> dict[str, Any]:
    """*entity* (key-values) in the form that is asked for, with *attrs* alone where there are some."""
    kept = {name: value for name, value in entity.items() if name in ("id", "type") or not attrs or name in attrs}
    if key_values:
        return kept
    out: dict[str, Any] = {"id": entity["id"], "type": entity["type"]}
    for name, value in kept.items():
        if name not in out:
            out[name] = _attribute(name, value, entity)
    return out


def _attribute(name: str, value: Any, entity: Mapping[str, Any]) -> dict[str, Any]:
    if name == "location":
        return {"type": "GeoProperty", "value": value}
    if name in RELATIONSHIPS:
        return {"type": "Relationship", "object": value}
    if name in DATES:
        value = {"@type": "DateTime", "@value": value}
    out = {"type": "Property", "value": value}
    if name in UNITS:
        out["unitCode"] = UNITS[name]
    if observed := entity.get(MEASURED.get(name, "")):
        out["observedAt"] = utc(observed)
    return out


def feature(entity: Mapping[str, Any], key_values: bool, attrs: Collection[str] = ()) -> dict[str, Any]:
    """*entity* as a Feature of GeoJSON (CIM 009, 4.5.16)."""
    made = formed(entity, key_values, attrs)
    return {
        "type": "Feature", "id": made.pop("id"), "geometry": entity.get("location"),
        "properties": made,
    }  # fmt: skip


def utc(moment: str) -> str:
    """*moment* (ISO 8601) as NGSI-LD has its own times: in UTC, with a Z."""
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat().replace("+00:00", "Z")


def stamp(at: int) -> str:
    """Unix s as NGSI-LD has it."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
