# mypy: disable-error-code="attr-defined"
"""The first step of an update after it was accepted, or after a restart: what is kept between the steps."""

from pole.update import pointer as pointers
from pole.update.accept import NVS_SERIAL, remember
from pole.update.progress import BYTES, CLEAN, CONTENT, FAILED, LISTED, SERIAL, SLOT, STATE, under_way
from pole.update.updating import ASSEMBLE, CLEAR, Work


def begin(parts):
    """Makes ``updating.work`` of the file of progress; milliseconds until the next step."""
    ports, updating = parts.ports, parts.updating
    store = ports.store
    state = under_way(store)
    if not state or state[FAILED]:
        updating.active = False
        return 0
    slot, pointer = state[SLOT], pointers.read(store)
    new = pointer["new"]
    if not state[LISTED]:  # a MicroPython image, which has no list of files
        if (ports.high_water.get(NVS_SERIAL) or 0) < state[SERIAL] or pointer["serial"] < state[SERIAL]:
            remember(ports, state[SERIAL])
        from pole.update import image_fetch

        return image_fetch.begin(parts, state)
    if pointers.spare(pointer, ports.slot) != slot or (new and new["serial"] == state[SERIAL]):
        store.remove(STATE)  # it is staged already, or the slot is another's
        updating.active = False
        return 0
    if (ports.high_water.get(NVS_SERIAL) or 0) < state[SERIAL] or pointer["serial"] < state[SERIAL]:
        remember(ports, state[SERIAL])  # the power was cut before that
    if state[CLEAN] and store.size(slot + pointers.LIST):  # all but staged when the power was cut
        store.rename(slot + pointers.LIST, slot + pointers.LIST + ".new")
    work = Work()
    work.phase = ASSEMBLE if state[CLEAN] else CLEAR
    work.slot, work.state = slot, state
    work.list, work.listed = slot + pointers.LIST + ".new", state[LISTED]
    work.content, work.size = state[CONTENT], state[BYTES]
    settings = parts.settings
    work.topic = settings["link.root"] + "/" + settings["site"] + "/_update/%s/" % work.content[:16]
    work.came = work.error = work.reason = None
    work.tries = work.wrong = work.at = work.step = 0
    work.hash = []
    updating.work = work
    return 0
