"""New software whose own probation never decides is restarted by golden's timer, which good software takes away."""

from __future__ import annotations

from pole.update import choice, pointer
from pole.wire import contract
from simulator.street.street import Street
from tests.simulator.streets import HOUR_MS, NIGHT, live, stored
from tests.simulator.updates.releases import Change, install

NEVER: Change = (
    "pole/update/advance.py",
    "    since_ms = aio.ticks_diff(ticks, notes[health.BEGAN])\n    at = facts[-1]\n",
    "    return LOOK_MS\n    since_ms = aio.ticks_diff(ticks, notes[health.BEGAN])\n    at = facts[-1]\n",
)


def test_a_probation_that_never_decides_is_ended_and_one_that_does_is_left_alone() -> None:
    a_day("cpython")


def a_day(engine: str) -> None:
    """Lives it, on *engine*: of the three restarts that undo new software two are over."""

    def begin(street: Street) -> None:
        for pole, changes in (("P0001", [NEVER]), ("P0002", [])):
            flash = street.poles[pole].pole.flash
            store = install(flash, "a", "0.2.0", *changes, window=120, state=pointer.STAGED)
            at = pointer.read(store)
            at["new"]["state"] = pointer.TRIAL
            at["new"]["failed"] = at["new"]["boots"] = choice.FAILURES - 1
            at["new"]["detail"]["last"] = [100, "calendar", 10000, None, [], [], None]
            pointer.write(store, at)

    seen = live(
        26, poles=2, start=NIGHT, begin=begin, engine=engine, settings={"report.spread": 0, "meter.interval": 3600}
    )
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    births = {pole: [(ms // HOUR_MS, birth["firmware"]) for ms, birth in seen.said(pole, contract.BIRTH)]
              for pole in seen.street.poles}  # fmt: skip
    bad, good = births.values()
    assert bad[0] == (0, "0.2.0") and bad[-1] == (25, "0.1.0") and {when for when, _ in bad} == {0, 25}
    assert {version for _, version in good} == {"0.2.0"}
    left = {pole: pointer.read(stored(stage.pole.flash)) for pole, stage in seen.street.poles.items()}
    assert left["P0001"]["reverted"] == {"from": "0.2.0", "reason": pointer.DIED, "told": True}
    assert left["P0002"]["run"] == ["a"] and left["P0002"]["new"] is None
    assert seen.street.resets() == {"powerOn": 2, "reset": 1}
