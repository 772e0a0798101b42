"""Seals commands in an envelope: sender, number, and a MAC which proves that it is not forged.

``{v, key, sender, n, body, mac}``: *body* is JSON text, *mac* is HMAC-SHA256 in hexadecimal over topic, key, sender, n
and body, joined by newlines; under a pole's own key the nonce of its flashing, which is in its birth, stands between n
and body, and in the envelope as *flashNonce*.  Because topic and nonce are part of it, a command for one pole is
refused by another, and one for a node that was replaced is refused by the next.  Without a key (a bench, the demo)
*key* is empty and *mac* is left out.  *n* only ever rises for a sender, so a recorded command cannot be replayed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from host_tools.errors import CommandError
from host_tools.keys.key import Key
from pole.wire import city_side, contract

_NONCE = re.compile(r"[0-9a-f]{16}")


def flash_nonce(birth: Mapping[str, Any] | None) -> str:
    """The nonce of the flashing in a pole's *birth*; empty where it has none (an older firmware, no keys)."""
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
