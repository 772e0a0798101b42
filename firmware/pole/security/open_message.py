"""Opens a message of the city, from its bytes to a genuine body: JSON, envelope, JSON of the body.

Each step is loaded when it is needed and unloaded before the next, so that they need not all fit in memory at once.
"""

from pole.runtime.transient import unload
from pole.wire import ack_reasons, contract
from pole.wire.fields import Refused, refuse

_STEPS = ("pole.wire.json_reader", "pole.security.envelope", "pole.security.hmac")  # newness is in one file with hmac


def read(envelope, topic, payload, keys, marks, now, own="", nonce=""):
    """Fills *envelope* from *payload* (bytes, or None for one too large) and returns the body as a dict.

    *keys*: {name: 64 hexadecimal digits}; when it is empty (a bench, the demo) nothing is signed.  *marks*: {name: n}.
    *now*: Unix s, None when the clock is unknown.  *own*: name of the pole's own key; *nonce*: that of the flashing, ""
    without keys.  Raises Refused, or MemoryError where there is none for the code.
    """
    if payload is None or len(payload) > contract.MAX_PAYLOAD:
        raise Refused(ack_reasons.TOO_LARGE, "the payload is larger than %d bytes" % contract.MAX_PAYLOAD)
    try:
        fields = _parse(payload, "the payload")
        unload(*_STEPS)
        _check(envelope, topic, fields, keys, marks, now, own, nonce)
        unload(*_STEPS)
        return _parse(envelope.body, "body")
    finally:
        unload(*_STEPS)


def _parse(source, what):
    try:
        from pole.wire import json_reader

        value = json_reader.parse(source)
    except ValueError:  # MicroPython's UnicodeError is one too
        raise Refused(ack_reasons.BAD_ENVELOPE, what + " is not JSON in UTF-8") from None
    except MemoryError:
        detail = "%s has %d bytes and the pole has no memory for it now" % (what, len(source))
        raise Refused(ack_reasons.TOO_LARGE, detail) from None
    if not isinstance(value, dict):
        refuse(ack_reasons.BAD_ENVELOPE, {what: value}, what, "a JSON object")
    return value


def _check(*message):
    from pole.security import envelope

    envelope.check(*message)
