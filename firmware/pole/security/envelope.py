"""Checks the envelope of messages from the city: who sent one, and that it is neither forged nor replayed.

``{v, key, sender, n, body, mac}``: ``key`` names the key, ``sender`` the one who signs, ``n`` rises with every message
of a sender, ``body`` is JSON in a string, so that what was signed and what is read are the same bytes, and ``mac`` is
the HMAC-SHA256 of topic, key, sender, n and body with a line feed between, in 64 lower-case hexadecimal digits.
Under the pole's own key the nonce of the flashing stands between n and body, so that a message that was signed for
the node before this one is refused.  Neither key nor sender may hold a control character, so no two envelopes sign the
same text.

A pole keeps a mark for each (key, sender): the highest ``n`` it has taken.  Commands, configurations and updates all
come in this envelope; the body is read elsewhere.
"""

import binascii

from pole import const
from pole.security import hmac
from pole.security.replay_check import check_new
from pole.security.sender_names import has_spoken
from pole.wire import ack_reasons, contract
from pole.wire.fields import Refused, number, refuse, shown, text

_NAME = const(64)  # characters of a key's or sender's name
_LATEST = const(4102444800000)  # 2100, Unix ms


def check(envelope, topic, fields, keys, marks, now, own="", nonce=""):
    """Fills *envelope* from *fields*, the dictionary that the payload was; arguments as for ``open_message.read``.

    Raises Refused.
    """
    number(fields, "v", contract.VERSION, contract.VERSION, ack_reasons.BAD_ENVELOPE)
    envelope.key = text(fields, "key", 1 if keys else 0, _NAME, ack_reasons.BAD_ENVELOPE, None if keys else "")
    envelope.sender = text(fields, "sender", 1, _NAME, ack_reasons.BAD_ENVELOPE)
    envelope.n = number(fields, "n", 1, _LATEST, ack_reasons.BAD_ENVELOPE)
    body = fields.get("body")
    if not isinstance(body, str):
        refuse(ack_reasons.BAD_ENVELOPE, {"body": body}, "body", "JSON in a string")
    if keys:
        _verify(envelope, topic, fields, keys, nonce if envelope.key == own else "")
    check_new(envelope, marks, now, envelope.signed and envelope.key != own)
    envelope.heard = not nonce or own not in keys or has_spoken(marks, own)
    envelope.body = body


def mac(key, topic, name, sender, n, body, nonce=""):
    """The value of ``mac``, 64 digits: *key* is 64 hexadecimal digits, *name* its name, *body* the text.

    *nonce*: of the flashing, under a pole's own key.
    """
    signed = "\n".join((topic, name, sender, str(n), nonce, body) if nonce else (topic, name, sender, str(n), body))
    return binascii.hexlify(hmac.sha256(binascii.unhexlify(key), (signed.encode(),))).decode()


def _verify(envelope, topic, fields, keys, nonce):
    if "" in keys.values():  # see settings/at_start.py
        raise Refused(ack_reasons.BAD_MAC, "the pole could not read its keys when it started")
    key = keys.get(envelope.key)
    if key is None:
        raise Refused(ack_reasons.BAD_MAC, "key is %s, which this pole does not have" % shown(envelope.key))
    given = fields.get("mac")
    if not isinstance(given, str):
        refuse(ack_reasons.BAD_MAC, {"mac": given}, "mac", "64 hexadecimal digits")
    right = mac(key, topic, envelope.key, envelope.sender, envelope.n, fields["body"], nonce)
    if not hmac.same(given.encode(), right.encode()):
        detail = "mac does not match key " + shown(envelope.key) + ", topic and content"
        if nonce and fields.get("flashNonce") != nonce:
            detail = "flashNonce is %s and must be %s, or %s" % (shown(fields.get("flashNonce")), nonce, detail)
        raise Refused(ack_reasons.BAD_MAC, detail)
    envelope.signed = True
