"""What a text is known by where the whole of it would be too long: a configuration from afar, the keys of a pole."""

import binascii
import hashlib


def hash_of(text):
    """The first 16 hexadecimal digits of SHA-256 of *text* (bytes)."""
    return binascii.hexlify(hashlib.sha256(text).digest()[:8]).decode()
