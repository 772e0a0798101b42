"""Whom an order is for as a form or the map of the console says it, as a scope of `commands/who.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from host_tools.language.refusal import Refusal
from host_tools.site.model import Pole
from host_tools.text import quoted

FORMS = ("ward", "feeder", "group", "near", "poles", "all")
MOST_BYTES = 200_000


def read(scope: str) -> dict[str, Any]:
    """The scope in the JSON *scope*.  Raises CommandError."""
    try:
        value = json.loads(scope) if len(scope) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refusal("commands.form_scope", value=quoted(scope, 40))
    return value


def of_form(poles: Mapping[str, Pole], by: str, of: str, radius: str) -> dict[str, Any]:
    """The scope that the form's fields mean: *by* one of FORMS, *radius* metres.  Raises CommandError."""
    if by == "all":
        return {"all": True}
    words = of.replace(",", " ").split()
    if not words:
        raise Refusal("commands.form_no_scope")
    if by in ("ward", "feeder", "group"):
        return {by: " ".join(of.split())}
    if by == "poles":
        return {"poles": words}
    if by != "near":
        raise Refusal("commands.form_by", value=quoted(by, 20), forms=", ".join(FORMS))
    found = poles.get(words[0])
    if found is None:
        raise Refusal("commands.form_pole", name=quoted(words[0], 40))
    try:
        metres = float(radius)
    except ValueError:
        raise Refusal("commands.form_radius", value=quoted(radius, 20)) from None
    return {"circle": {"latitude": found.latitude, "longitude": found.longitude, "radiusM": metres}}
