"""What runs at a start: every state that a pole can come to is tried, with every cause and every damage."""

import json

from pole.update import choice, pointer

try:
    from tests.firmware.mortal_store import MortalStore
except ImportError:  # on MicroPython, which has this folder on its path
    from mortal_store import MortalStore

CAUSES = ("powerOn", "hard", "watchdog", "unknown")
EARLY = (0, 3, choice.FALL_BACK)
PRESENT = (("a", "b"), ("a",), ("b",), ())


def staged(slot="a", run=(), **changes):
    """The pointer of a pole whose confirmed slots are *run*, and whose new one is *slot*."""
    at = pointer.empty()
    at["run"] = list(run)
    for one in at["run"] + [slot]:
        at["slots"][one] = ["0." + one, "0" * 16]
    at["new"] = {
        "slot": slot, "version": "0." + slot, "serial": 1, "state": pointer.STAGED, "failed": 0, "boots": 0, "days": 0,
        "detail": {},
    }  # fmt: skip
    for name in changes:
        at["new"][name] = changes[name]
    return at


def starts(at, *causes):
    """What each start runs, and the pointer afterwards."""
    slots = []
    for cause in causes:
        slot, at = choice.choose(at, cause, 0, pointer.SLOTS)
        slots.append(slot)
    return slots, at


def test_a_staged_slot_does_not_run_until_the_moment_has_come():
    at = staged(run=["b"])
    assert starts(at, "powerOn", "hard", "watchdog") == (["b"] * 3, at)
    at["new"]["state"] = pointer.GO
    slots, after = starts(at, "hard")
    assert slots == ["a"] and after["new"]["state"] == pointer.TRIAL and after["new"]["failed"] == 0


def test_the_third_failure_undoes_it():
    for run, old in (([], ""), (["b"], "b")):
        slots, after = starts(staged(run=run, state=pointer.GO), "hard", "watchdog", "hard", "unknown")
        assert slots == ["a", "a", "a", old]
        assert after["new"] is None and after["run"] == run and "a" not in after["slots"]
        assert after["reverted"] == {"from": "0.a", "reason": pointer.DIED, "told": False}


def test_power_cuts_are_no_failures_but_not_without_end():
    slots, after = starts(staged(state=pointer.GO), "hard", *["powerOn"] * (choice.POWER_CUTS - 1))
    assert slots == ["a"] * choice.POWER_CUTS and after["new"]["failed"] == 0
    slots, after = starts(after, "powerOn")
    assert slots == [""] and after["reverted"]["reason"] == pointer.POWER_CUTS


def test_the_old_software_is_asked_and_its_own_end_is_no_answer():
    at = staged(run=["b"], state=pointer.ASK)
    slots, after = starts(at, "hard", "powerOn", "powerOn")
    assert slots == ["b"] * 3 and after["new"]["state"] == pointer.ASKING
    slots, after = starts(after, "hard", "hard", "hard")
    assert slots == ["b", "b", "a"] and after["new"]["state"] == pointer.UNPROVEN
    assert starts(after, "powerOn", "hard")[0] == ["a", "a"]


def test_a_damaged_slot_makes_room_for_the_one_before_and_that_for_golden():
    at = staged(run=["b"])
    pointer.confirm(at)
    assert at["run"] == ["a", "b"]
    slot, after = choice.choose(at, "powerOn", 0, ("b",))
    assert slot == "b" and after["run"] == ["b"] and after["reverted"]["reason"] == pointer.DAMAGED
    assert choice.choose(after, "powerOn", 0, ())[0] == ""
    assert choice.choose(at, "powerOn", 0, ())[0] == ""


def test_a_confirmed_slot_that_dies_early_over_and_over_makes_room():
    at = staged(run=["b"])
    pointer.confirm(at)
    early = choice.FALL_BACK
    assert choice.choose(at, "watchdog", early - 1, pointer.SLOTS) == ("a", at)
    assert choice.choose(at, "powerOn", early, pointer.SLOTS) == ("a", at)
    slot, after = choice.choose(at, "watchdog", early, pointer.SLOTS)
    assert slot == "b" and after["run"] == ["b"] and after["reverted"]["reason"] == pointer.DIED
    assert choice.choose(after, "watchdog", early, pointer.SLOTS)[0] == ""


def test_without_a_place_to_write_the_confirmed_one_runs():
    assert choice.confirmed(staged(run=["b"]), pointer.SLOTS) == "b"
    assert choice.confirmed(staged(run=["b"]), ()) == ""
    assert choice.confirmed(staged(), pointer.SLOTS) == ""


