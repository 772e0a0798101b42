"""The envelope every command travels in: who sends it, in which order, and proof that it was not made up.

``{v, key, sender, n, body, mac}``: *body* is JSON text, *mac* is HMAC-SHA256 in hexadecimal over topic, key, sender, n
and body, joined by newlines; under a pole's own key the nonce of its flashing, which its birth tells, stands between n
and body, and in the envelope as *flashNonce*.  Because topic and nonce are part of it, a command for one pole is
worthless on another, and one for a node that was replaced is worthless on the next.  Without a key (a bench, the demo)
*key* is empty and *mac* is left out.  *n* only ever rises for a sender, so a recorded command cannot be played again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from host_tools.errors import CommandError
from host_tools.user_folders import state_folder
from pole.wire import city_side, contract

AHEAD_MS = 86_400_000  # what was counted further ahead of our clock was counted while that was wrong
_NONCE = re.compile(r"[0-9a-f]{16}")
RERUN_MS = 600_000  # a simulated clock this far behind our last n belongs to another run, whose poles know us not


@dataclass(frozen=True)
class Key:
    """A shared key: the name poles know it under, and its bytes, which no message shows."""

    name: str
    secret: bytes = field(repr=False)


def flash_nonce(birth: Mapping[str, Any] | None) -> str:
    """The nonce of the flashing in a pole's *birth*; empty where it tells none (an older firmware, no keys)."""
    said = (birth or {}).get("flashNonce")
    return said if isinstance(said, str) and _NONCE.fullmatch(said) else ""


def mac(secret: bytes, topic: str, key: str, sender: str, n: int, body: str, nonce: str = "") -> str:
    """HMAC-SHA256 under *secret* of the parts of an envelope, as 64 lower-case hexadecimal digits."""
    text = "\n".join((topic, key, sender, str(n), *([nonce] if nonce else []), body))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def seal(topic: str, sender: str, n: int, body: str, key: Key | None = None, nonce: str = "") -> bytes:
    """The payload to publish on *topic*.  *nonce*: of the flashing, where *key* is a pole's own (``flash_nonce``).

    Raises CommandError where it is too long for a pole.
    """
    values: dict[str, Any] = {
        "v": contract.VERSION, "key": key.name if key else "", "sender": sender, "n": n, "body": body,
    }  # fmt: skip
    if key:
        values["mac"] = mac(key.secret, topic, key.name, sender, n, body, nonce)
        if nonce:
            values["flashNonce"] = nonce
    payload: bytes = contract.encode(city_side.ENVELOPE, values).encode()
    if len(payload) > contract.MAX_PAYLOAD:
        raise CommandError(f"the command is {len(payload)} bytes long and must be at most {contract.MAX_PAYLOAD}")
    return payload


def override(
    level: int,
    expiration: int,
    *,
    owner: str = "operator",
    reason: str = "",
    ref: str = "",
    start: int | None = None,
    ramp_s: int | None = None,
) -> str:
    """Body of a command that holds *level* percent (0-100) until *expiration* (Unix s).

    *ref* is the city's own reference (cmsRefId), *start* Unix s, *ramp_s* 0 to 3600.  Raises CommandError.
    """
    _owner(owner)
    _within("the level", level, 0, 100, "percent")
    _short("the reason", reason, 80)
    _short("the reference", ref, 64)
    values: Mapping[str, Any] = {"type": "override", "owner": owner, "level": level, "expiration": expiration}
    values = {**values, **({"reason": reason} if reason else {}), **({"cmsRefId": ref} if ref else {})}
    if start is not None:
        values = {**values, "start": start}
    if ramp_s is not None:
        _within("the ramp", ramp_s, 0, 3600, "s")
        values = {**values, "rampToLevelTime": ramp_s}
    text: str = contract.encode(city_side.OVERRIDE, values)
    return text


def cancel(owner: str = "operator", ref: str = "") -> str:
    """Body of a command that ends what *owner* holds: all, or what has the reference *ref*.  Raises CommandError."""
    _owner(owner)
    _short("the reference", ref, 64)
    values = {"type": "cancel", "owner": owner, **({"cmsRefId": ref} if ref else {})}
    text: str = contract.encode(city_side.CANCEL, values)
    return text


def rekey(own: Key, name: str, key: Key | None, sender: str, n: int) -> str:
    """Body of the command *n* of *sender* that makes *key* the pole's key called *name*; None removes that.

    It travels wrapped under *own*, the pole's own key, under which the command is to be sealed with the same *n*; a
    random nonce sees to it that no two have the same pad, should *n* ever be the same.
    """
    values: dict[str, Any] = {"type": "rekey", "name": name, "wrapped": None}
    if key:
        values["nonce"] = secrets.token_hex(16)
        text = "\n".join(("diya rekey", name, sender, str(n), values["nonce"]))
        pad = hmac.new(own.secret, text.encode(), hashlib.sha256).digest()
        values["wrapped"] = bytes(one ^ other for one, other in zip(key.secret, pad, strict=True)).hex()
    body: str = contract.encode(city_side.REKEY, values)
    return body


class Counters:
    """The last *n* of each sender, kept in a file so that it rises over restarts and across programs."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or state_folder() / "senders.sqlite"

    def next(self, sender: str, unix_ms: int, simulated: str = "") -> int:
        """``max(last + 1, unix_ms)``, remembered before it is given out.  Raises CommandError when it cannot be.

        A *last* more than a day ahead of *unix_ms* does not count: the clock was wrong then, and poles refuse such a
        number.
        *simulated* names a simulation (its broker, say), which counts apart: its clock may run years ahead, and begins
        anew with each run.
        """
        name = f"{sender} {simulated}" if simulated else sender
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as db:
                db.execute("CREATE TABLE IF NOT EXISTS sender (name TEXT PRIMARY KEY, last INTEGER NOT NULL)")
                db.execute("BEGIN IMMEDIATE")
                row = db.execute("SELECT last FROM sender WHERE name = ?", (name,)).fetchone()
                last = row[0] if row else 0
                if last > unix_ms + (RERUN_MS if simulated else AHEAD_MS):
                    last = 0
                n: int = max(last + 1, unix_ms)
                db.execute("INSERT OR REPLACE INTO sender VALUES (?, ?)", (name, n))
                db.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise CommandError(f"the counter of sent commands cannot be kept in {self._path}: {error}") from error
        return n

    def learn(self, sender: str, mark: int, unix_ms: int, simulated: str = "") -> None:
        """A pole has refused what was no higher than *mark*: the next number of *sender* is, unless *mark* lies more
        than a day ahead of *unix_ms*.  Raises CommandError.
        """
        if 0 < mark <= unix_ms + AHEAD_MS:
            self.next(sender, mark, simulated)


def _owner(owner: str) -> None:
    if owner not in contract.COMMAND_OWNERS:
        raise CommandError(f"the owner is {owner!r} and must be one of {', '.join(contract.COMMAND_OWNERS)}")


def _within(name: str, value: int, low: int, high: int, unit: str) -> None:
    if not low <= value <= high:
        raise CommandError(f"{name} is {value} and must be {low} to {high} {unit}")


def _short(name: str, value: str, most: int) -> None:
    if len(value) > most:
        raise CommandError(f"{name} has {len(value)} characters and must have at most {most}")
