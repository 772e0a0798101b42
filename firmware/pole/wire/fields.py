"""Reads the fields of a message of the city one by one, and refuses a wrong one: shared by all modules that judge."""

from pole.wire import contract


class Real:
    """A number with a fraction, an exponent or too many digits: ``text`` as it stood there."""

    def __init__(self, text):
        self.text = text


class Refused(Exception):
    """Its ``args``: a reason, one of contract's, and a sentence that names field, value and bound."""


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
    """Raises Refused with a sentence: what ``fields[name]`` is, and that it must be *wanted*."""
    shown_value = shown(fields[name]) if name in fields else "missing"
    raise Refused(reason, name + " is " + shown_value + " and must be " + wanted)


def shown(value):
    """*value*, as read by ``json_reader``, in at most about 40 characters, the same on every runtime."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Real):
        return value.text if len(value.text) <= 40 else value.text[:37] + "..."
    if isinstance(value, str) and len(value) > 38:
        return contract.quoted(value[:35]) + "..."
    return contract.text_of(value)
