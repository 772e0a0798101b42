"""The sections of a site file that say when its lights burn at which level, as values and as TOML text.

Programmes, the programme of each class of roads, special days and rules: all that an engineer edits in a browser.  What
else a site file has (place, floor, limits, keys, luminaires, poles) is never among them.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from host_tools.errors import CommandError

SECTIONS = ("road_classes", "programmes", "special_days", "rule")
MOST_TEXT = 100_000  # characters
_BARE = re.compile(r"[A-Za-z0-9_-]+")

Values = Mapping[str, Any]


def values_of(text: str) -> dict[str, Any]:
    """The sections in the TOML *text* of a site file.  Raises tomllib.TOMLDecodeError."""
    found = tomllib.loads(text)
    return {name: found[name] for name in SECTIONS if name in found}


def read(text: str) -> dict[str, Any]:
    """The sections in *text*, which must hold nothing else.  Raises CommandError."""
    if len(text) > MOST_TEXT:
        raise CommandError(f"the programmes have {len(text)} characters and must have at most {MOST_TEXT}")
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CommandError(f"the programmes are not TOML: {error}") from error
    for name in found:
        if name not in SECTIONS:
            raise CommandError(f"the programmes have a section {name!r}, and must have only {', '.join(SECTIONS)}")
    return found


def text_of(values: Values) -> str:
    """*values* as TOML, always in the same way.  Raises CommandError for what these sections never hold."""
    out: list[str] = []
    for section in ("road_classes", "programmes", "special_days"):
        entries = values.get(section)
        if isinstance(entries, Mapping):
            out += ["", f"[{section}]", *(pair(name, entry) for name, entry in entries.items())]
    for rule in values.get("rule") or ():
        out += ["", rule_text(rule)]
    return "\n".join(out[1:]) + "\n" if out else ""


def pair(name: str, value: Any) -> str:
    """*name* = *value*, a list of tables one a line."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return f"{key(name)} = [\n" + "".join(f"  {_value(one)},\n" for one in value) + "]"
    return f"{key(name)} = {_value(value)}"


def rule_text(rule: Values) -> str:
    """*rule* as an element of the array of tables."""
    return "\n".join(["[[rule]]", *(pair(name, value) for name, value in rule.items())])


def key(name: str) -> str:
    """*name* as a key, in quotes where it must be."""
    return name if _BARE.fullmatch(name) else json.dumps(name)


def digest(values: Values) -> str:
    """By which two texts of the same sections are known as the same."""
    return hashlib.sha256(text_of(_sorted(values)).encode()).hexdigest()[:32]


def _sorted(values: Values) -> dict[str, Any]:
    """Tables by name: only the order of rules means something."""
    return {
        name: dict(sorted(entries.items())) if isinstance(entries, Mapping) else entries
        for name, entries in values.items() if entries
    }  # fmt: skip


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if type(value) is date:
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key(name)} = {_value(one)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    raise CommandError(f"the programmes hold {str(value)[:40]!r}, and must hold texts, whole numbers, dates and lists")
