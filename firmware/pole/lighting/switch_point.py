"""Parses a switch point of a programme."""

from pole import const

AT = "HH:MM, or sunset, sunrise, dusk or dawn with an offset of -720 to 720 minutes"

_EVENTS = const(("sunset", "sunrise", "dusk", "dawn"))


def parse(at):
    """(event, minutes) of a switch point's *at*; the event is None for a fixed time, in minutes after 00:00.

    Raises ValueError for anything but ``HH:MM``, or ``sunset``, ``sunrise``, ``dusk`` or ``dawn`` with or without an
    offset in minutes, -720 to 720, such as ``sunset-10``.
    """
    if isinstance(at, str):
        if len(at) == 5 and at[2] == ":":
            hours, minutes = _digits(at[:2]), _digits(at[3:])
            if hours < 24 and minutes < 60:
                return None, hours * 60 + minutes
        for event in _EVENTS:
            if at == event:
                return event, 0
            if at.startswith(event) and at[len(event)] in "+-" and len(at) <= len(event) + 4:
                minutes = _digits(at[len(event) + 1 :])
                if minutes <= 720:
                    return event, minutes if at[len(event)] == "+" else -minutes
    raise ValueError("not " + AT)


def _digits(text):
    """The number in *text*, ASCII digits; a number too large for any use where it is not one."""
    for character in text:
        if not "0" <= character <= "9":
            return 9999
    return int(text) if text else 9999
