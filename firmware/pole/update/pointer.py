"""The pointer: ``app.json`` on the data store says which slot runs; replaced as a whole, or not at all.

A slot is the folder ``a/`` or ``b/`` of the data store, with the file ``list`` in it (update/whole.py); ``""`` is
golden, the app on ``vfs``, which only flashing writes.  The pointer is a dictionary:

    run       the slots that are confirmed, the one to run first; golden comes after all of them
    slots     {slot: [version, first 16 hex digits of SHA-256 of its list]}
    serial    the highest serial of a manifest that was accepted (ms since 1970); 0 before the first
    new       None, or the slot that is not confirmed yet: its ``slot``, ``version``, ``serial``, its ``state``;
              ``failed`` and ``boots``, how often it was started after a failure and in all; ``days`` until the old
              software is asked again whether there is a network; ``detail`` of the time before it ran
    reverted  None, or ``from`` (a version) and ``reason`` of what was undone last, and whether that was ``told``

States of ``new``, of which a letter is written (s, g, t, q, a, u):

    staged    whole and verified; the old software runs until a good moment (update/moment.py)
    go        the moment has come: the next start is its first
    trial     it runs on probation
    ask       it has no session: the next start is one of the old software
    asking    the old software runs and finds out whether there is a network at all
    unproven  there is none: it runs for good, but its link is not proven

A new version that has passed goes to the front of ``run``, and ``new`` is None again.
"""

import json

from pole import const
from pole.drivers.flash.files import unread
from pole.wire.digest import hash_of

NAME = "app.json"
GOLDEN = 1  # the number of what golden hands to a slot (docs/slots.md)
SLOTS = ("a", "b")
LIST = "/list"

# a letter each, because MicroPython never forgets a word
STAGED = "s"
GO = "g"
TRIAL = "t"
ASK = "q"
ASKING = "a"
UNPROVEN = "u"
_STATES = (STAGED, GO, TRIAL, ASK, ASKING, UNPROVEN)

# why a slot was undone
DIED, POWER_CUTS, DAMAGED, NOT_ONLINE = "died powerCuts damaged notOnline".split(" ")  # noqa: SIM905 - as above

_LONGEST = const(4096)  # bytes: what is longer is not a pointer, and would take memory


def empty():
    """The pointer of a pole that never had an update: golden runs."""
    return {"run": [], "slots": {}, "serial": 0, "new": None, "reverted": None}


def read(store):
    """The pointer in *store*; where there is none, or rubbish, that of a pole which never had an update.

    One that is there and cannot be read says so (``unread``), and then nothing is written in its place.
    """
    size = store.size(NAME)
    text = store.read(NAME) if size <= _LONGEST else b""
    if unread(store, NAME, text):
        out = empty()
        out["unread"] = True
        return out
    if text:
        try:
            return _checked(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            print("diya: " + NAME + " cannot be understood: the app that was flashed runs")
    return empty()


def write(store, pointer):
    """Stores *pointer*.  Raises OSError; then the one before is still there."""
    if pointer.get("unread"):
        raise OSError(5, NAME + " could not be read")
    store.write(NAME, json.dumps(pointer).encode())


def spare(pointer, running):
    """The slot that may be written, while *running* (a slot, or "") runs; "" where there is none now.

    None is free while a new one is on probation: the other one may be needed.
    """
    new = pointer["new"]
    if new:
        slot = new["slot"] if new["state"] == STAGED else ""
    else:
        slot = SLOTS[pointer["run"][:1] == ["a"]]
    return "" if slot == running or pointer.get("unread") else slot


def vacate(store, slot):
    """Notes that what is in *slot* is not to run any more: it is about to be overwritten.  Raises OSError."""
    pointer = read(store)
    if slot in pointer["run"] or slot in pointer["slots"]:
        _forget(pointer, slot)
        write(store, pointer)


def stage(store, slot, version, serial, facts):
    """Notes that *slot* is whole and verified: the next good moment switches to it.

    *version* and *serial* are its manifest's.  Of *facts* (a small dictionary) ``window``, the seconds of its
    probation, and ``spread``, the seconds over which the poles of a release are to switch, are used.  Raises OSError,
    and ValueError for a slot that is not spare.
    """
    pointer = read(store)
    new = pointer["new"]
    if slot not in SLOTS or slot == "".join(pointer["run"][:1]) or (new and new["state"] != STAGED):
        raise ValueError("slot %s is in use" % slot)
    _forget(pointer, slot)
    pointer["slots"][slot] = [version, hash_of(store.read(slot + LIST) or b"")]
    pointer["serial"] = max(pointer["serial"], serial)
    pointer["new"] = {
        "slot": slot, "version": version, "serial": serial, "state": STAGED, "failed": 0, "boots": 0, "days": 0,
        "detail": facts,
    }  # fmt: skip
    write(store, pointer)


def accept(store, serial):
    """Notes *serial*, of a manifest that was accepted: one that is not higher is an old one now.  Raises OSError."""
    pointer = read(store)
    if serial > pointer["serial"]:
        pointer["serial"] = serial
        write(store, pointer)


def cancel(store):
    """Takes back a switch that has not happened; whether there was one.  Raises OSError."""
    pointer = read(store)
    new = pointer["new"]
    if not new or new["state"] not in (STAGED, GO):
        return False
    _forget(pointer, new["slot"])
    write(store, pointer)
    return True


def undo(pointer, slot, reason):
    """Changes *pointer*: *slot* is not to run any more, because of *reason*, which is to be told."""
    pointer["reverted"] = {"from": pointer["slots"][slot][0], "reason": reason, "told": False}
    _forget(pointer, slot)


def confirm(pointer):
    """Changes *pointer*: its new slot has passed, and is the first to run from now on."""
    pointer["run"] = [pointer["new"]["slot"]] + pointer["run"][:1]
    pointer["new"] = None


def _forget(pointer, slot):
    pointer["run"] = [one for one in pointer["run"] if one != slot]
    pointer["slots"].pop(slot, None)
    if pointer["new"] and pointer["new"]["slot"] == slot:
        pointer["new"] = None


def _checked(given):
    """*given* with its types made sure of.  Raises ValueError, TypeError, KeyError, AttributeError or IndexError."""
    out = empty()
    run = out["run"] = list(given["run"])
    slots = out["slots"] = dict(
        [(slot, [str(one[0]), str(one[1])]) for slot, one in given["slots"].items() if slot in SLOTS]
    )
    out["serial"] = _number(given["serial"])
    new = given["new"]
    if new is not None:
        out["new"] = {
            "slot": new["slot"], "version": str(new["version"]), "serial": _number(new["serial"]),
            "state": new["state"], "failed": _number(new["failed"]), "boots": _number(new["boots"]),
            "days": _number(new["days"]), "detail": dict(new["detail"]),
        }  # fmt: skip
        if new["slot"] not in slots or new["slot"] in run or new["state"] not in _STATES:
            raise ValueError
    if [slot for slot in run if slot not in slots] or len(run) > len(set(run)):
        raise ValueError
    past = given["reverted"]
    if past is not None:
        out["reverted"] = {"from": str(past["from"]), "reason": str(past["reason"]), "told": bool(past["told"])}
    return out


def _number(value):
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError
    return value
