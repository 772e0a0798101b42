"""The short hash that identifies a long text: a received configuration, the keys of a pole."""

import binascii
import hashlib


def hash_of(text):
    """The first 16 hexadecimal digits of SHA-256 of *text* (bytes)."""
    return binascii.hexlify(hashlib.sha256(text).digest()[:8]).decode()
