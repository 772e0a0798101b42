"""The recorder and its broker: without the broker every pole that was online counts as cut off, with the cause."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

from host_tools.broker.connection import Link
from host_tools.broker.mosquitto import Mosquitto
from host_tools.city.record.query import Wanted, reading
from host_tools.city.record.record import Record
from host_tools.city.record.recorder import Recorder
from tests.host_tools.city.record.played_pole import HEAD, NOW, ROOT, SITE
from tests.patience import PATIENCE_S, until

FACTOR = 60  # seconds at the site for each of ours


def failures(file: Path) -> list[dict[str, Any]]:
    with reading(file) as reader:
        return list(reader.events(Wanted(types=("communicationFailure",))))


def say(link: Link, pole: str, kind: str, **values: Any) -> None:
    link.publish(f"{HEAD}/{pole}/{kind}", json.dumps({"v": 1, **values}).encode(), retain=kind != "meter")


def tell_time(link: Link, after_s: int = 0) -> None:
    said = {"unix": NOW + after_s, "factor": FACTOR}
    link.publish(f"{HEAD}/_sim/clock", json.dumps(said).encode(), retain=True)


def test_a_minute_without_the_broker_silences_all_who_were_online(tmp_path: Path) -> None:
    file = tmp_path / "record.sqlite"
    made, over = threading.Event(), threading.Event()

    def record() -> None:
        store = Record(file, ROOT, SITE)
        made.set()
        Recorder(store, broker.address, ROOT, SITE, tmp_path, simulated=True).run(lambda: not over.is_set())
        store.close()

    with Mosquitto() as broker:
        with Link(broker.address, ["x"]) as link:
            tell_time(link)
            say(link, "P0001", "presence", online=True)
            say(link, "P0002", "presence", online=True)
            say(link, "P0003", "presence", online=False)
            runs = threading.Thread(target=record, daemon=True)
            runs.start()
            assert made.wait(PATIENCE_S)
            until(
                lambda: tell_time(link) or len(failures(file)) == 1, "the one that is away", 0.05
            )  # P0003, by its will
        crashed = time.monotonic()
        broker.crash()
        early = len(failures(file))
        if time.monotonic() - crashed < 0.9 * 60 / FACTOR:  # else a busy computer let the minute go by
            assert early == 1
        until(lambda: len(failures(file)) == 3, "a minute without the broker")
        broker.start()
        with Link(broker.address, ["x"]) as link:
            until(
                lambda: (
                    len(failures(file)) == 4
                    or tell_time(link, 300)
                    or say(link, "P0002", "meter", at=NOW + 300, activePower=90)
                ),
                "P0002 is heard",
                0.05,
            )
        over.set()
        runs.join()
    found = {(row["pole"], row["startEndFlag"]): row for row in failures(file)}
    assert set(found) == {("P0001", True), ("P0002", True), ("P0002", False), ("P0003", True)}
    assert [found[pole, True]["attributes"]["cause"] for pole in ("P0001", "P0002", "P0003")] == [
        "broker", "broker", "lastWill",
    ]  # fmt: skip
    assert found["P0001", True]["timestamp"] >= NOW + 60
    assert found["P0002", False]["timestamp"] > found["P0002", True]["timestamp"]
