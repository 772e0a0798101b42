"""The wire: topics, field names and their order, and how a value becomes JSON text.

The pole and the host tools import this one file, so names cannot differ between them; what only the city writes is in
``city_side``, because every table here takes memory in every pole.  Names inside the payloads are TALQ 2.7 names.
Every payload is one JSON object that carries ``v``; a reader ignores fields it does not know.

The text is written here and not by ``json.dumps``: MicroPython orders dictionary keys by hash and prints 71.1 as
71.09999999999999, and both runtimes must write the same bytes.  For the same reason a measured value is a
``Fixed``: an integer and the number of its decimal places, never a float.
"""

from pole import const

VERSION = const(1)

# kinds of topic, from the pole ...
PRESENCE = "presence"
BIRTH = "birth"
STATE = "state"
METER = "meter"
EVENT = "event"
ACK = "ack"
TIME = "time"
# ... and to it
COMMAND = "command"
CONFIG = "config"
UPDATE = "update"
TIME_ANSWER = "time/answer"

# kind: (QoS, retained)
DELIVERY = {
    PRESENCE: (1, True),
    BIRTH: (1, True),
    STATE: (1, True),
    METER: (0, False),
    EVENT: (1, False),
    ACK: (1, False),
    TIME: (1, False),
}

# The order in which fields are written.  A field whose value is missing from the dictionary is left out.
FIELDS = {
    PRESENCE: ("v", "online"),
    BIRTH: (
        "v", "at", "site", "pole", "groups", "board", "firmware", "configVersion", "configHash", "configOrigin",
        "capabilities", "resetCause", "bootCount", "safeMode", "ip", "flashNonce", "journal", "app",
        "image",
    ),
    STATE: ("v", "at", "level", "target", "reason", "owner", "until", "clock", "clockError", "clockBy", "faults"),
    METER: (
        "v", "at", "supplyVoltage", "supplyCurrent", "activePower", "powerFactor", "activeEnergy", "temperature",
        "operatingHours", "switchOnCounter", "remainingLife",
    ),
    EVENT: ("v", "at", "eventType", "startEndFlag", "timestamp", "attributes", "id", "replayed"),
    ACK: ("v", "at", "key", "sender", "n", "cmsRefId", "outcome", "reason", "detail", "mark"),
    TIME: ("v", "nonce"),
}  # fmt: skip

COMMAND_OWNERS = ("emergency", "incident", "lock", "operator")  # who may command, highest first

# the ack when there is no memory for another (ack_reasons.py)
REJECTED = "rejected"
BUSY = "busy"

MAX_PAYLOAD = const(8192)  # bytes; a larger one is drained from the socket and never stored
# unacknowledged messages of QoS 1 to a pole: set in the broker's configuration, and as many a pole acknowledges at once
IN_FLIGHT = const(20)


class Fixed:
    """``Fixed(2301, 1)`` is 230.1: a measured value without a float."""

    def __init__(self, scaled, places):
        self.scaled = scaled
        self.places = places


def measured(fields, reading):
    """Puts the meter's values (*reading*, a drivers.reading.Reading) into *fields* of a report or of evidence."""
    fields["supplyVoltage"] = Fixed((reading.voltage_mv + 50) // 100, 1)
    fields["supplyCurrent"] = Fixed(reading.current_ma, 3)
    fields["activePower"] = Fixed((reading.power_mw + 50) // 100, 1)
    fields["powerFactor"] = Fixed((reading.pf_thousandths + 5) // 10, 2)


def topic(root, site, pole, kind):
    """Topic of one pole's *kind*, such as ``diya/1/sagar/P0001/state``."""
    return root + "/" + site + "/" + pole + "/" + kind


def group_topic(root, site, group):
    """Topic on which every pole of *group* takes commands."""
    return root + "/" + site + "/_group/" + group + "/" + COMMAND


def all_topic(root, site):
    """Topic on which every pole of *site* takes commands."""
    return root + "/" + site + "/_all/" + COMMAND


def encode(order, values):
    """JSON text of *values*, its fields in the order of *order* (a tuple of names)."""
    parts = []
    for name in order:
        if name in values:
            parts.append('"' + name + '":' + text_of(values[name]))
    return "{" + ",".join(parts) + "}"


def text_of(value):
    """JSON text of None, a bool, an int, a Fixed, a str, or a list, tuple or dict of these (dict keys sorted).

    Raises TypeError for anything else, floats included.
    """
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Fixed):
        return fixed_text(value.scaled, value.places)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([text_of(item) for item in value]) + "]"
    if isinstance(value, dict):
        return "{" + ",".join([quoted(key) + ":" + text_of(value[key]) for key in sorted(value)]) + "}"
    raise TypeError("a " + type(value).__name__ + " has no text on the wire")


def fixed_text(scaled, places):
    """Decimal text of ``scaled / 10**places``: ``fixed_text(-5, 1)`` is ``-0.5``."""
    if places == 0:
        return str(scaled)
    sign = "-" if scaled < 0 else ""
    digits = str(abs(scaled))
    while len(digits) <= places:
        digits = "0" + digits
    return sign + digits[:-places] + "." + digits[-places:]


# the backslash first: it stands in all the others
_ESCAPES = const((("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")))


def quoted(text):
    """*text* as a JSON string."""
    for character, escaped in _ESCAPES:
        text = text.replace(character, escaped)
    for character in text:
        if character < " ":
            text = text.replace(character, "\\u%04x" % ord(character))
    return '"' + text + '"'
