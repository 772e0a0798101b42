"""A MicroPython image in the other one of two partitions for it: how it stands, in one small file.

ESP-IDF's bootloader starts what ``otadata`` says; a new image is started once, and the one before again unless the new
one was marked valid meanwhile.  What this file says is never needed for a start.

It is a list, because each name would stay in memory for good; the places of its values:

    STATE     a letter of those below; "" once the image is confirmed or undone
    VERSION, SERIAL, CONTENT    of its manifest: MicroPython's version, Unix ms, the first 16 digits of SHA-256
    WINDOW, SPREAD    seconds: of probation, and over which the poles of a release are to switch
    LABEL     of the partition that it is in
    BEFORE    the version before
    TRIES     power cuts on probation
    DAYS, ASKED    until the old image is asked again whether there is a network; Unix s of the last time, or None
    FACTS     what the old image saw last (health.facts_of)
    REASON    why it was undone, "" where it was not
    TOLD      that is told

States:

    STAGED    written and verified; the old image runs until a good moment
    GO        it is to start
    TRIAL     it runs on probation; the bootloader goes back at the next start
    BACK      it is undone, and may still run
    ASK, ASKING    the old image is to find out, and does, whether there is a network at all
    UNPROVEN  there is none: the new image runs for good, but its link is not proven
"""

import json
import sys

from pole import const

NAME = "image"
STATE, VERSION, SERIAL, CONTENT, WINDOW = const(0), const(1), const(2), const(3), const(4)
SPREAD, LABEL, BEFORE, TRIES, DAYS = const(5), const(6), const(7), const(8), const(9)
ASKED, FACTS, REASON, TOLD = const(10), const(11), const(12), const(13)
STAGED, GO, TRIAL, BACK = const("s"), const("g"), const("t"), const("b")
ASK, ASKING, UNPROVEN = const("q"), const("a"), const("u")
_STATES = "s g t b q a u"  # a shorter text would stay in memory for good
_LONGEST = const(2048)  # bytes


def read(store):
    """The list; None where there is none, or where it makes no sense."""
    if not 0 < store.size(NAME) <= _LONGEST:
        return None
    try:
        state = json.loads(store.read(NAME) or b"")
        sound = len(state) == 14 and state[STATE] in _STATES and len(state[CONTENT] + state[LABEL] + state[REASON])
        if sound and state[SERIAL] + state[WINDOW] + state[SPREAD] + state[TRIES] + state[DAYS] > 0:
            return state
    except (ValueError, TypeError, KeyError):
        pass
    print("diya: " + NAME + " cannot be read")
    return None


def write(store, state):
    """Stores *state*.  Raises OSError."""
    store.write(NAME, json.dumps(state).encode())


def drop(store):
    """Takes back an image that has not been started: its serial, 0 where there is none; None for one that has."""
    state = read(store)
    if not state or not state[STATE]:
        return 0
    if state[STATE] != STAGED:
        return None
    store.remove(NAME)
    return state[SERIAL]


def running():
    """The partition of the image that runs.  Raises OSError."""
    import esp32

    return esp32.Partition(esp32.Partition.RUNNING)  # type: ignore[arg-type]


def version():
    """That of the MicroPython that runs, three numbers."""
    numbers = sys.implementation.version[:3] if sys.implementation.name == "micropython" else (1, 22, 0)
    return ".".join([str(number) for number in numbers])
