"""A week of twenty poles, five days of it without network: every event raised is in the record exactly once, in order.

The poles are CPython's, the broker is Mosquitto and the record is `diya record run`'s own process, which is killed (-9)
twice; the broker crashes twice, its queues lost, while the poles send what has gathered.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from host_tools.broker.mosquitto import Mosquitto
from host_tools.city.record import query
from host_tools.city.record.query import Wanted
from host_tools.site import load_site
from simulator.run import Options, simulate
from simulator.street.journal_reader import journalled
from simulator.street.street import Street
from tests.simulator.streets import HOUR_MS

POLES = 20
SPEED = 12000.0  # simulated seconds a second: the week takes two minutes
RECORDER = Path(__file__).parent.parent / "host_tools" / "city" / "record" / "mortal.py"
GONE_H, BACK_H = 12, 132  # the network
NETWORK = f'[[happening]]\nkind = "network_outage"\nat = "+{GONE_H}h"\nuntil = "+{BACK_H}h"\n'


def cuts() -> str:
    """Three a pole, at hours of its own, most of them while the network is gone."""
    out = []
    for number in range(1, POLES + 1):
        for hours in (5 + number * 3 % 17, 30 + number * 5 % 60, BACK_H - 20 + number):
            out.append(
                f'[[happening]]\nkind = "power_cut"\npole = "P{number:04}"\nat = "+{hours}h{number}m"\n'
                f'until = "+{hours}h{number + 4}m"\nexpect = ["supplyLoss"]\n'
            )
    return "".join(out)


class Recording:
    """`diya record run` as a process that can be killed and started again."""

    def __init__(self, file: Path, port: int) -> None:
        self.deaths = 0
        self._command = [sys.executable, str(RECORDER), str(file), str(port), "0", "0"]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})

    def kill(self) -> None:
        self._process.kill()
        assert self._process.wait() == -9
        self.deaths += 1


def test_a_week_with_five_days_of_silence_is_recorded_whole(tmp_path: Path) -> None:
    file, scenario = tmp_path / "record.sqlite", tmp_path / "week.toml"
    scenario.write_text(f'name = "a week"\nhours = 168\n{NETWORK}{cuts()}')
    with Mosquitto() as broker:
        recording = Recording(file, broker.port)

        def begin(street: Street) -> None:
            def crash() -> None:
                broker.crash()
                broker.start()

            def at(hours: float, action) -> None:
                street.kernel.at(round(hours * HOUR_MS), action)

            at(8, recording.kill)
            at(9, recording.start)
            at(BACK_H + 0.02, recording.kill)  # and the broker queues for it what the poles had gathered
            at(BACK_H + 0.2, crash)
            at(BACK_H + 0.5, recording.start)
            at(BACK_H + 3, crash)

        options = Options(
            site=load_site("sagar", POLES),
            start=datetime.fromisoformat("2026-11-24T12:00"),
            scenario=str(scenario),
            speed=SPEED,
            settings={"meter.sample": 600, "link.maximumBackoff": 1800},  # most of the work, and not what is promised
            broker=f"mqtt://127.0.0.1:{broker.port}",
        )
        outcome = simulate(options, begin=begin)
        recording.kill()
    raised = {name: journalled(stage.pole.flash) for name, stage in outcome.street.poles.items()}
    assert recording.deaths == 3
    assert outcome.street.failures() == []
    assert all(len(ids) >= 6 for ids in raised.values())  # each cut begins and ends
    with query.reading(file) as reader:
        rows = [row for row in reader.events(Wanted()) if row["source"] == "pole"]
        assert reader.summary()["conflicts"] == 0
        missing = [gap for gap in reader.gaps() if gap["state"] == "missing"]
    recorded: dict[str, list[tuple[str, int]]] = {name: [] for name in raised}
    for row in rows:
        recorded[row["pole"]].append((row["epoch"], row["sequence"]))
    for name, ids in raised.items():
        assert recorded[name] == ids, name  # each once, in order, and none that was not raised
    types = Counter(row["eventType"] for row in rows)
    assert types["supplyLoss"] == POLES * 3 * 2
    print(
        f"{POLES} poles, 7 days in {outcome.report['wall_s']:.0f} s: {len(rows)} events, "
        f"{sum(row['replayed'] for row in rows)} replayed, {len(missing)} gaps"
    )
