"""Releases rolled out to a simulated street of real firmware over the modelled broker, in virtual time.

The receiver's poles of `update_bench` are real ones here: what they answer is the firmware's own.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from host_tools.broker.connection import Message
from host_tools.release.container import Release, pack, unpack
from host_tools.release.manifest import Manifest
from host_tools.release.package import make
from pole.wire import contract
from simulator.engines.releases import know
from simulator.street.street import Street
from tests.bundles import signer
from tests.host_tools.city.updates.update_bench import HEAD, UpdateBench, site_folder
from tests.simulator.streets import MINUTE_MS, NIGHT, Lived, live
from tests.simulator.updates.releases import Change, files, sources

GOLDENS = ("boot.py", "main.py", "program.mpy", "lib/hand_over.mpy")  # no release has them (release/build.py)
SERIAL = 1_795_530_000_000
QUIET = {"report.spread": 0}
TURN_S = 2
DIES: Change = (
    "main.py",
    "async def live(ports):",
    'raise RuntimeError("a fault of ours")\n\n\nasync def live(ports):',
)


def release(version: str, *changes: Change, window: int = 60) -> Release:
    """The firmware with *changes* as a release for poles of the board `virtual`."""
    app = {path: data for path, data in files(version, *changes).items() if path not in (*GOLDENS, "list")}
    package = make(app)
    know(package.listing, sources(version, *changes))
    size = sum(map(len, app.values()))
    about = Manifest("virtual", package.content, len(package.listing), 6, SERIAL, "sagar", size, version, window=window)
    return unpack(pack({"virtual": about}, {"virtual": package}, signer()), "r.update")


class StreetReceiver(UpdateBench):
    """A receiver on the broker of a simulated street, which turns each two seconds of it, and rolls out *release*."""

    def __init__(self, folder: Path, poles: int, first: int, release: Release) -> None:
        site = site_folder(folder, poles, first)
        super().__init__(folder / "store.db", site, poles=False)
        self.number = 0
        self._release = release
        self._network: Any = None
        self.at: dict[str, int] = {}

    def begin(self, street: Street) -> None:
        self._network = street.network
        for stage in street.poles.values():
            (stage.pole.folder / "vfs" / "update.pem").write_bytes(self._release.public)
        heard = self._network.broker._heard

        def hear(topic: str, payload: bytes) -> None:
            heard(topic, payload)
            if topic.startswith(HEAD) and not topic.endswith(("/command", "/meter", "/update")):
                self._waiting.append(Message(topic, payload, False))

        self._network.broker._heard = hear

        def turn() -> None:
            self.now = street.time.start_unix + street.kernel.now_ms // 1000
            self.steady += TURN_S
            self.turn()

        street.kernel.every(1000 * TURN_S, turn)
        street.kernel.at(2 * MINUTE_MS, self._roll)

    def _roll(self) -> None:
        self.number = self.roll_out(self._release, spread=0, soak=60)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        if topic.endswith("/update"):
            self.published.append(topic.split("/")[-2])
        self._network.broker.publish(topic, payload, 1, retain)
        return True


def lived(receiver: StreetReceiver, poles: int, first: int, minutes: float, engine: str = "cpython") -> Lived:
    return live(
        minutes / 60, poles=poles, first=first, start=NIGHT, begin=receiver.begin, settings=QUIET, engine=engine
    )


def versions(seen: Lived) -> Counter[str]:
    """What the poles' last births say that they run."""
    return Counter(seen.said(name, contract.BIRTH)[-1][1]["app"]["version"] for name in seen.street.poles)


POLES, FIRST = 8, 197


def test_a_sound_release_is_fetched_tried_and_kept_by_real_poles_in_waves(tmp_path: Path) -> None:
    receiver = StreetReceiver(tmp_path, POLES, FIRST, release("0.2.0"))
    seen = lived(receiver, POLES, FIRST, 60)
    row = receiver.row(receiver.number)
    assert row["state"] == "done", (row, receiver.states(receiver.number), receiver.said)
    assert receiver.states(receiver.number) == {"applied": POLES} and versions(seen) == {"0.2.0": POLES}
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    receiver.close()


def test_one_that_dies_is_undone_by_the_poles_and_halts_in_the_first_wave(tmp_path: Path) -> None:
    receiver = StreetReceiver(tmp_path, POLES, FIRST, release("0.2.0", DIES))
    seen = lived(receiver, POLES, FIRST, 40)
    row, canary = receiver.row(receiver.number), receiver.waves(receiver.number)[0]
    assert (row["state"], row["wave"]) == ("halted", 0), (row, receiver.states(receiver.number))
    assert "died" in row["answer"] and set(receiver.published) <= set(canary)
    assert versions(seen) == {"0.1.0": POLES} and seen.street.darkness.total_minutes() == 0
    receiver.close()
