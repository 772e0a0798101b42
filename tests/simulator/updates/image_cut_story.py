"""The update of a MicroPython image lived once, and then every cut of the power in it: a sound image starts, lit.

The story begins before the manifest comes, and ends when the image is confirmed, or undone and told.  Both the data
partition and all else of the chip's flash keep a log; the operations of the bootloader itself are in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from host_tools.field.images import esp_image, otadata
from host_tools.release import Release
from pole.update import image as images
from pole.wire import contract
from simulator.hardware import flash as model
from simulator.street.street import Street
from tests.bundles import signer
from tests.host_tools.broker.test_mosquitto_config import HEAD
from tests.simulator.streets import City, Lived, live, stored
from tests.simulator.updates.cut_story import LIFE_H, LIT, LOOK_MS, START, Log
from tests.simulator.updates.test_images import KEY, SERIAL, SETTINGS, dims_on_the_new
from tests.simulator.updates.two_images import BEHIND, BOARD, TABLE, Noted, TwoImages, refit

HOURS = 0.3


@dataclass(frozen=True)
class Plot:
    """*dead*: the new image never gets to MicroPython; *dim*: the lamp gives less light on it."""

    name: str
    dead: bool = False
    dim: bool = False

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it may be undone."""
        return ("died",) if self.dead else ("newFault", "meter") if self.dim else ()


PLOTS = {one.name: one for one in (Plot("confirmed"), Plot("dies", dead=True), Plot("undone on probation", dim=True))}


class Story:
    """The update of *plot* with the image of *release* on *engine*."""

    def __init__(self, plot: Plot, release: Release, engine: str) -> None:
        self.plot, self.engine = plot, engine
        self.release = release
        self.image: bytes = release.package(BOARD).image  # type: ignore[union-attr]
        self.log = Log()
        self.data, self.chip = b"", b""
        self.flash: TwoImages | None = None
        self.lived = live(
            HOURS, poles=1, start=START.isoformat(), begin=self._begin, engine=engine, board=BOARD,
            settings={**SETTINGS, "meter.interval": 3600}, files={"update.pem": signer().public},
        )  # fmt: skip

    def _begin(self, street: Street) -> None:
        flash = self.flash = refit(street)
        self._spoil(street, flash)
        self.data, self.chip = bytes(flash.image()), flash.chip.read(0, flash.chip.size)
        self._send(street)
        self.log.street = street
        flash.log = flash.chip.log = self.log

    def _spoil(self, street: Street, flash: TwoImages) -> None:
        if self.plot.dead:
            flash.dead.add(self.image)
        if self.plot.dim:
            dims_on_the_new(street, flash)

    def _send(self, street: Street) -> None:
        network = cast(Any, street.network)
        for topic, data in self.release.pieces(BOARD):
            street.kernel.at(
                1000, lambda topic=topic, data=data: network.broker.publish(f"{HEAD}/{topic}", data, 1, True)
            )
        body = json.dumps({**self.release.message(BOARD), "spread": 0})
        City(street).seal(20_000, f"{HEAD}/P0001/update", SERIAL, body, KEY, retain=True)

    @property
    def cuts(self) -> int:
        """Before and in the middle of every operation, and after the last."""
        return 2 * len(self.log) + 1

    def flashes(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytearray, bytearray]]:
        """(number, data partition, the chip's flash) as the cuts *numbers*, which ascend, leave them."""
        data, chip, done = bytearray(self.data), bytearray(self.chip), 0
        for number in numbers:
            while done < number // 2:
                self._do(data, chip, self.log[done], model.apply)
                done += 1
            left = bytearray(data), bytearray(chip)
            if number % 2:
                self._do(*left, self.log[done], model.tear)
            yield number, *left

    @staticmethod
    def _do(data: bytearray, chip: bytearray, one: model.Operation, how: Any) -> None:
        if one.at >= BEHIND:
            how(chip, one._replace(at=one.at - BEHIND))
        else:
            how(data, one)

    def sweep(self, numbers: Iterable[int]) -> int:
        """Tries the cuts *numbers*, which ascend; how many these were."""
        tried = 0
        for number, data, chip in self.flashes(numbers):
            try:
                self._check(number, data, chip)
            except Exception as error:
                error.add_note(f"{self.plot.name}: cut {number} of {self.cuts} on {self.engine}")
                raise
            tried += 1
        return tried

    def _check(self, number: int, data: bytearray, chip: bytearray) -> None:
        moment = self.log.moments[min(number // 2, len(self.log) - 1)]
        seen: dict[int, float] = {}
        flashes: list[TwoImages] = []

        def begin(street: Street) -> None:
            stage = street.poles["P0001"]
            flash = refit(street)
            flashes.append(flash)
            self._spoil(street, flash)
            flash.load(data)
            flash.chip.erase(0, flash.chip.size)
            flash.chip.program(0, chip)
            stage.wiring.chip.nvs._flash = dict(moment.nvs)
            for ms in LOOK_MS:
                street.kernel.at(ms, lambda ms=ms: seen.__setitem__(ms, stage.plant.light(ms)))

        off_s = -(-(moment.ms + 2000) // 1000)
        lived = live(
            LIFE_H, poles=1, start=(START + timedelta(seconds=off_s)).isoformat(), begin=begin, engine=self.engine,
            board=BOARD, settings={**SETTINGS, "meter.interval": 3600}, files={"update.pem": signer().public},
            seed=number + 1,
        )  # fmt: skip
        self._holds(lived, flashes[0], seen)
        while len(Noted.open) > 1:  # that of the story is needed still
            Noted.open.pop().close()

    def _holds(self, lived: Lived, flash: TwoImages, seen: dict[int, float]) -> None:
        street = lived.street
        assert street.failures() == [] and street.resets()["watchdog"] == 0
        assert street.darkness.total_minutes() == 0
        assert all(light > LIT for light in seen.values()), seen
        assert lived.said("P0001", contract.BIRTH), "the app has not started"
        # what runs is one of the two, whole, and either of them is good to start again
        here = flash.running()
        at = TABLE[here]
        found = esp_image.read(flash.chip.read(at.offset, at.size), here)
        if here == "ota_1":
            assert flash.image_in(here, found.size) == self.image and not self.plot.dead
            assert flash.state_of(here) in (otadata.PENDING, otadata.VALID)
        else:
            assert flash.state_of(here) in (otadata.VALID, None)
        state = images.read(stored(street.poles["P0001"].pole.flash))
        assert state is None or state[images.REASON] in ("", *self.plot.reasons)
