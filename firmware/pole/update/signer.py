"""The key that signs updates: ``update.key`` on the data store where it was changed, else ``update.pem`` on ``vfs``.

``update.key`` is 16 hexadecimal digits, the hash of the ``update.pem`` that it takes the place of, the modulus, and the
serial of the manifest that brought it: a power cut leaves both or neither (accept.py).  It gives way to a pole that is
flashed with another key.
"""

from binascii import a2b_base64, b2a_base64, hexlify
from hashlib import sha256

from pole import const
from pole.drivers.flash.files import unread
from pole.update.verify import BYTES, genuine
from pole.wire.ack_reasons import BAD_SIGNATURE
from pole.wire.digest import hash_of

FLASHED, CHANGED = "update.pem update.key".split(" ")  # noqa: SIM905 - in one text, as in ack_reasons.py
_HASH = const(16)
# SubjectPublicKeyInfo (RFC 5280, RFC 8017) of a key of 3072 bits, before its modulus and behind it
_HEAD = (
    b"\x30\x82\x01\xa2\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x82\x01\x8f\x00\x30\x82\x01\x8a"
    b"\x02\x82\x01\x81\x00"
)
_TAIL = b"\x02\x03\x01\x00\x01"  # 65537


def modulus(store, factory):
    """The modulus of the key in force, bytes; None where there is none, or where it cannot be read now."""
    text = factory.read(FLASHED)
    if not text:
        return None
    changed = store.read(CHANGED)
    if unread(store, CHANGED, changed):
        return None  # the one before may be the one that was given away
    if changed and len(changed) >= _HASH + BYTES and changed[:_HASH] == hash_of(text).encode():
        return changed[_HASH : _HASH + BYTES]
    return of_pem(text)


def refusal(ports, text, signature):
    """(reason, sentence) why *signature* (base64) is not that of *text* under the key in force; None where it is.

    () for a change to the key that is in force already: it was signed by the one before, and comes with each session.
    """
    try:
        data = a2b_base64(signature) if isinstance(signature, str) and len(signature) == BYTES // 3 * 4 else b""
    except ValueError:
        data = b""
    if len(data) != BYTES:
        return BAD_SIGNATURE, "signature must be %d bytes in base64" % BYTES
    key = modulus(ports.store, ports.factory)
    if key is None:
        return BAD_SIGNATURE, "the pole has no key for updates that can be read: flash it again"
    if b2a_base64(key).decode().strip() in text:
        return ()
    if not genuine(text.encode(), data, key):
        return BAD_SIGNATURE, "signature is not that of the manifest under the key for updates " + print_of(key)
    return None


def change(store, factory, new, serial):
    """Stores *new*, a modulus, as the key in force from now on; *serial*: its manifest's.  Raises OSError."""
    store.write(CHANGED, hash_of(factory.read(FLASHED) or b"").encode() + new + str(serial).encode())


def print_of(number):
    """The first 8 hexadecimal digits of SHA-256 of the modulus *number*, "" for None: what birth says of it."""
    return hexlify(sha256(number).digest()[:4]).decode() if number else ""


def of_pem(text):
    """The modulus in a public key's PEM, None where it is not one of RSA with 3072 bits and e = 65537."""
    begin, end = text.find(b"-----BEGIN PUBLIC KEY-----"), text.find(b"-----END PUBLIC KEY-----")
    if begin < 0 or end < begin:
        return None
    try:
        data = a2b_base64(text[begin + 26 : end].replace(b"\r", b"").replace(b"\n", b""))
    except ValueError:
        return None
    if len(data) != len(_HEAD) + BYTES + len(_TAIL) or data[: len(_HEAD)] != _HEAD or data[-len(_TAIL) :] != _TAIL:
        return None
    return data[len(_HEAD) : -len(_TAIL)]
