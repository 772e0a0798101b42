"""Checks a command that changes a key (``keyring`` then changes it).

The new key is sent wrapped: combined bit by bit with a pad, the HMAC-SHA256 under the pole's own key of fields that
are unique to this message.  A random nonce is one of them, so that no two messages have the same pad, also when the
sender's clock repeats.  A listener, the broker included, learns nothing of the key.  Only the pole's own key may do
this, so that the keys of one pole, a shared one among them, give no power over another pole.
"""

import binascii

from pole import const
from pole.wire import ack_reasons, fields

_MOST = const(16)  # keys
_FRESH_S = const(3600)


def rekey(verdict, body, keys, shared, now, forgetful):
    """(name, key of 64 hexadecimal digits or None to remove it) that *body* asks for.

    *verdict* is its envelope, *shared* whether the topic or the key is not the pole's alone; *now* and *forgetful* as
    for ``Commands``.  Raises Refused.
    """
    name, key = _wanted(verdict, body, keys, shared)
    if forgetful:
        _check_fresh(verdict, name, now)
    return name, key


def _wanted(verdict, body, keys, shared):
    if shared or not verdict.signed:
        detail = "keys change only on the pole's own topic and under its own key"
        raise fields.Refused(ack_reasons.BAD_MAC, detail)
    bad = ack_reasons.BAD_FIELD
    name = fields.text(body, "name", 1, 32, bad)
    wrapped = body.get("wrapped")
    if wrapped is None and "wrapped" in body:
        if name == verdict.key:
            raise fields.Refused(bad, "name is the pole's own key, which can be changed and not removed")
        return name, None
    if (
        not isinstance(wrapped, str)
        or len(wrapped) != 64
        or not all([digit in "0123456789abcdef" for digit in wrapped])
    ):
        fields.refuse(bad, body, "wrapped", "64 hexadecimal digits, or null")
    if name not in keys and len(keys) >= _MOST:
        raise fields.Refused(bad, "the pole has %d keys and must have at most %d" % (len(keys), _MOST))
    nonce = fields.text(body, "nonce", 32, 64, bad, "")  # host tools of before 2026-11-29 do not send it
    return name, unwrap(keys[verdict.key], name, verdict.sender, verdict.n, wrapped, nonce)


def _check_fresh(verdict, name, now):
    """For a pole that has lost its marks: only its own key may change, and not by a replayed message."""
    if name != verdict.key or now is None or verdict.n < (now - _FRESH_S) * 1000:
        detail = "the pole has lost its marks against replay: first its own key must change, by a message of this hour"
        raise fields.Refused(ack_reasons.NOT_REKEYED, detail)


def unwrap(own, name, sender, n, wrapped, nonce=""):
    """The key in *wrapped*, 64 hexadecimal digits each; it is its own inverse.  *own* is the pole's own key."""
    what = "\n".join(("diya rekey", name, sender, str(n)) + ((nonce,) if nonce else ()))
    from pole.security import hmac  # only now: this module is in one file with the one that judges every command

    pad = hmac.sha256(binascii.unhexlify(own), (what.encode(),))
    mixed = binascii.unhexlify(wrapped)
    return binascii.hexlify(bytes([mixed[place] ^ pad[place] for place in range(32)])).decode()
