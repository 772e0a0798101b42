"""Handles a request of a laptop: parses it, passes it on, and writes the answer's line.  Loaded for a moment.

    {"id": 17, "do": "set", "level": 60, "for": 600}   asks
    {"id":17,"ok":true,"level":60,"until":1767225600}  answers, or
    {"id":17,"ok":false,"error":"level is 101 and must be 0 to 100"}

The names of an answer's fields are in one text each: a name of its own would never be freed.
"""

import json

from pole.service.request_fields import Raw, Wrong, whole
from pole.wire.contract import text_of

_TELLING = "status read journal"
_OVERRIDING = "set release"
_LINKING = "time ping restart"
_CALIBRATING = "curve tilt"


def answer(parts, laptop, now, ticks):
    """The line that answers the request of *laptop* with *parts* (app.py), or None when it is to be asked again later.

    *now*: Unix s, None when the clock is unknown.
    """
    number = 0
    try:
        asked = _understood(laptop.request)
        number = asked["id"]
        what = asked.get("do")
        if what in _TELLING.split():
            from pole.service.status import act
        elif what in _OVERRIDING.split():
            from pole.service.override import act
        elif what in _LINKING.split():
            from pole.service.connection import act
        elif what in _CALIBRATING.split():
            from pole.service.calibrate import act
        else:
            verbs = " ".join((_TELLING, _OVERRIDING, _LINKING, _CALIBRATING))
            raise Wrong("do is %s and must be one of: %s" % (repr(what)[:40], verbs))
        found = act(parts, laptop, asked, now, ticks)
    except Wrong as error:
        return '{"id":%d,"ok":false,"error":%s}' % (number, text_of(str(error)))
    if found is None:
        return None
    names, values = found
    out = '{"id":%d,"ok":true' % number
    names = names.split()
    for place in range(len(names)):
        name, value = names[place], values[place]
        out += ',"' + name + '":' + (value.text if isinstance(value, Raw) else text_of(value))
    return out + "}"


def _understood(line):
    try:
        asked = json.loads(line)
    except (ValueError, RuntimeError):
        asked = None
    if not isinstance(asked, dict):
        raise Wrong('a request is one line of JSON such as {"id":1,"do":"status"}')
    whole(asked, "id", 1, 1000000000)
    return asked
