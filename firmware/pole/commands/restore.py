"""Restores marks and overrides after a restart: needed at the start, and again where the file could not be read."""

import json

from pole import const
from pole.drivers.flash.files import unread
from pole.lighting.arbiter import Override
from pole.wire import contract

_NAME = const("commands.json")  # as in commands/apply.py


def restore(commanding):
    """Restores what was stored; returns whether it is certain that no message was applied since.

    ``unread`` of *commanding*: the file is there and could not be read, so it is to be tried again before anything is
    written in its place.
    """
    highest = commanding.high_water.get()
    known = highest is not None
    text = commanding.store.read(_NAME)
    commanding.unread = unread(commanding.store, _NAME, text)
    if text:
        from pole.security.sender_names import short  # only now: the overrides are in one file with this module

        try:
            saved = json.loads(text)
            for name in saved["marks"]:
                key, line_feed, sender = name.partition("\n")
                if sender and key not in ("", commanding.own):
                    name = key + "\n" + short(sender)
                n = int(saved["marks"][key + line_feed + sender])
                commanding.marks[name] = max(n, commanding.marks.get(name, 0))
            commanding.arbiter.held = [_restored(*fields) for fields in saved["held"]] + commanding.arbiter.held
            known = known or not saved["forgetful"]
        except (ValueError, TypeError, KeyError):
            print("diya: " + _NAME + " cannot be read, held commands are gone")
            commanding.unread = True
    if highest and highest > max(commanding.marks.values(), default=0):
        commanding.marks[""] = highest  # applies to every sender: the NVS mark does not record who sent it
    return known


def _restored(owner, level, reason, ref, start, expiration, ramp_s, raises=False):
    """An override as it was saved.  Raises ValueError when it is not valid: a bad file must not stop the pole."""
    if owner not in contract.COMMAND_OWNERS or not 0 <= level <= 100 or not 0 <= ramp_s <= 3600:
        raise ValueError
    return Override(
        owner, int(level), str(reason), str(ref), int(start), int(expiration), int(ramp_s), None, bool(raises)
    )
