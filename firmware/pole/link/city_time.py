"""The city's answer to the question for the time: loaded for the moment in which one came.

``{v, nonce, unixMs, mac}``: ``nonce`` is the question's, ``unixMs`` Unix milliseconds when the city answered, ``mac``
the HMAC-SHA256 of topic, nonce and unixMs with a line feed between, under the pole's own key, in 64 lower-case
hexadecimal digits.  The nonce was never used before, so no answer counts twice.
"""

import binascii

from pole.link import hmac, json_reader, utf8


def parse(topic, payload, nonce, key):
    """Unix ms of the city's answer *payload* (bytes) on *topic* to the question with *nonce*.

    *key*: 64 hexadecimal digits, None where the pole has no keys at all.  Raises ValueError for what is none.
    """
    if len(payload) > 300:
        raise ValueError("too long")
    fields = json_reader.parse(utf8.decode(payload))
    if not isinstance(fields, dict) or fields.get("nonce") != nonce:
        raise ValueError("not the answer to this question")
    unix_ms = fields.get("unixMs")
    if isinstance(unix_ms, bool) or not isinstance(unix_ms, int):
        raise ValueError("unixMs is no whole number")
    if key:
        given = fields.get("mac")
        if not isinstance(given, str) or not hmac.same(given.encode(), mac(key, topic, nonce, unix_ms).encode()):
            raise ValueError("mac does not match")
    return unix_ms


def mac(key, topic, nonce, unix_ms):
    """What stands in ``mac``, 64 digits."""
    signed = "\n".join((topic, nonce, str(unix_ms)))
    return binascii.hexlify(hmac.sha256(binascii.unhexlify(key), (signed.encode(),))).decode()
