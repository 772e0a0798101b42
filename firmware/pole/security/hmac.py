"""HMAC-SHA256 (RFC 2104), which MicroPython has no module for."""

import hashlib

from pole import const

_BLOCK = const(64)


def sha256(key, parts):
    """The 32 bytes of HMAC-SHA256 of *parts* (an iterable of bytes, taken as one message) under *key* (bytes)."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    key = key + bytes(_BLOCK - len(key))
    inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in key]))
    for part in parts:
        inner.update(part)
    outer = hashlib.sha256(bytes([byte ^ 0x5C for byte in key]))
    outer.update(inner.digest())
    return outer.digest()


def same(one, other):
    """Whether two byte strings are equal, in a time that does not depend on where they differ."""
    if len(one) != len(other):
        return False
    difference = 0
    for place in range(len(one)):
        difference |= one[place] ^ other[place]
    return difference == 0
