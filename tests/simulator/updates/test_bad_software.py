"""Software that is bad, each in its own way, is undone by the pole alone, and the plant judges the lamp."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest

from pole.update import health, pointer
from pole.wire import contract
from simulator.engines import micropython
from simulator.street.street import Street
from tests.simulator.streets import NIGHT, Lived, live, stored, watch_light
from tests.simulator.updates.releases import Change, install

CONTROL = "pole/control.py"
TURN = "        ticks = failures.now = aio.ticks_ms()"
WINDOW_S = 120


@dataclass(frozen=True)
class Bad:
    """The *change* that makes it bad, why it is undone, and for how many seconds no lamp or half of one may be seen."""

    change: Change
    reason: str
    dark_s: int = 0
    resets: int = 2


BAD = {
    "dies at import": Bad(
        ("pole/app.py", "EARLY_DEATHS = 4", "raise ImportError('a fault of ours')\nEARLY_DEATHS = 4"),
        pointer.DIED,
        resets=4,
    ),
    "a module fills the heap": Bad(
        ("pole/app.py", "EARLY_DEATHS = 4", f"EARLY_DEATHS = 4\n_TEXT = {'x' * 200_000!r}"),
        pointer.DIED,
        resets=4,
    ),
    "leaks until it dies": Bad(
        (CONTROL, TURN, TURN + "\n        parts.hoard = [bytearray(3000), getattr(parts, 'hoard', None)]"),
        pointer.DIED,
        resets=4,
    ),
    "hangs": Bad(
        (CONTROL, TURN, TURN + "\n        while ticks > 100000:\n            pass"),
        pointer.DIED,
        resets=4,
    ),
    "opens the relay": Bad(
        (CONTROL, "        relay.set(lamp.relay)", "        relay.set(False)"), health.LAMP, dark_s=30
    ),
    "wants no light": Bad(
        ("pole/lighting/arbiter.py", "            level = switch.level\n", "            level = 0\n"),
        health.LAMP,
        dark_s=30,
    ),
    "dims wrongly": Bad(
        ("pole/drivers/output/dimmer.py", "* _FULL + 5000) // 10000", "* _FULL + 5000) // 30000"), health.LAMP
    ),
    "never comes online": Bad(
        (
            "pole/link/session.py",
            "            await aio.sleep_ms(self._random.below(self.backoff_ms() + 1))",
            "            await aio.sleep_ms(3600000)",
        ),
        pointer.NOT_ONLINE,
    ),
}


@cache
def lived(name: str) -> tuple[Lived, list[tuple[int, float]]]:
    """A night's half hour with that software in a slot, and the light as it changed."""
    seen = {}

    def begin(street: Street) -> None:
        flash = street.poles["P0001"].pole.flash
        install(flash, "a", "0.2.0", BAD[name].change, window=WINDOW_S, state=pointer.STAGED)
        seen.update(watch_light(street))

    out = live(0.4, poles=1, start=NIGHT, begin=begin, engine="micropython", settings={"report.spread": 0})
    return out, seen["P0001"]


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_software_is_undone_by_the_pole_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = BAD[name]
    monkeypatch.setattr(micropython, "PATIENCE_S", 3.0)  # processor seconds: what hangs takes four times as many
    seen, lights = lived(name)
    after = pointer.read(stored(seen.street.poles["P0001"].pole.flash))
    assert after["new"] is None and after["run"] == []
    assert after["reverted"] == {"from": "0.2.0", "reason": bad.reason, "told": True}
    resets = seen.street.resets()
    assert resets["reset"] + resets["watchdog"] == bad.resets
    # it is told: by an event, and by birth
    told = [event for _ms, event in seen.said("P0001", contract.EVENT) if event["eventType"] == "updateReverted"]
    assert {tuple(sorted(event["attributes"].items())) for event in told} == {
        (("from", "0.2.0"), ("reason", bad.reason), ("to", "0.1.0"))
    }
    birth = seen.said("P0001", contract.BIRTH)[-1][1]
    assert birth["firmware"] == "0.1.0" and birth["app"]["reverted"] == bad.reason
    assert birth["app"]["slot"] == "" and not birth["app"]["probation"]
    # the lamp
    assert seen.street.darkness.total_minutes() * 60 <= bad.dark_s
    assert lights[-1][1] > 0.9
    if not bad.dark_s and bad.reason != health.LAMP:
        assert all(light > 0.9 for _ms, light in lights)
