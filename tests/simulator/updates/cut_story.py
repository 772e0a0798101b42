"""A pole's update lived once, and then every cut of the power in it: at each the old software or the new runs, lit.

A story begins when a slot is whole and is staged, and ends when the new software is confirmed, or undone and told.  Its
flash keeps a log of every operation; another pole starts on what a cut leaves of them (tests/simulator/cuts).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pole.update import choice, pointer
from pole.wire import contract
from simulator.hardware import flash as model
from simulator.street.street import Street
from tests.simulator.cuts.story import Moment
from tests.simulator.streets import Lived, live, stored
from tests.simulator.updates.releases import Change, files, fill, install

START = datetime(2026, 11, 24, 20, 0)
HOURS = 0.27
WINDOW_S = 60
LIFE_H = 100 / 3600
LOOK_MS = (3_000, 95_000)
SETTINGS = {"report.spread": 0, "meter.interval": 3600, "clock.floor": 1795500000}
LIT = 0.3  # of the light of a new lamp, at least: one release dims to half
OLD, NEW = "0.1.5", "0.2.0"
DIMS_WRONGLY: Change = (
    "pole/control.py",
    "        dimmer.set(watch.output(lamp.dim) if watch else lamp.dim)",
    "        dimmer.set(lamp.dim // 2)",
)
DIES: Change = (
    "main.py",
    "async def live(ports):",
    'raise RuntimeError("a fault of ours")\n\n\nasync def live(ports):',
)


@dataclass(frozen=True)
class Plot:
    """What happens: *old* is confirmed in slot ``b`` (golden where it is ""), the new release has *changes*.

    *reason* is why it is undone, "" where it is confirmed; *damaged*: it is confirmed, and a byte of it is lost.
    """

    name: str
    old: str = OLD
    changes: tuple[Change, ...] = ()
    reason: str = ""
    damaged: bool = False

    @property
    def versions(self) -> set[str]:
        return {self.old or "0.1.0", NEW}


PLOTS = {
    plot.name: plot
    for plot in (
        Plot("confirmed"),
        Plot("undone on probation", "", (DIMS_WRONGLY,), "lamp"),
        Plot("undone after three tries", OLD, (DIES,), pointer.DIED),
        Plot("damaged", OLD, (), pointer.DAMAGED, True),
    )
}


@dataclass
class Log(list[model.Operation]):
    """Takes the operations of the flash, and notes when each was done."""

    street: Any = None
    moments: list[Moment] = field(default_factory=list)

    def append(self, operation: model.Operation) -> None:
        super().append(operation)
        now_ms = self.street.kernel.now_ms if self.street else 0
        nvs = dict(self.street.poles["P0001"].wiring.chip.nvs._flash) if self.street else {}
        self.moments.append(Moment(now_ms, nvs))


class Story:
    """The update of *plot* on *engine*: the flash before it, every operation, and what was said."""

    hours = HOURS
    life_h = LIFE_H
    options: Mapping[str, Any] = {"settings": SETTINGS}

    def __init__(self, plot: Plot, engine: str) -> None:
        self.plot = plot
        self.engine = engine
        self.log = Log()
        self.image = b""
        self.lived = live(
            self.hours, poles=1, start=START.isoformat(), begin=self._begin, engine=engine, **self.options
        )
        self.after = pointer.read(stored(self.lived.street.poles["P0001"].pole.flash))

    def _begin(self, street: Street) -> None:
        flash = street.poles["P0001"].pole.flash
        store = stored(flash)
        if self.plot.old:
            install(flash, "b", self.plot.old)
        if self.plot.damaged:
            store = install(flash, "a", NEW)
            text = bytearray(store.read("a/lib/resident.mpy") or b"")
            text[1000] ^= 1
            store.write("a/lib/resident.mpy", bytes(text))
        else:
            fill(store, "a", files(NEW, *self.plot.changes))
        self.image = bytes(flash.image())
        flash.log = self.log
        if not self.plot.damaged:
            pointer.stage(stored(flash), "a", NEW, 1, {"window": WINDOW_S, "spread": 0})
        self.log.street = street

    @property
    def cuts(self) -> int:
        """Before and in the middle of every operation, and after the last."""
        return 2 * len(self.log) + 1

    def images(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytearray]]:
        """What the cuts *numbers*, which ascend, leave on the flash: 2 n comes before operation n, 2 n + 1 in it."""
        image, done = bytearray(self.image), 0
        for number in numbers:
            while done < number // 2:
                model.apply(image, self.log[done])
                done += 1
            left = bytearray(image)
            if number % 2:
                model.tear(left, self.log[done])
            yield number, left

    def sweep(self, numbers: Iterable[int]) -> int:
        """Tries the cuts *numbers*, which ascend; how many these were."""
        tried = 0
        for number, image in self.images(numbers):
            try:
                self._check(number, image)
            except Exception as error:
                error.add_note(f"{self.plot.name}: cut {number} of {self.cuts} on {self.engine}")
                raise
            tried += 1
        return tried

    def _check(self, number: int, image: bytearray) -> None:
        moment = self.log.moments[min(number // 2, len(self.log) - 1)]
        at = pointer.read(stored(model.Flash(image=image)))
        seen: dict[int, float] = {}

        def begin(street: Street) -> None:
            stage = street.poles["P0001"]
            stage.pole.flash.load(image)
            stage.wiring.chip.nvs._flash = dict(moment.nvs)
            self._again(street)
            for ms in LOOK_MS:
                street.kernel.at(ms, lambda ms=ms: seen.__setitem__(ms, stage.plant.light(ms)))

        off_s = -(-(moment.ms + 2000) // 1000)
        lived = live(
            self.life_h, poles=1, start=(START + timedelta(seconds=off_s)).isoformat(), begin=begin,
            engine=self.engine, seed=number + 1, **self.options,
        )  # fmt: skip
        self._holds(at, lived, seen)

    def _again(self, street: Street) -> None:
        """What the city does in the life after a cut."""

    def _holds(self, at: dict[str, Any], lived: Lived, seen: dict[int, float]) -> None:
        street = lived.street
        assert street.failures() == [] and street.resets()["watchdog"] == 0
        assert street.darkness.total_minutes() == 0
        assert all(light > LIT for light in seen.values()), seen
        ran = [birth["firmware"] for _ms, birth in lived.said("P0001", contract.BIRTH)]
        assert ran and set(ran) <= self.plot.versions, ran
        # it is the software that what is on the flash speaks for
        present = ("b",) if self.plot.damaged else pointer.SLOTS
        if DIES not in self.plot.changes:
            slot, _after = choice.choose(at, "powerOn", 0, present)
            assert ran[0] == (at["slots"][slot][0] if slot else "0.1.0"), (slot, ran)
        else:
            assert set(ran) == {self.plot.old}
        self._is_sound(pointer.read(stored(street.poles["P0001"].pole.flash)))

    def _is_sound(self, after: dict[str, Any]) -> None:
        """The pointer afterwards: nothing of the old software is lost, and what is undone is not tried again."""
        if self.plot.old:
            assert "b" in after["run"]
        if self.plot.reason and "a" in after["run"]:
            raise AssertionError("software that was to be undone is confirmed")
