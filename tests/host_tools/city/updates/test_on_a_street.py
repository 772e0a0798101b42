"""Releases rolled out to a simulated street of real firmware over the modelled broker, in virtual time.

The receiver's poles of `update_bench` are real ones here: what they answer is the firmware's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyotp

from host_tools.broker.connection import Message
from host_tools.city.commands.second_person import PERSONS
from host_tools.city.store.rollout_tables import GO_ON, HALT
from host_tools.release.container import Release, pack, unpack
from host_tools.release.manifest import Manifest
from host_tools.release.package import make
from host_tools.site import load_site
from pole.wire import contract
from simulator.engines.releases import know
from simulator.street.street import Street
from tests.bundles import signer
from tests.host_tools.city.updates.update_bench import HEAD, BenchRelease, UpdateBench, site_folder
from tests.simulator.streets import MINUTE_MS, NIGHT, Lived, live
from tests.simulator.updates.releases import Change, files, sources
from tests.town import SAGAR

GOLDENS = ("boot.py", "main.py", "program.mpy", "lib/hand_over.mpy")  # no release has them (release/build.py)
SERIAL = 1_795_530_000_000
SECRET = pyotp.random_base32()
QUIET = {"report.spread": 0}
TURN_S = 2
DIES: Change = ("pole/app.py", "EARLY_DEATHS = 4", "raise ImportError('a fault of ours')\nEARLY_DEATHS = 4")


def release(
    version: str, *changes: Change, window: int = 60, serial: int = SERIAL, downgrade: bool = False
) -> Release:  # fmt: skip
    """The firmware with *changes* as a release for poles of the board `virtual`."""
    app = {path: data for path, data in files(version, *changes).items() if path not in (*GOLDENS, "list")}
    package = make(app)
    know(package.listing, sources(version, *changes))
    size = sum(map(len, app.values()))
    about = Manifest(
        "virtual", package.content, len(package.listing), 6, serial, "sagar", size, version, downgrade, window=window
    )  # fmt: skip
    return unpack(pack({"virtual": about}, {"virtual": package}, signer()), "r.update")


class StreetReceiver(UpdateBench):
    """A receiver on the broker of a simulated street, which turns each two seconds of it, and rolls out *release*.

    Of *all_poles* (number of the first, how many) those of *real* are that street's; the others answer as the bench
    says.  *away*: those of the others which are offline until *back_ms*.
    """

    def __init__(
        self, folder: Path, release: Release, all_poles: tuple[int, int], real: tuple[int, int], *,
        away: Sequence[str] = (), back_ms: int = 0,
    ) -> None:  # fmt: skip
        (folder / PERSONS).write_text(f"meera:{SECRET}\n")
        first, many = all_poles
        site = site_folder(folder, many, first)
        (site / PERSONS).write_text(f"meera:{SECRET}\n")
        self.real = real
        names = [one.name for one in load_site(site).poles]
        self.real_names = names[real[0] - first : real[0] - first + real[1]]
        self.number = 0
        self._release, self._away, self._back_ms = release, [one for one in away if one not in self.real_names], back_ms
        self._network: Any = None
        super().__init__(folder / "store.db", site, without=self.real_names)

    def begin(self, street: Street) -> None:
        self._network, self._street = street.network, street
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
            for pole in self.poles.values():
                pole.live()
            self.turn()

        for name in self._away:
            self.poles[name].leave()
        street.kernel.every(1000 * TURN_S, turn)
        street.kernel.at(2 * MINUTE_MS, self._roll)
        if self._away:
            street.kernel.at(self._back_ms, self._return)

    def _roll(self) -> None:
        agreed = {"second": "meera", "code": pyotp.TOTP(SECRET).now()} if len(self.site.poles) > 50 else {}
        self.number = self.roll_out(self._release, spread=0, soak=60, **agreed)

    def _return(self) -> None:
        self.states_then = self.states(self.number), self.row(self.number)["state"]
        for name in self._away:
            self.poles[name].appear()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        name = topic.split("/")[-2]
        if name not in self.poles:  # a real one, or a piece for all
            self._network.broker.publish(topic, payload, 1, retain)
            if name in self.real_names:
                self.published.append(name)
                return True
        return super().publish(topic, payload, retain)

    def live(self, minutes: float, engine: str = "cpython") -> Lived:
        first, poles = self.real
        return live(
            minutes / 60, poles=poles, first=first, start=NIGHT, begin=self.begin, settings=QUIET, engine=engine
        )


def versions(seen: Lived) -> Counter[str]:
    """What the real poles' last births say that they run."""
    return Counter(seen.said(name, contract.BIRTH)[-1][1]["app"]["version"] for name in seen.street.poles)


FEW = (197, 8)


def test_a_sound_release_is_fetched_tried_and_kept_by_real_poles_in_waves(tmp_path: Path) -> None:
    receiver = StreetReceiver(tmp_path, release("0.2.0"), FEW, FEW)
    seen = receiver.live(30)
    row = receiver.row(receiver.number)
    assert row["state"] == "done", (row, receiver.states(receiver.number), receiver.said)
    assert receiver.states(receiver.number) == {"applied": 8} and versions(seen) == {"0.2.0": 8}
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    receiver.close()


