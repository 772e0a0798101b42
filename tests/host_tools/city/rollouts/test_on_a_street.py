"""Rollouts to a simulated street of real firmware over the modelled broker, in virtual time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from host_tools.broker.connection import Message
from pole.wire import contract
from simulator.street.street import Street
from tests.host_tools.city.rollouts.rolling_bench import HEAD, RollingBench, site_folder
from tests.simulator.streets import MINUTE_MS, NIGHT, Lived, live

POLES, FIRST = 8, 197  # some of a market, most of them residential, on two feeders
QUIET = {"report.spread": 0}
TURN_S = 2


class StreetReceiver(RollingBench):
    """A receiver on the broker of a simulated street, which turns each two seconds of it."""

    def __init__(self, folder: Path, broker: str) -> None:
        site = site_folder(folder, POLES, FIRST)
        text = (site / "site.toml").read_text()
        (site / "site.toml").write_text(text.replace("mqtt://127.0.0.1:1883", broker))
        super().__init__(folder / "store.db", site, poles=False)
        self.number = 0
        self._network: Any = None

    def begin(self, street: Street) -> None:
        self._network = street.network
        heard = self._network.broker._heard

        def hear(topic: str, payload: bytes) -> None:
            heard(topic, payload)
            if topic.startswith(HEAD) and not topic.endswith(("/command", "/meter")):
                self._waiting.append(Message(topic, payload, False))

        self._network.broker._heard = hear

        def turn() -> None:
            self.now = street.time.start_unix + street.kernel.now_ms // 1000
            self.steady += TURN_S
            self.turn()

        street.kernel.every(1000 * TURN_S, turn)
        street.kernel.at(2 * MINUTE_MS, self._roll)

    def _roll(self) -> None:
        self.number = self.roll_out(self.edited(72))

    def _deliver(self, topic: str, payload: bytes) -> None:
        self._network.broker.publish(topic, payload, 1, True)


def street(tmp_path: Path, broker: str, minutes: float) -> tuple[StreetReceiver, Lived]:
    receiver = StreetReceiver(tmp_path, broker)
    lived = live(minutes / 60, poles=POLES, first=FIRST, start=NIGHT, begin=receiver.begin, settings=QUIET)
    assert lived.street.failures() == []
    return receiver, lived


def test_an_edited_programme_reaches_real_poles_in_waves_and_they_say_so_themselves(tmp_path: Path) -> None:
    receiver, lived = street(tmp_path, "mqtt://broker.invalid:1883", 9)
    row, waves = receiver.row(receiver.number), receiver.waves(receiver.number)
    assert row["state"] == "done", (row, receiver.states(receiver.number), receiver.said)
    assert set(receiver.states(receiver.number).values()) == {"applied"} and len(waves) >= 2
    born: dict[int, list[int]] = {}
    for wave, names in waves.items():
        for name in names:
            at, last = lived.said(name, contract.BIRTH)[-1]
            born.setdefault(wave, []).append(at)
            with receiver.record.transaction() as connection:
                digest = connection.exec_driver_sql(
                    f"SELECT digest FROM rollout_pole JOIN pole ON pole.id = pole WHERE name = '{name}'"
                ).scalar_one()
            assert (last["configHash"], last["configVersion"]) == (digest, 2)
            assert lived.said(name, contract.STATE)[-1][1]["target"] == 90  # 20:00: the row before the edited one
    order = sorted(born)
    assert all(max(born[one]) <= min(born[after]) + 1000 * TURN_S for one, after in pairwise(order))
    untouched = [name for name in lived.street.poles if name not in receiver.states(receiver.number)]
    assert untouched and all(len(lived.said(name, contract.BIRTH)) == 1 for name in untouched)
    receiver.close()


def test_one_that_costs_the_poles_their_link_is_undone_by_them_and_halts_in_the_first_wave(tmp_path: Path) -> None:
    receiver, lived = street(tmp_path, "mqtt://127.0.0.1:1883", 24)
    row, canary = receiver.row(receiver.number), receiver.waves(receiver.number)[0]
    assert row["state"] == "halted" and row["wave"] == 0, row
    assert set(receiver.published) == set(canary)
    assert any(word in row["answer"] for word in ("reverted", "noAnswer"))
    for name in canary:
        assert lived.said(name, contract.BIRTH)[-1][1]["configVersion"] == 1  # each went back by itself
    receiver.close()
