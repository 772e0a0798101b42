"""Stores over a restart: the lamp's own power curve, and the faults that are raised.

Loaded when it is needed and unloaded afterwards.
"""

import json

from pole.health import chatter
from pole.health.calibration import CURVE, UPRIGHT, curve_of, keep, remaining_life
from pole.health.event_types import bits, names

FAULTS = "faults.json"  # [eventType, ...]
# classes of the journal (reporting/frame.py)
_CLASS = {"leakageDetected": 2, "impactDetected": 3, "orientationChanged": 4, "cabinetDoorOpen": 5}


def load(settings, store, hours):
    """The Watch over a lamp of *hours* operating hours, with what can be read of the files."""
    curve = _read(store, CURVE)
    if not (isinstance(curve, list) and len(curve) > 1 and all([_is_point(point) for point in curve])):
        curve = None
    faults = _read(store, FAULTS)
    from pole.health import setup

    new = setup.watch(settings, curve, bits(faults if isinstance(faults, list) else []), hours)
    new.faults = names(new.state.active)
    upright = _read(store, UPRIGHT)
    if isinstance(upright, list) and len(upright) == 3 and all([type(n) is int for n in upright]):
        new.state.upright = upright
    return new


def tell(watch, reporter, store, counters, settings, now):
    """Reports the changes that *watch* has found and stores what is raised; without any, stores the learned curve."""
    state = watch.state
    if watch.news:
        while watch.news:
            event_type, attributes, begins = watch.news[0]
            at = now
            if "span" in attributes:
                first, last = [None if now is None else now - ago for ago in attributes["span"]]
                attributes["from"], attributes["to"] = first, last
                del attributes["span"]
                at = now if "present" in attributes else last
            reporter.event(now, event_type, attributes, begins, _CLASS.get(event_type, "present" in attributes), at)
            del watch.news[0]
        watch.faults = names(chatter.told(state.active, state.flips))
        _save(store, FAULTS, watch.faults)
        return
    _save(store, CURVE, curve_of(state))
    state.learned = False
    watch.life = remaining_life(state.points, counters.on_seconds // 3600, settings["lamp.life"])


def _save(store, name, value):
    try:
        keep(store, name, value)
    except OSError as error:  # a day of learning is lost, or an event is reported twice
        print("diya: " + name + " cannot be written: " + str(error))


def _read(store, name):
    try:
        return json.loads(store.read(name) or b"null")
    except ValueError:
        print("diya: " + name + " cannot be read and begins anew")
        return None


def _is_point(point):
    return isinstance(point, list) and len(point) == 4 and all([type(n) is int and n > 0 for n in point])
