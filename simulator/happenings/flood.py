"""The messages and lines of a flood, which are neither commands nor requests, each kind in its turn.

None of them may be applied, with keys or without: no level in them is valid.
"""

from __future__ import annotations

import json
from hashlib import shake_128

_CTRL_C = 3  # ends the app on purpose (docs/developing.md), which is no flood's doing
_TINY, _LARGE, _TOO_LARGE = 1, 1100, 9000  # bytes; a pole takes 8 KiB
_OLD = {"type": "override", "level": 0, "expiration": 1_600_000_000, "owner": "operator", "reason": "", "cmsRefId": ""}
_SENSELESS: tuple[object, ...] = (
    {},
    [],
    {"type": "override"},
    {"type": "override", "level": 101},
    {"type": "nothing"},
    {"type": 7},
)


def message(number: int) -> bytes:
    """The *number*-th MQTT message of a flood."""
    body = _OLD if number % 2 else _SENSELESS[number // 2 % len(_SENSELESS)]
    turn = number % 10
    if turn == 0:
        return b""
    if turn == 1:
        return b"x" * _TINY
    if turn == 2:
        return b"x" * _LARGE
    if turn == 3:
        return b"[" * _LARGE
    if turn == 4 and number % 100 == 4:
        return b"x" * _TOO_LARGE
    if turn == 5:
        return noise(number, 300)
    if turn == 6:
        return json.dumps({"v": 1, "n": number}).encode()
    if turn == 7:
        return json.dumps({"v": 1, "sender": "flood", "n": "7", "body": json.dumps(body)}).encode()
    sender = "flood" if turn == 8 else f"flood-{number}"
    return json.dumps({"v": 1, "key": "P0001", "sender": sender, "n": number, "body": json.dumps(body)}).encode()


def line(number: int) -> bytes:
    """The *number*-th line of a flood of the console; every fourth has no end."""
    turn = number % 4
    if turn == 0:
        return noise(number, 300)
    if turn == 1:
        return noise(number, 40) + b"\n"
    if turn == 2:
        return b"{" * 60 + b"\r\n"
    return json.dumps({"id": number, "do": ("nothing", "set", 7)[number % 3]}).encode() + b"\n"


def noise(number: int, size: int) -> bytes:
    """*size* bytes without order, and without a Ctrl-C."""
    return bytes(byte + (byte == _CTRL_C) for byte in shake_128(f"flood {number}".encode()).digest(size))
