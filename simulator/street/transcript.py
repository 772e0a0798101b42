"""The transcript of a run: one JSON line for each message, the same bytes for the same scenario and seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from host_tools.output_file import whole


class Entry(NamedTuple):
    """The *n*-th message of *pole*, at *ms* of the run, and its line of the transcript without its end."""

    ms: int
    pole: str
    n: int
    line: str


class Transcript:
    """Lines of the run, sorted by (ms, pole, sequence in that pole)."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._sequence: dict[str, int] = {}

    def add(self, ms: int, pole: str, kind: str, payload: bytes | str) -> None:
        """*payload* as it stood on the wire (JSON text is kept as it is; anything else becomes a JSON string).

        Only a line break between the parts of JSON becomes a space: a message is one line.
        """
        n = self._sequence[pole] = self._sequence.get(pole, 0) + 1
        text = payload if isinstance(payload, str) else payload.decode(errors="replace")
        if not _is_json(text):
            text = json.dumps(text)
        text = text.replace("\r", " ").replace("\n", " ")
        line = f'{{"ms":{ms},"pole":{json.dumps(pole)},"n":{n},"kind":{json.dumps(kind)},"payload":{text}}}'
        self._entries.append(Entry(ms, pole, n, line))

    def entries(self) -> list[Entry]:
        """The messages in their order."""
        return sorted(self._entries)

    def lines(self) -> list[str]:
        """The lines in their order."""
        return [entry.line for entry in self.entries()]

    def write(self, path: Path) -> None:
        """Write the file, one line a message, whole or not at all.  Raises OSError."""
        with whole(path) as file:
            file.write_text("".join(line + "\n" for line in self.lines()), encoding="utf-8")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
