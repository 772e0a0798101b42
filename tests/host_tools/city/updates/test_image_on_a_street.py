"""A MicroPython image rolled out to a simulated street: real firmware, flashes with room for two images or for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from host_tools.city.store.rollout_tables import GO_ON
from host_tools.city.updates import update_report
from host_tools.field.images import otadata
from host_tools.release.container import Release
from pole.update import image as images
from pole.wire import contract
from simulator.street.street import Street
from tests.host_tools.city.updates.test_on_a_street import FEW, QUIET, StreetReceiver
from tests.simulator.streets import NIGHT, Lived, live
from tests.simulator.updates.test_images import release
from tests.simulator.updates.two_images import BOARD, Noted, TwoImages, refit

OLD, NEW = "1.24.1", "1.99.1"
SMALL = "esp32-devkitc"  # 4 MB: one image


@pytest.fixture(autouse=True)
def chips(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Poles say the version of the image that their bootloader started; what their flashes are in is closed."""
    monkeypatch.setattr(images, "version", lambda: {"ota_0": OLD, "ota_1": NEW}[images.running().info()[4]])
    yield
    while Noted.open:
        Noted.open.pop().close()


class ImageReceiver(StreetReceiver):
    """Rolls *image* out to a street whose poles have *boards* in turn; those called in *single* have room for one."""

    def __init__(
        self, folder: Path, image: Release, *, boards: tuple[str, ...] = (BOARD,), single: tuple[int, ...] = ()
    ) -> None:  # fmt: skip
        super().__init__(folder, image, FEW, FEW)
        self.image, self.boards, self._single = image, boards, single
        self.flashes: dict[str, TwoImages] = {}
        self.when: list[tuple[float, Callable[[], None]]] = []  # minute, what is done then

    def begin(self, street: Street) -> None:
        super().begin(street)
        for at, name in enumerate(street.poles):
            if self.boards[at % len(self.boards)] == BOARD and at not in self._single:
                self.flashes[name] = refit(street, name)
        for minute, what in self.when:
            street.kernel.at(round(minute * 60_000), what)

    def live(self, minutes: float, engine: str = "cpython") -> Lived:
        return live(
            minutes / 60, poles=FEW[1], first=FEW[0], start=NIGHT, begin=self.begin, settings=QUIET, engine=engine,
            board=self.boards,
        )  # fmt: skip

    def booted(self) -> Counter[str]:
        return Counter(one.running() for one in self.flashes.values())

    def report(self) -> update_report.Report:
        with self.record.transaction() as connection:
            return update_report.report(connection, "sagar", self.number)


def births(seen: Lived) -> list[dict[str, Any]]:
    return [seen.said(name, contract.BIRTH)[-1][1] for name in seen.street.poles]


def test_a_sound_image_is_fetched_tried_and_kept_in_waves(tmp_path: Path) -> None:
    receiver = ImageReceiver(tmp_path, release(NEW))
    early: list[str] = []

    def look() -> None:
        """Nobody is said to run it before its chip has started it."""
        for name, one in receiver.shares(receiver.number).items():
            if one.state in ("applied", "there") and receiver.flashes[name].running() != "ota_1":
                early.append(name)

    receiver.when = [(minute / 4, look) for minute in range(9, 200)]
    seen = receiver.live(50)
    row = receiver.row(receiver.number)
    assert early == []
    assert row["state"] == "done", (row, receiver.states(receiver.number), receiver.said)
    assert receiver.states(receiver.number) == {"applied": 8} and receiver.booted() == {"ota_1": 8}
    assert {one.state_of("ota_1") for one in receiver.flashes.values()} == {otadata.VALID}
    assert {birth["image"]["version"] for birth in births(seen)} == {NEW}
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    receiver.close()


def test_one_that_never_gets_to_micropython_halts_in_the_first_wave(tmp_path: Path) -> None:
    image = release(NEW)
    receiver = ImageReceiver(tmp_path, image)

    def dead() -> None:
        for flash in receiver.flashes.values():
            flash.dead.add(image.package(BOARD).image)  # type: ignore[union-attr]

    receiver.when = [(0.1, dead)]
    seen = receiver.live(40)
    row, canary = receiver.row(receiver.number), receiver.waves(receiver.number)[0]
    assert (row["state"], row["wave"]) == ("halted", 0), (row, receiver.states(receiver.number))
    assert "died" in row["answer"] and set(receiver.published) <= set(canary)
    assert receiver.booted() == {"ota_0": 8} and seen.street.darkness.total_minutes() == 0
    [gone, *_] = receiver.report().bad
    assert (gone.state, gone.reason, receiver.report().version(gone)) == ("reverted", "died", OLD)
    receiver.close()


def test_boards_with_4_mb_are_left_out_with_the_reason_and_one_that_was_flashed_so_refuses(tmp_path: Path) -> None:
    """Every other pole has 4 MB; the last of the others has a chip with 8 MB that was flashed with the small table."""
    image = release(NEW)
    receiver = ImageReceiver(tmp_path, image, boards=(BOARD, SMALL), single=(6,))
    halted: list[str] = []

    def go_on() -> None:
        row = receiver.row(receiver.number)
        if row["state"] == "halted" and not halted:
            halted.append(row["answer"])
            receiver.ask(receiver.number, GO_ON)

    receiver.when = [(minute, go_on) for minute in range(3, 50)]
    seen = receiver.live(50)
    refused, row, report = receiver.real_names[6], receiver.row(receiver.number), receiver.report()
    assert halted and "1 of 4 poles refused the release" in halted[0] and f"{refused} badField" in halted[0]
    assert row["state"] == "done" and report.states == {"applied": 3, "rejected": 1}, (row, report.states)
    assert all(one.pole not in receiver.real_names[1::2] for one in report.shares)
    [bad] = report.bad
    assert bad.pole == refused
    assert "room for one MicroPython alone (4 MB), which is exchanged at its USB port" in bad.detail
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    receiver.close()
