"""Does what a browser may send again, because it did not hear the answer, only once: by a key that the browser made.

The answer of the first time is kept beside the key, in the same transaction as what was done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store.console_tables import console
from host_tools.errors import CommandError
from host_tools.text import quoted

KEEP_S = 30 * 86400  # a phone that was away for longer sends nothing again
_KEY = re.compile(r"[A-Za-z0-9-]{16,64}")
_HEAD = "done/"


def once(
    connection: Connection, user: str, key: str, now: int, do: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any], bool]:  # fmt: skip
    """(the answer of *do*, whether it was done now) for the *key* of *user*.  *now*: Unix s of real time.

    Two requests with one key at once: the second waits for the first in the database, or is refused by it and may be
    sent again.  Raises CommandError.
    """
    if not _KEY.fullmatch(key):
        raise CommandError(f"key is {quoted(key, 30)} and must be 16 to 64 letters, digits and -")
    name = f"{_HEAD}{user}/{key}"
    kept = connection.execute(sa.select(console.c.value).where(console.c.name == name)).scalar()
    if kept is not None:
        answer: dict[str, Any] = json.loads(kept)["answer"]
        return answer, False
    connection.execute(sa.insert(console).values(name=name, value=json.dumps({"at": now, "answer": {}})))
    answer = do()
    value = json.dumps({"at": now, "answer": answer})
    connection.execute(sa.update(console).where(console.c.name == name).values(value=value))
    _forget(connection, now)
    return answer, True


def _forget(connection: Connection, now: int) -> None:
    rows = connection.execute(sa.select(console.c.name, console.c.value).where(console.c.name.startswith(_HEAD)))
    old = [name for name, value in rows if json.loads(value)["at"] < now - KEEP_S]
    if old:
        connection.execute(sa.delete(console).where(console.c.name.in_(old)))
