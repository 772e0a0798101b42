"""What a pole remembers of the city's commands over a restart: only needed at the start."""

import json

from pole import const, contract
from pole.lighting.arbiter import Override

_NAME = const("commands.json")  # as in obeying.py


def restore(commanding):
    """Takes up what was stored; whether it is sure that no message was obeyed since."""
    highest = commanding.high_water.get()
    known = highest is not None
    text = commanding.store.read(_NAME)
    if text:
        try:
            saved = json.loads(text)
            commanding.marks.update([(name, int(saved["marks"][name])) for name in saved["marks"]])
            commanding.arbiter.held = [_restored(*fields) for fields in saved["held"]]
            known = known or not saved["forgetful"]
        except (ValueError, TypeError, KeyError):
            print("diya: " + _NAME + " cannot be read, held commands are gone")
    if highest and highest > max(commanding.marks.values(), default=0):
        commanding.marks[""] = highest  # for whoever sends: which sender it was is lost
    return known


def _restored(owner, level, reason, ref, start, expiration, ramp_s):
    """An override as it was saved.  Raises ValueError where it cannot be one: a bad file must not stop the pole."""
    if owner not in contract.COMMAND_OWNERS or not 0 <= level <= 100 or not 0 <= ramp_s <= 3600:
        raise ValueError
    return Override(owner, int(level), str(reason), str(ref), int(start), int(expiration), int(ramp_s))
