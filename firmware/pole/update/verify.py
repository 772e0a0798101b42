"""Checks the signature of a manifest: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2), RSA of 3072 bits, e = 65537.

Nothing of the signature's block is read: the one block that is right is made anew, and all of it is compared.  So there
is no padding to be forged, no ASN.1 with a missing NULL, a long length or bytes behind the hash, and no other hash.
"""

from hashlib import sha256

from pole import const

BYTES = const(384)  # of a modulus and of a signature
_EXPONENT = const(65537)
# RFC 8017, 9.2, note 1: DigestInfo of SHA-256, up to the hash
_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def genuine(text, signature, modulus):
    """Whether *signature* of *text* was made with the private key of that *modulus* (all are bytes)."""
    if len(signature) != BYTES or len(modulus) != BYTES or modulus[0] < 128 or not modulus[-1] & 1:
        return False
    key = int.from_bytes(modulus, "big")
    number = int.from_bytes(signature, "big")
    if number >= key:  # a second signature of the same text would be right, too
        return False
    digest = _INFO + sha256(text).digest()
    block = b"\x00\x01" + b"\xff" * (BYTES - 3 - len(digest)) + b"\x00" + digest
    return pow(number, _EXPONENT, key) == int.from_bytes(block, "big")