def nexts(at, slot):
    """Pointers that what runs in *slot* may leave behind, from *at*."""
    out = []

    def add(change):
        after = json.loads(json.dumps(at))
        change(after)
        out.append(after)

    new = at["new"]
    free = pointer.spare(at, slot)
    if free:
        store = MortalStore({pointer.NAME: json.dumps(at).encode(), free + "/list": b"x"})
        pointer.vacate(store, free)
        out.append(pointer.read(store))
        pointer.stage(store, free, "0." + free, 1, {})
        out.append(pointer.read(store))
    if new:
        states = {
            pointer.STAGED: (pointer.GO,), pointer.GO: (), pointer.TRIAL: (pointer.ASK,), pointer.ASK: (),
            pointer.ASKING: (pointer.UNPROVEN,), pointer.UNPROVEN: (pointer.ASK,),
        }[new["state"]]  # fmt: skip
        for state in states:
            out.append(dict(at))
            out[-1]["new"] = dict(new)
            out[-1]["new"]["state"] = state
        if new["state"] in (pointer.TRIAL, pointer.UNPROVEN):
            add(pointer.confirm)
        if new["state"] in (pointer.TRIAL, pointer.ASKING):
            add(lambda after: pointer.undo(after, new["slot"], pointer.NOT_ONLINE))
        if new["state"] in (pointer.STAGED, pointer.GO):
            store = MortalStore({pointer.NAME: json.dumps(at).encode()})
            pointer.cancel(store)
            out.append(pointer.read(store))
    return out


def key(at):
    """The state without what is only to be told."""
    new = at["new"]
    counts = (new["slot"], new["state"], new["failed"], new["boots"]) if new else None
    return tuple(at["run"]), tuple(sorted(at["slots"])), counts


_reached = {}


def reachable():
    """Every pointer that a pole can come to, from one that never had an update."""
    if _reached:
        return _reached
    first = pointer.empty()
    known, waiting = _reached, [first]
    known[key(first)] = first
    while waiting:
        at = waiting.pop()
        for cause in CAUSES[:2]:
            for early in EARLY:
                for present in PRESENT:
                    slot, after = choice.choose(at, cause, early, present)
                    for one in [after] + nexts(after, slot):
                        if key(one) not in known:
                            known[key(one)] = one
                            waiting.append(one)
    return known


def test_in_every_state_that_can_be_reached_something_sound_runs():
    known = reachable()
    tried = 0
    for at in known.values():
        assert sorted(at["slots"]) == sorted(set(at["run"] + ([at["new"]["slot"]] if at["new"] else [])))
        assert pointer.read(MortalStore({pointer.NAME: json.dumps(at).encode()})) == at
        if at["new"] and 4 < at["new"]["boots"] < choice.POWER_CUTS - 2:
            continue  # like its neighbours
        for cause in CAUSES:
            for early in EARLY:
                for present in PRESENT:
                    tried += 1
                    before = json.dumps(at)
                    slot, after = choice.choose(at, cause, early, present)
                    assert json.dumps(at) == before  # it is pure
                    check(at, slot, after, cause, early, present)
    print("%d states, %d starts" % (len(known), tried))
    assert len(known) > 200 and tried > 10000


def check(at, slot, after, cause, early, present):
    assert slot == "" or (slot in present and slot in after["slots"])
    new = after["new"]
    if new and new["state"] in (pointer.TRIAL, pointer.UNPROVEN):
        assert slot == new["slot"]
    elif after["run"]:
        assert slot == after["run"][0]
    else:
        assert slot == ""
    if new and new["state"] == pointer.TRIAL:  # it is written down before it starts
        assert after is not at and new["boots"] <= choice.POWER_CUTS + choice.FAILURES
        assert new["failed"] < choice.FAILURES
    lost = [one for one in at["slots"] if one not in after["slots"]]
    assert bool(lost) == (after["reverted"] is not at["reverted"])
    if cause == "powerOn" and len(present) == 2 and at["new"] is None:
        assert after is at  # a power cut changes nothing of what is confirmed
    # and what is left can have an update again, or is about to be decided
    assert pointer.spare(after, slot) or (new and new["state"] != pointer.STAGED)


def test_from_every_state_the_pole_comes_to_rest_by_itself():
    """However the new software ends each time: in so many starts it is undone or confirmed, never tried for ever."""
    for at in reachable().values():
        for cause in ("powerOn", "hard"):
            for _ in range(2 * (choice.POWER_CUTS + choice.FAILURES) + 4):
                _, after = choice.choose(at, cause, 0, pointer.SLOTS)
                if after is at:
                    break
                at = after
            assert after is at, at
