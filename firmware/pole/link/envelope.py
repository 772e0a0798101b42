"""The envelope of everything the city sends to a pole: who sends it, and that it is neither forged nor repeated.

``{v, key, sender, n, body, mac}``: ``key`` names the key, ``sender`` the one who signs, ``n`` rises with every message
of a sender, ``body`` is JSON in a string, so that what was signed and what is read are the same bytes, and ``mac`` is
the HMAC-SHA256 of topic, key, sender, n and body with a line feed between, in 64 lower-case hexadecimal digits.
Neither key nor sender may hold a control character, so no two envelopes sign the same text.

A pole keeps a mark for each (key, sender): the highest ``n`` it has taken.  Commands, configurations and updates all
come in this envelope; what the body means is for others.
"""

import binascii

from pole import const, contract
from pole.link import hmac, json_reader, utf8

SENDERS = 32  # marks kept; each takes about 60 bytes
_NAME = const(64)  # characters of a key's or sender's name
_LATEST = const(4102444800000)  # 2100, Unix ms
_AHEAD_MS = const(86400000)  # a sender whose clock is a day ahead would lock itself out for that day


class Refused(Exception):
    """Its ``args``: a reason, one of contract's, and a sentence that names field, value and bound."""


class Envelope:
    """What could be read of an envelope, however bad: ``key``, ``sender``, ``n`` are None where they could not.

    ``signed``: a configured key vouches for it.  ``mark``: (name, n) to be remembered before anything is applied, None
    while it is not known to be genuine and new.
    """

    def __init__(self):
        self.key = self.sender = self.n = self.mark = None
        self.signed = False


def read(envelope, topic, payload, keys, marks, now):
    """Fills *envelope* from *payload* (bytes, or None for one too large) and returns the body as a dict.

    *keys*: {name: 64 hexadecimal digits}; when it is empty (a bench, the demo) nothing is signed.  *marks*: {name: n}.
    *now*: Unix s, None when the clock is unknown.  Raises Refused; never anything else, whatever the bytes.
    """
    if payload is None or len(payload) > contract.MAX_PAYLOAD:
        raise Refused(contract.TOO_LARGE, "the payload is larger than %d bytes" % contract.MAX_PAYLOAD)
    fields = _object(payload, "the payload")
    number(fields, "v", contract.VERSION, contract.VERSION, contract.BAD_ENVELOPE)
    envelope.key = text(fields, "key", 1 if keys else 0, _NAME, contract.BAD_ENVELOPE, None if keys else "")
    envelope.sender = text(fields, "sender", 1, _NAME, contract.BAD_ENVELOPE)
    envelope.n = number(fields, "n", 1, _LATEST, contract.BAD_ENVELOPE)
    body = fields.get("body")
    if not isinstance(body, str):
        refuse(contract.BAD_ENVELOPE, {"body": body}, "body", "JSON in a string")
    if keys:
        _verify(envelope, topic, fields, keys)
    _check_new(envelope, marks, now)
    return _object(body, "body")


def mac(key, topic, name, sender, n, body):
    """What stands in ``mac``: *key* is 64 hexadecimal digits, *name* its name, *body* the text; 64 digits."""
    signed = "\n".join((topic, name, sender, str(n), body))
    return binascii.hexlify(hmac.sha256(binascii.unhexlify(key), (signed.encode(),))).decode()


def remember(marks, mark):
    """Stores *mark* (name, n) in *marks*; when they are full, which only unsigned senders can bring about, the lowest
    is dropped.
    """
    name, n = mark
    if name not in marks and len(marks) >= SENDERS:
        lowest = None
        for other in sorted(marks):
            if lowest is None or marks[other] < marks[lowest]:
                lowest = other
        del marks[lowest]
    marks[name] = n


def number(fields, name, low, high, reason, default=None):
    """``fields[name]``, a whole number *low* to *high*; when it is absent or null, *default* if there is one.

    Raises Refused.
    """
    value = fields.get(name)
    if value is None and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        refuse(reason, fields, name, str(low) if low == high else "a whole number from %d to %d" % (low, high))
    return value


def text(fields, name, low, high, reason, default=None):
    """``fields[name]``, a text of *low* to *high* characters without control characters; *default* as for ``number``.

    Raises Refused.
    """
    value = fields.get(name)
    if value is None and default is not None:
        return default
    sound = isinstance(value, str) and low <= len(value) <= high
    if sound:
        for character in value:
            sound = sound and character >= " " and character != "\x7f"
    if not sound:
        refuse(reason, fields, name, "text of %d to %d characters, none a control character" % (low, high))
    return value


def refuse(reason, fields, name, wanted):
    """Raises Refused: what ``fields[name]`` is, and that it must be *wanted*."""
    shown_value = shown(fields[name]) if name in fields else "missing"
    raise Refused(reason, name + " is " + shown_value + " and must be " + wanted)


def shown(value):
    """*value*, as read by ``json_reader``, in at most about 40 characters, the same on every runtime."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, json_reader.Real):
        return value.text if len(value.text) <= 40 else value.text[:37] + "..."
    if isinstance(value, str) and len(value) > 38:
        return contract.quoted(value[:35]) + "..."
    return contract.text_of(value)


def _object(source, what):
    try:
        value = json_reader.parse(source if isinstance(source, str) else utf8.decode(source))
    except ValueError:  # MicroPython's UnicodeError is one too
        raise Refused(contract.BAD_ENVELOPE, what + " is not JSON in UTF-8") from None
    except MemoryError:
        detail = "%s has %d bytes and the pole has no memory for it now" % (what, len(source))
        raise Refused(contract.TOO_LARGE, detail) from None
    if not isinstance(value, dict):
        refuse(contract.BAD_ENVELOPE, {what: value}, what, "a JSON object")
    return value


def _verify(envelope, topic, fields, keys):
    key = keys.get(envelope.key)
    if key is None:
        raise Refused(contract.BAD_MAC, "key is " + shown(envelope.key) + ", which this pole does not have")
    given = fields.get("mac")
    if not isinstance(given, str):
        refuse(contract.BAD_MAC, {"mac": given}, "mac", "64 hexadecimal digits")
    right = mac(key, topic, envelope.key, envelope.sender, envelope.n, fields["body"])
    if not hmac.same(given.encode(), right.encode()):
        raise Refused(contract.BAD_MAC, "mac does not match key " + shown(envelope.key) + ", topic and content")
    envelope.signed = True


def _check_new(envelope, marks, now):
    if now is not None and envelope.n > now * 1000 + _AHEAD_MS:
        detail = "n is %d and must be at most a day ahead of the pole's clock, %d" % (envelope.n, now * 1000)
        raise Refused(contract.BAD_ENVELOPE, detail)
    name = envelope.key + "\n" + envelope.sender
    last = marks.get(name)
    if last is not None and envelope.n <= last:
        raise Refused(contract.REPLAYED, "n is %d and must be above %d" % (envelope.n, last))
    if last is None and envelope.signed and len(marks) >= SENDERS:
        raise Refused(contract.BAD_ENVELOPE, "sender is new, and the pole already knows %d senders" % SENDERS)
    envelope.mark = (name, envelope.n)
