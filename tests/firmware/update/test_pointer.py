"""The pointer on a store: what is read from rubbish, what may be written over, and a power cut at every write."""

import json

from pole.update import choice, pointer

try:
    from tests.firmware.mortal_store import MortalStore, PowerCut
except ImportError:  # on MicroPython, which has this folder on its path
    from mortal_store import MortalStore, PowerCut

LISTS = {"a/list": b"app.mpy 3 00 0\n", "b/list": b"app.mpy 4 11 0\n"}


def raised(work, *arguments):
    try:
        work(*arguments)
    except (ValueError, OSError) as error:
        return str(error)
    return ""


def confirmed(store):
    """What is new in *store* has passed."""
    at = pointer.read(store)
    pointer.confirm(at)
    pointer.write(store, at)


def test_a_new_pole_runs_golden_and_slot_a_is_spare():
    at = pointer.read(MortalStore())
    assert at == pointer.empty() and pointer.spare(at, "") == "a"


def test_a_staged_slot_is_read_as_it_was_written():
    store = MortalStore(LISTS)
    pointer.stage(store, "a", "0.2.0", 17, {"window": 600, "spread": 0})
    at = pointer.read(store)
    assert at["serial"] == 17 and at["run"] == []
    assert at["new"]["version"] == "0.2.0" and at["new"]["detail"] == {"window": 600, "spread": 0}
    assert at["slots"]["a"][0] == "0.2.0" and len(at["slots"]["a"][1]) == 16


def test_slots_take_turns_and_the_one_in_use_is_never_spare():
    store = MortalStore(LISTS)
    for slot, other in (("a", "b"), ("b", "a"), ("a", "b")):
        at = pointer.read(store)
        assert pointer.spare(at, other if at["run"] else "") == slot
        pointer.vacate(store, slot)
        pointer.stage(store, slot, "0.2.0", 1, {})
        assert pointer.spare(pointer.read(store), "") == slot  # a newer one may take its place
        for state in (pointer.GO, pointer.TRIAL, pointer.ASK, pointer.ASKING, pointer.UNPROVEN):
            at = pointer.read(store)
            at["new"]["state"] = state
            assert pointer.spare(at, "") == ""
        confirmed(store)
        assert pointer.read(store)["run"][0] == slot
    assert pointer.read(store)["run"] == ["a", "b"]
    # what runs is not spare, whatever the pointer says
    assert pointer.spare(pointer.read(store), "b") == ""


def test_a_slot_that_is_about_to_be_overwritten_is_none_to_fall_back_on():
    store = MortalStore(LISTS)
    for slot in "ab":
        pointer.stage(store, slot, "0.2.0", 1, {})
        confirmed(store)
    pointer.vacate(store, "a")
    at = pointer.read(store)
    assert at["run"] == ["b"] and list(at["slots"]) == ["b"]


def test_only_a_spare_slot_is_staged():
    store = MortalStore(LISTS)
    assert "in use" in raised(pointer.stage, store, "c", "1.0.0", 1, {})
    pointer.stage(store, "a", "0.2.0", 1, {})
    confirmed(store)
    assert raised(pointer.stage, store, "a", "0.3.0", 2, {}) == "slot a is in use"
    assert pointer.read(store)["slots"]["a"][0] == "0.2.0"


def test_a_switch_that_has_not_happened_is_taken_back():
    store = MortalStore(LISTS)
    assert pointer.cancel(store) is False
    pointer.stage(store, "a", "0.2.0", 5, {})
    assert pointer.cancel(store) is True
    at = pointer.read(store)
    assert at["new"] is None and at["slots"] == {} and at["serial"] == 5
    pointer.stage(store, "a", "0.2.0", 6, {})
    at = pointer.read(store)
    at["new"]["state"] = pointer.TRIAL
    pointer.write(store, at)
    assert pointer.cancel(store) is False and pointer.read(store)["new"]


def test_the_mark_of_replays_only_rises():
    store = MortalStore()
    for serial in (5, 3, 9, 9):
        pointer.accept(store, serial)
    assert pointer.read(store)["serial"] == 9


def test_rubbish_is_golden():
    good = MortalStore(LISTS)
    pointer.stage(good, "a", "0.2.0", 1, {})
    text = good.files[pointer.NAME]
    whole = json.loads(text)
    spoilt = [text[:at] for at in range(0, len(text), 7)]
    spoilt += [b"", b"null", b"[]", b"7", b"\xff" * 64, b"{" * 64, b"x" * 5000]
    for name in whole:
        for value in (None, 7, -1, "x", [], ["c"], ["a", "a"], {}, {"a": []}, True):
            other = dict(whole)
            other[name] = value
            spoilt.append(json.dumps(other).encode())
    for name in whole["new"]:
        for value in (None, -1, [], "c", 1.5):
            other = dict(whole)
            other["new"] = dict(whole["new"])
            other["new"][name] = value
            spoilt.append(json.dumps(other).encode())
    for one in spoilt:
        at = pointer.read(MortalStore({pointer.NAME: one}))
        slot, after = choice.choose(at, "hard", 0, pointer.SLOTS)
        assert slot in ("", "a", "b")
        assert slot == "" or slot in at["slots"]
        assert pointer.spare(after, slot) in ("", "a", "b")


def test_a_pointer_that_cannot_be_read_now_is_not_written_over():
    class Unreadable(MortalStore):
        def read(self, name):
            return None

    store = Unreadable({pointer.NAME: b"kept"})
    at = pointer.read(store)
    assert at["run"] == [] and pointer.spare(at, "") == ""
    assert raised(pointer.write, store, at)
    assert store.files[pointer.NAME] == b"kept"


def test_a_cut_at_any_write_leaves_the_old_pointer_or_the_new():
    tried = 0
    for work in (
        lambda store: pointer.vacate(store, "a"),
        lambda store: pointer.stage(store, "a", "0.3.0", 9, {}),
        lambda store: pointer.accept(store, 9),
        lambda store: confirmed(store),
        lambda store: pointer.cancel(store),
    ):
        left = 0
        while True:
            store = MortalStore(LISTS)
            pointer.stage(store, "b", "0.1.5", 1, {})
            confirmed(store)
            pointer.stage(store, "a", "0.2.0", 2, {})
            before = pointer.read(store)
            whole = MortalStore(store.files)
            work(whole)
            store.left = left
            try:
                work(store)
                done = True
            except PowerCut:
                done = False
            store.left = None
            assert pointer.read(store) in (before, pointer.read(whole))
            tried += 1
            left += 1
            if done:
                break
    assert tried >= 15, tried