def test_one_that_dies_is_undone_by_the_poles_and_halts_in_the_first_wave(tmp_path: Path) -> None:
    receiver = StreetReceiver(tmp_path, release("0.2.0", DIES), FEW, FEW)
    seen = receiver.live(30)
    row, canary = receiver.row(receiver.number), receiver.waves(receiver.number)[0]
    assert (row["state"], row["wave"]) == ("halted", 0), (row, receiver.states(receiver.number))
    assert "died" in row["answer"] and set(receiver.published) <= set(canary)
    assert versions(seen) == {"0.1.0": 8} and seen.street.darkness.total_minutes() == 0
    receiver.close()


def test_halted_and_gone_on_with_and_taken_back_by_real_poles(tmp_path: Path) -> None:
    receiver = StreetReceiver(tmp_path, release("0.2.0"), FEW, FEW)
    back = release("0.1.0", serial=SERIAL + 1, downgrade=True)
    seen: dict[str, Any] = {}

    def halt() -> None:
        seen["asked"] = receiver.states(receiver.number)
        receiver.ask(receiver.number, HALT)

    def go_on() -> None:
        seen["halted"] = receiver.states(receiver.number), receiver.row(receiver.number)["state"]
        receiver.ask(receiver.number, GO_ON)

    def take_back() -> None:
        seen["done"] = receiver.states(receiver.number), receiver.row(receiver.number)["state"]
        seen["back"] = receiver.take_back(receiver.number, back, spread=0, soak=60)

    def begin(street: Street) -> None:
        receiver.begin(street)
        for minute, what in ((5, halt), (14, go_on), (36, take_back)):  # at 14 min a switch would have been due
            street.kernel.at(minute * MINUTE_MS, what)

    lived = live(66 / 60, poles=FEW[1], first=FEW[0], start=NIGHT, begin=begin, settings=QUIET)
    assert seen["asked"]["accepted"] == len(receiver.waves(receiver.number)[0])
    assert seen["halted"] == ({"waiting": 8}, "halted")
    assert seen["done"] == ({"applied": 8}, "done"), receiver.said
    assert receiver.row(seen["back"])["state"] == "done", (receiver.states(seen["back"]), receiver.said)
    apps = [app["app"] for name in lived.street.poles for _ms, app in lived.said(name, contract.BIRTH)[-1:]]
    assert [(one["version"], one["slot"], one["serial"]) for one in apps] == [("0.1.0", "b", SERIAL + 1)] * 8
    canary = receiver.waves(receiver.number)[0][0]
    outcomes = [ack["outcome"] for ack in lived.acks(canary)]
    assert outcomes == ["accepted", "applied", "accepted", "applied", "accepted", "applied"]  # the second one: stopped
    assert lived.street.failures() == [] and lived.street.darkness.total_minutes() == 0
    receiver.close()


ALL, REAL = (20, 200), (31, 20)  # of two feeders, with a pole of the first wave


def test_a_good_one_reaches_200_poles_of_which_20_are_micropython_and_60_are_offline(tmp_path: Path) -> None:
    names = [one.name for one in load_site(SAGAR).poles][ALL[0] : ALL[0] + ALL[1]]
    others = [name for at, name in enumerate(names, ALL[0]) if not REAL[0] <= at < REAL[0] + REAL[1]]
    receiver = StreetReceiver(tmp_path, release("0.2.0"), ALL, REAL, away=others[::3], back_ms=36 * MINUTE_MS)
    assert len(receiver._away) == 60
    seen = receiver.live(56, "micropython")
    then, state = receiver.states_then
    assert state == "done", then
    assert then == {"applied": 140, "waiting": 60}
    assert receiver.states(receiver.number) == {"applied": 200}, receiver.row(receiver.number)
    assert versions(seen) == {"0.2.0": 20} and receiver.versions() == {"0.2.0": 180}
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    receiver.close()


def test_a_bad_one_halts_among_200_poles_in_the_first_wave(tmp_path: Path) -> None:
    receiver = StreetReceiver(tmp_path, release("0.2.0", DIES), ALL, REAL)
    receiver.releases["0.2.0"] = BenchRelease(does=lambda pole: "dies")
    seen = receiver.live(25, "micropython")
    row, canary = receiver.row(receiver.number), receiver.waves(receiver.number)[0]
    assert (row["state"], row["wave"]) == ("halted", 0), (row, receiver.states(receiver.number))
    assert set(canary) & set(receiver.real_names) and set(receiver.published) <= set(canary)
    assert "died" in row["answer"] and receiver.states(receiver.number)["reverted"] >= 1
    assert versions(seen) == {"0.1.0": 20} and receiver.versions() == {"0.1.0": 180}
    assert seen.street.darkness.total_minutes() == 0
    receiver.close()
