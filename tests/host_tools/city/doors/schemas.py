"""The schemas of Smart Data Models beside the checkout, with what they refer to, so that no network is asked.

The common schema is not among the contracts: here is what it asks of an entity's id, times and place, by RFC 7946 and
ETSI's rules for ids, as far as the lights have such.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

MODELS = Path(__file__).resolve().parents[5] / "shared" / "contracts" / "smart-data-models"
COMMON = "https://smart-data-models.github.io/data-models/common-schema.json"
_POSITION = {"type": "array", "minItems": 2, "items": {"type": "number"}}
_GEOMETRY = {
    "oneOf": [
        {
            "type": "object", "required": ["type", "coordinates"],
            "properties": {"type": {"const": name}, "coordinates": shape},
        }
        for name, shape in (
            ("Point", _POSITION),
            ("MultiPoint", {"type": "array", "items": _POSITION, "minItems": 1}),
            ("Polygon", {"type": "array", "items": {"type": "array", "minItems": 4, "items": _POSITION}}),
        )
    ]
}  # fmt: skip
_MOMENT = {"type": "string", "format": "date-time"}
DEFINITIONS = {
    "GSMA-Commons": {"properties": {
        "id": {"type": "string", "format": "uri", "pattern": "^urn:ngsi-ld:"}, "dateCreated": _MOMENT,
        "dateModified": _MOMENT, "name": {"type": "string"}, "description": {"type": "string"},
    }},
    "Location-Commons": {"properties": {"location": _GEOMETRY}},
    "PhysicalObject-Commons": {"properties": {}},
    "dateYearLess": {"type": "string"},
}  # fmt: skip


def validator(kind: str) -> jsonschema.Draft202012Validator:
    """Of the entity type *kind*; skips where the contracts are not beside the checkout."""
    file = MODELS / kind / "schema.json"
    if not file.is_file():
        pytest.skip(f"there is no {file}: the contracts are not beside this checkout")
    common = Resource.from_contents(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": COMMON, "definitions": DEFINITIONS}
    )
    registry: Any = Registry().with_resource(COMMON, common)
    return jsonschema.Draft202012Validator(
        json.loads(file.read_text(encoding="utf-8")), registry=registry,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )  # fmt: skip
