"""Splits the console's bytes into lines: answers of the service task, and all others, which are log."""

from __future__ import annotations

import json
import re
from typing import Any

LONGEST = 8192  # bytes without a line end, beyond which it is not a pole's console

_ANSWER = re.compile(r'\{"id": ?(\d{1,10}) ?,')


class Lines:
    """Bytes in, whole lines out."""

    def __init__(self) -> None:
        self._rest = b""

    @property
    def rest(self) -> str:
        """The bytes of a line that has not ended: a prompt, for instance."""
        return self._rest.decode("utf-8", "replace")

    def feed(self, data: bytes) -> list[str]:
        """The lines that *data* ends, without their ends; empty ones are left out."""
        *whole, self._rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        if len(self._rest) > LONGEST:
            whole.append(self._rest)
            self._rest = b""
        return [line.decode("utf-8", "replace") for line in whole if line.strip()]


def answer_in(line: str) -> tuple[str, int, dict[str, Any] | None] | None:
    """(log before it, id, answer) of a *line* that holds an answer, None for one that does not.

    The answer is None where the line holds a damaged one.  A log line that was not ended may stand before it.
    """
    found = _ANSWER.search(line)
    if found is None:
        return None
    try:
        answer = json.loads(line[found.start() :])
    except (ValueError, RecursionError):
        answer = None
    return line[: found.start()], int(found[1]), answer if isinstance(answer, dict) and "ok" in answer else None
