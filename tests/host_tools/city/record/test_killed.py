"""The record's promise: with any process killed at any time, every id is in it exactly once, in order."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path

from host_tools.broker.connection import Link
from host_tools.broker.mosquitto import Mosquitto
from host_tools.city.record import query
from host_tools.city.record.query import Wanted
from host_tools.errors import RecordError
from tests.host_tools.city.record.played_pole import HEAD, PlayedPole, event
from tests.patience import PATIENCE_S, until

MORTAL = Path(__file__).with_name("mortal.py")
POLES, EVENTS = 5, 1000
LIMIT_S = 1500  # for all of it, on a computer with a load of 15


def recorder(file: Path | str, port: int, seed: int, mean: int) -> subprocess.Popen[bytes]:
    folder = tempfile.gettempdir() if isinstance(file, str) else file.parent
    return subprocess.Popen(
        [sys.executable, str(MORTAL), str(file), str(port), str(seed), str(mean)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=folder,
    )


def test_killed_at_any_point_it_loses_and_doubles_nothing(new_store: Path | str) -> None:
    file = new_store
    chance = random.Random(3)
    deaths = before = 0  # before: the events there were when this one began
    with Mosquitto() as broker, ExitStack() as ends:
        poles = [PlayedPole(f"P{n:04}", broker.address, EVENTS, n, tells_journal=n % 2 == 0) for n in range(POLES)]
        alive = recorder(file, broker.port, 0, 0)
        ends.callback(lambda: (alive.kill(), alive.wait()))
        _subscribed(file, broker)  # what a pole says before, and never again, is not promised
        alive.kill()
        for pole in poles:
            ends.callback(pole.end)
            pole.start()
        began = time.monotonic()
        crashes = [began + 1, began + 3]
        while not all(pole.done.is_set() for pole in poles):
            assert time.monotonic() < began + LIMIT_S
            time.sleep(0.05)
            if chance.random() < 0.03 and _count(file) > before:
                alive.kill()  # and at moments it did not choose itself, after it has got something done
            for pole in poles:
                if pole.wants_wipe.is_set() and not pole.may_wipe.is_set() and _complete(file, [pole]):
                    pole.may_wipe.set()
            # the events that a broker loses of a pole never heard before are not promised
            if crashes and time.monotonic() > crashes[0] and _heard(file, poles):
                crashes.pop(0)
                broker.crash()
                time.sleep(0.3)
                broker.start()
            if alive.poll() is not None:
                assert alive.wait() == -9
                deaths += 1
                before = _count(file)
                alive = recorder(file, broker.port, deaths, 20)
        alive.kill()
        alive.wait()
        alive = recorder(file, broker.port, deaths, 0)
        _until_complete(file, poles, began + LIMIT_S)
        alive.kill()
        alive.wait()
        for pole in poles:
            pole.may_end.set()
        assert all(pole.ended.wait(PATIENCE_S) for pole in poles)
        broker.crash()  # with the last events of all, after which nothing betrays that they are missing
        broker.start()
        alive = recorder(file, broker.port, deaths, 0)
        _until_complete(file, poles, began + LIMIT_S)
    assert not crashes
    assert deaths >= 5
    with query.reading(file) as reader:
        kept = list(reader.events(Wanted()))
        for pole in poles:
            mine = [row for row in kept if row["pole"] == pole.pole and row["source"] == "pole"]
            ids = [(row["epoch"], row["sequence"]) for row in mine]
            assert len(ids) == len(set(ids))
            assert set(ids) == set(pole.raised)
            for epoch in dict.fromkeys(epoch for epoch, _sequence in pole.raised):
                numbers = [sequence for one, sequence in ids if one == epoch]
                assert numbers == sorted(numbers)
            assert list(dict.fromkeys(epoch for epoch, _ in ids)) == list(dict.fromkeys(e for e, _ in pole.raised))
            gone = [
                (row["epoch"], number)
                for row in reader.gaps()
                if row["pole"] == pole.pole
                for number in range(row["from"], row["to"] + 1)
            ]
            assert sorted(gone) == sorted(pole.dropped)
            assert any(row["replayed"] for row in mine)
        assert reader.summary()["conflicts"] == 0
    if isinstance(file, Path):
        with closing(sqlite3.connect(file)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    print(f"{len(kept)} events, {deaths} deaths, {sum(pole.questions for pole in poles)} questions", file=sys.stderr)


def test_what_the_broker_handed_over_is_not_lost_though_nobody_could_send_it_again(new_store: Path | str) -> None:
    """A burst from a pole that answers no question: only the PUBACK after the commit can bring it all in."""
    file, count, deaths = new_store, 4000, 0
    with Mosquitto() as broker, ExitStack() as ends:
        alive = recorder(file, broker.port, 99, 0)
        ends.callback(lambda: (alive.kill(), alive.wait()))
        _subscribed(file, broker, "P0001")
        with Link(broker.address, ["x"]) as link:
            for number in range(1, count + 1):
                link.post(f"{HEAD}/P0001/event", event(f"a-{number}"))
            link.publish(f"{HEAD}/P0001/event", event("b-1"))
        alive.kill()
        end = time.monotonic() + LIMIT_S
        while (have := _count(file)) < count + 1:
            assert time.monotonic() < end, have
            if alive.poll() is not None:
                deaths += 1
                alive = recorder(file, broker.port, 100 + deaths, 8)
            time.sleep(0.02)
    assert deaths >= 5
    with query.reading(file) as reader:
        assert [row["sequence"] for row in reader.events(Wanted())] == [*range(1, count + 1), 1]
        assert reader.gaps() == []
    print(f"{count} events, {deaths} deaths", file=sys.stderr)


def _subscribed(file: Path | str, broker: Mosquitto, pole: str = "P0009") -> None:
    """Returns once the recorder has heard *pole*: the broker queues for it from then on."""
    with Link(broker.address, ["x"]) as link:
        until(lambda: _count(file) or link.publish(f"{HEAD}/{pole}/event", event("a-1")), "an event", 0.1)


def _count(file: Path | str) -> int:
    try:
        with query.reading(file) as reader:
            return int(reader.summary()["events"])
    except RecordError:  # it is only being made
        return 0


def _heard(file: Path | str, poles: list[PlayedPole]) -> bool:
    """Whether there is an event of each of *poles*, of the journal that it has now."""
    try:
        with query.reading(file) as reader:
            there = {(row["pole"], row["epoch"]) for row in reader.events(Wanted())}
    except RecordError:  # it is only being made
        return False
    return {(pole.pole, pole.raised[-1][0]) for pole in poles if pole.raised} <= there


def _complete(file: Path | str, poles: list[PlayedPole]) -> bool:
    want = {(pole.pole, *one) for pole in poles for one in list(pole.raised)}
    try:
        with query.reading(file) as reader:
            rows = reader.events(Wanted(tuple(pole.pole for pole in poles)))
            return want <= {(row["pole"], row["epoch"], row["sequence"]) for row in rows}
    except RecordError:  # it is only being made
        return False


def _until_complete(file: Path | str, poles: list[PlayedPole], end: float) -> None:
    while True:
        missing = []
        if _complete(file, poles):
            with query.reading(file) as reader:
                missing = reader.gaps()
            if all(row["state"] != "missing" for row in missing):
                return
        assert time.monotonic() < end, f"missing: {missing[:5]}"
        time.sleep(0.3)
