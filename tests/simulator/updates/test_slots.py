"""Golden starts the app in a slot, or what stands behind it: on both engines, over real littlefs, the lamp lit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pole.update import choice, pointer
from pole.wire import contract
from simulator.street.street import Street
from tests.simulator.streets import NIGHT, Lived, live, stored
from tests.simulator.updates.releases import install

ENGINES = ("cpython", "micropython")
DIES = ("main.py", "async def live(ports):", 'raise RuntimeError("a fault of ours")\n\n\nasync def live(ports):')


def lived(engine: str, begin: Callable[[Any], object], hours: float = 0.1, poles: int = 1) -> Lived:
    """Poles at night; *begin* has the flash of the first."""

    def before(street: Street) -> None:
        begin(street.poles["P0001"].pole.flash)

    return live(hours, poles=poles, start=NIGHT, begin=before, engine=engine)


def versions(lived: Lived, pole: str = "P0001") -> list[str]:
    return [birth["firmware"] for _ms, birth in lived.said(pole, contract.BIRTH)]


def left(lived: Lived) -> dict[str, Any]:
    """The pointer at the end."""
    return pointer.read(stored(lived.street.poles["P0001"].pole.flash))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_confirmed_slot_runs_and_nobody_sees_it_start(engine: str) -> None:
    seen = lived(engine, lambda flash: install(flash, "a", "0.2.0"))
    assert versions(seen) == ["0.2.0"]
    assert seen.street.failures() == [] and seen.street.resets() == {"powerOn": 1}
    assert seen.street.darkness.total_minutes() == 0


def test_nothing_of_golden_stays_in_memory() -> None:
    golden, slot = (
        lived("micropython", begin).street.poles["P0001"].pole.heap_live[0]
        for begin in (lambda flash: None, lambda flash: install(flash, "a", "0.2.0"))
    )
    assert abs(slot - golden) < 2000  # its modules take 22,000 there


@pytest.mark.parametrize("engine", ENGINES)
def test_a_damaged_slot_is_never_started(engine: str) -> None:
    """One byte of one file is another: the slot before runs, and where that is damaged too, golden."""

    def both(damaged: str) -> Callable[[Any], None]:
        def begin(flash: Any) -> None:
            install(flash, "b", "0.1.5")
            store = install(flash, "a", "0.2.0")
            for slot in damaged:
                path = f"{slot}/lib/resident.mpy"
                data = bytearray(store.read(path) or b"")
                data[len(data) // 2] ^= 1
                store.write(path, data)

        return begin

    for damaged, version in (("a", "0.1.5"), ("ab", "0.1.0")):
        seen = lived(engine, both(damaged))
        assert versions(seen) == [version] and seen.street.failures() == []
        assert left(seen)["reverted"]["reason"] == pointer.DAMAGED
        assert seen.street.darkness.total_minutes() == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_new_slot_that_dies_at_import_is_undone_after_three_starts(engine: str) -> None:
    seen = lived(engine, lambda flash: install(flash, "a", "0.2.0", DIES, state=pointer.GO))
    assert seen.street.resets() == {"powerOn": 1, "reset": choice.FAILURES}
    assert versions(seen) == ["0.1.0"]
    after = left(seen)
    assert after["reverted"]["reason"] == pointer.DIED and after["new"] is None and after["run"] == []
    assert seen.street.darkness.total_minutes() == 0
    # the reason is in the event of the reset
    [event] = [one for _ms, one in seen.said("P0001", contract.EVENT) if one["eventType"] == "deviceReset"]
    assert event["attributes"]["lastWords"] == "RuntimeError: a fault of ours"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_confirmed_slot_that_always_dies_makes_room_for_golden(engine: str) -> None:
    seen = lived(engine, lambda flash: install(flash, "a", "0.2.0", DIES))
    assert seen.street.resets() == {"powerOn": 1, "reset": choice.FALL_BACK}
    assert versions(seen) == ["0.1.0"] and left(seen)["run"] == []
    assert not seen.said("P0001", contract.BIRTH)[0][1]["safeMode"]  # golden has not died
    assert seen.street.darkness.total_minutes() == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_what_cannot_be_written_down_is_not_tried(engine: str) -> None:
    def begin(flash: Any) -> None:
        install(flash, "a", "0.2.0", state=pointer.GO)
        flash.protected = True

    seen = lived(engine, begin)
    assert versions(seen) == ["0.1.0"] and seen.street.failures() == []


@pytest.mark.parametrize("engine", ENGINES)
def test_poles_side_by_side_run_different_releases(engine: str) -> None:
    def begin(street: Street) -> None:
        install(street.poles["P0001"].pole.flash, "a", "0.2.0")
        install(street.poles["P0002"].pole.flash, "b", "0.3.0")

    seen = live(0.1, poles=3, start=NIGHT, begin=begin, engine=engine)
    assert [versions(seen, name) for name in seen.street.poles] == [["0.2.0"], ["0.3.0"], ["0.1.0"]]
