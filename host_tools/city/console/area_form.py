"""An area that was chosen on the map or in its form, as the scope of an order (commands/who.py)."""

from __future__ import annotations

import json
from typing import Any

from host_tools.city.console.geography import Geography
from host_tools.errors import CommandError
from host_tools.text import quoted

FORMS = ("ward", "feeder", "near", "poles")
MOST_BYTES = 200_000


def read(scope: str) -> dict[str, Any]:
    """The scope in the JSON *scope*.  Raises CommandError."""
    try:
        value = json.loads(scope) if len(scope) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise CommandError(f"the area is {quoted(scope, 40)} and must be a JSON object")
    return value


def of_form(geography: Geography, by: str, of: str, radius: int) -> dict[str, Any]:
    """The scope that the form's fields mean: *by* one of FORMS.  Raises CommandError."""
    words = of.replace(",", " ").split()
    if not words:
        raise CommandError("the name is missing and must be given")
    if by in ("ward", "feeder"):
        return {by: " ".join(words)}
    if by == "poles":
        return {"poles": words}
    if by != "near":
        raise CommandError(f"the area is by {quoted(by, 20)} and must be by one of {', '.join(FORMS)}")
    found = geography.by_name.get(words[0])
    if found is None:
        raise CommandError(f"{quoted(words[0], 40)} is no pole with a place in this site's files")
    return {"circle": {"latitude": found.latitude, "longitude": found.longitude, "radiusM": radius}}
