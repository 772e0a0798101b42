"""New software whose own probation never decides is restarted by golden's timer, which good software takes away."""

from __future__ import annotations

import pytest

from pole.update import choice, pointer
from pole.wire import contract
from simulator.engines import micropython
from simulator.street.street import Street
from tests.simulator.streets import HOUR_MS, NIGHT, live, stored
from tests.simulator.updates.releases import Change, install, sources

NEVER: Change = (
    "pole/update/advance.py",
    "    since_ms = aio.ticks_diff(ticks, notes[BEGAN])\n    at = facts[-1]\n",
    "    return LOOK_MS\n    since_ms = aio.ticks_diff(ticks, notes[BEGAN])\n    at = facts[-1]\n",
)


SOON: Change = ("pole/drivers/chip/maintenance.py", "_DECIDED_MS = const(90000000)", "_DECIDED_MS = const(600000)")


def test_a_probation_that_never_decides_is_ended_after_25_hours_and_one_that_does_is_left_alone() -> None:
    life("cpython", 26, 25 * HOUR_MS)


def test_golden_s_timer_ends_it_on_micropython(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a golden that waits for ten minutes."""
    monkeypatch.setattr(micropython, "FIRMWARE", sources("0.1.0", SOON))
    life("micropython", 0.25, 600_000)


def life(engine: str, hours: float, at_ms: int) -> None:
    """Lives it on *engine*, where two of the three restarts that undo new software are over; the last is at *at_ms*."""

    def begin(street: Street) -> None:
        for pole, changes in (("P0001", [NEVER]), ("P0002", [])):
            flash = street.poles[pole].pole.flash
            store = install(flash, "a", "0.2.0", *changes, window=120, state=pointer.TRIAL)
            at = pointer.read(store)
            at["new"]["failed"] = at["new"]["boots"] = choice.FAILURES - 1
            at["new"]["detail"]["last"] = [100, "calendar", 10000, None, [], [], None]
            pointer.write(store, at)

    seen = live(
        hours, poles=2, start=NIGHT, begin=begin, engine=engine, settings={"report.spread": 0, "meter.interval": 3600}
    )
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    assert seen.street.resets() == {"powerOn": 2, "reset": 1}
    ran = {
        pole: {(birth["firmware"], ms >= at_ms) for ms, birth in seen.said(pole, contract.BIRTH)}
        for pole in seen.street.poles
    }
    assert ran == {"P0001": {("0.2.0", False), ("0.1.0", True)}, "P0002": {("0.2.0", False)}}
    left = {pole: pointer.read(stored(stage.pole.flash)) for pole, stage in seen.street.poles.items()}
    assert left["P0001"]["reverted"] == {"from": "0.2.0", "reason": pointer.DIED, "told": True}
    assert left["P0002"]["run"] == ["a"] and left["P0002"]["new"] is None
