"""The mistakes of one scenario file as sentences, each with its line, field, value and bound."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.closest import near
from host_tools.site.toml_lines import Lines, Path
from simulator.scenario.times import shown

CLOSE = 0.81  # of difflib's ratio: P003 is P0003, and P0123 is not P0012


class Mistakes:
    """Takes the mistakes of *file*, whose text has its fields on *lines*."""

    def __init__(self, file: str, lines: Lines) -> None:
        self._file = file
        self._lines = lines
        self._found: list[tuple[int, str]] = []

    def sentences(self) -> list[str]:
        """A sentence for each mistake, in the order of their lines."""
        return [sentence for _line, sentence in sorted(self._found, key=lambda found: found[0])]

    def wrong(self, path: Path, value: object, bound: str) -> None:
        """The field at *path* has *value*, against *bound*."""
        field = next(part for part in reversed(path) if isinstance(part, str))
        self.say(path, f"{field} is {shown(value)} and must be {bound}")

    def missing(self, path: Path, bound: str) -> None:
        """There is no field at *path*."""
        self.say(path, f"{path[-1]} is missing and must be {bound}")

    def say(self, path: Path, sentence: str) -> None:
        """A mistake at *path* in other words."""
        line = self._lines.of(path)
        happening = f"{path[0]} {path[1] + 1}: " if len(path) > 1 and isinstance(path[1], int) else ""
        self._found.append((line, f"{self._file} line {line}: {happening}{sentence}"))


def bound_of_name(name: object, known: Iterable[str], what: str, rest: str = "") -> str:
    """What *name* must be: one of *known*, which are *what*; the closest one where one is close.

    *rest* is said behind the first three; without it all of them are named.
    """
    names = list(known)
    close = closest(name, names)
    if close:
        return f"{what}: the closest is {close}"
    return f"{what}, such as {', '.join(sorted(names)[:3])}{rest}" if rest else f"one of {', '.join(names)}"


def closest(name: object, known: Iterable[str]) -> str | None:
    """The one of *known* that *name* was probably meant to be."""
    return next(iter(near(name, known, alike=CLOSE)), None) if isinstance(name, str) else None
