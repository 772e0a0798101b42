"""Reads values of a TOML text and goes on after mistakes: each is noted with its line, none stops the reading.

Each getter returns the value where it is valid and a harmless default where it is not; the caller reads ``problems``
once at the end.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from typing import Any

from host_tools.naming import NAME, NAME_BOUND
from host_tools.site.model import Problem
from host_tools.site.toml_lines import Lines, Path
from host_tools.text import quoted, shows_whole

_MISSING = object()


class Reader:
    """The values of one TOML text called *file* in messages."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._values: dict[str, Any] = {}
        try:
            self._values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            said = str(error)
            found = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", said)
            line = int(found[1]) if found and found[1] else text.count("\n") + 1
            reason = re.sub(r"\s*\(at .*", "", said)
            self.problems.append(Problem(file, line, "the text", f"is not TOML ({reason})", "must be TOML 1.0"))
            return
        self._lines = Lines(text)

    def wrong(self, path: Path, value: str, bound: str) -> None:
        """Note that the field at *path* has *value*, against *bound*."""
        self.problems.append(Problem(self.file, self._lines.of(path), spell(path), value, bound))

    def get(self, path: Path) -> Any:
        """The value at *path*, or None where there is none."""
        found = self._find(path)
        return None if found is _MISSING else found

    def table(self, path: Path, required: bool = True) -> dict[str, Any]:
        """The table at *path*."""
        value = self._find(path)
        if isinstance(value, dict):
            return value
        if value is not _MISSING:
            self.wrong(path, _is(value), "must be a table")
        elif required:
            self.wrong(path, "is missing", "must be given")
        return {}

    def items(self, path: Path, low: int, high: int, required: bool = True) -> Sequence[Any]:
        """The list at *path*, of *low* to *high* items."""
        value = self._find(path)
        if value is _MISSING:
            if required:
                self.wrong(path, "is missing", "must be given")
            return []
        if not isinstance(value, list):
            self.wrong(path, _is(value), "must be a list")
            return []
        if not low <= len(value) <= high:
            self.wrong(path, f"has {len(value)} entries", f"must have {low} to {high}")
        return value

    def number(self, path: Path, low: float, high: float, unit: str = "", default: float | None = None) -> float:
        """The number at *path*, within *low* to *high*."""
        return self._bounded(path, False, low, high, unit, default)

    def whole(self, path: Path, low: int, high: int, unit: str = "", default: int | None = None) -> int:
        """The whole number at *path*, within *low* to *high*."""
        return int(self._bounded(path, True, low, high, unit, default))

    def text(self, path: Path, high: int = 80, default: str | None = None) -> str:
        """The text at *path*, of 1 to *high* characters."""
        value = self._find(path)
        if value is _MISSING and default is not None:
            return default
        if value is _MISSING:
            self.wrong(path, "is missing", "must be given")
        elif not isinstance(value, str):
            self.wrong(path, _is(value), "must be text")
        elif not 1 <= len(value) <= high:
            self.wrong(path, f"has {len(value)} characters", f"must have 1 to {high}")
        elif not shows_whole(value):
            self.wrong(path, f"is {quoted(value, high)}", "must be one line of characters that can be printed")
        else:
            return value
        return ""

    def flag(self, path: Path) -> bool:
        """The truth at *path*; false where there is none."""
        value = self._find(path)
        if value is not _MISSING and not isinstance(value, bool):
            self.wrong(path, _is(value), "must be true or false")
        return value is True

    def name(self, path: Path) -> str:
        """The text at *path*, fit to be a part of a topic."""
        value = self.text(path)
        if value and not NAME.fullmatch(value):
            self.wrong(path, _is(value), NAME_BOUND)
        return value

    def key(self, path: Path) -> None:
        """Note where the last part of *path*, a key of the user's choice, is not valid as a name."""
        if not NAME.fullmatch(str(path[-1])):
            self.wrong(path, f"is named {path[-1]!r}", NAME_BOUND)

    def choice(self, path: Path, choices: Iterable[str], what: str, default: str | None = None) -> str:
        """The text at *path*, one of *choices*, which are *what*."""
        value = self.text(path, default=default)
        known = list(choices)
        if value and value not in known:
            self.wrong(path, _is(value), f"must be {what}: {', '.join(known) or 'there is none'}")
        return value

    def only(self, path: Path, known: Iterable[str]) -> None:
        """Note every key of the table at *path* which is not *known*."""
        allowed = list(known)
        value = self._find(path) if path else self._values
        for key in value if isinstance(value, dict) else ():
            if key not in allowed:
                self.wrong((*path, key), "is not a field here", f"must be one of {', '.join(allowed)}")

    def _find(self, path: Path) -> Any:
        value: Any = self._values
        for part in path:
            if isinstance(part, int):
                if not isinstance(value, list) or part >= len(value):
                    return _MISSING
            elif not isinstance(value, dict) or part not in value:
                return _MISSING
            value = value[part]
        return value

    def _bounded(self, path: Path, whole: bool, low: float, high: float, unit: str, default: float | None) -> float:
        value: Any = self._find(path)
        bound = f"must be {low:g} to {high:g}{' ' + unit if unit else ''}"
        if value is _MISSING and default is not None:
            return default
        if value is _MISSING:
            self.wrong(path, "is missing", bound)
        elif isinstance(value, bool) or not isinstance(value, int | float) or (isinstance(value, float) and whole):
            self.wrong(path, _is(value), bound.replace("must be", f"must be a {'whole ' if whole else ''}number,"))
        elif not low <= value <= high:
            self.wrong(path, _is(value), bound)
        else:
            return float(value)
        return low


def spell(path: Path) -> str:
    """*path* as people write it: ``programmes.market[3].level``, the first element being 1."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part + 1}]"
        else:
            out += f".{part}" if out else part
    return out


def _is(value: object) -> str:
    text = repr(value) if not hasattr(value, "isoformat") else value.isoformat()
    return f"is {text if len(text) <= 60 else text[:57] + '...'}"
