"""What the recorder meets besides poles: another with its identifier, a disk that is full, a simulation or none."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from host_tools.broker.connection import Link
from host_tools.broker.mosquitto import Mosquitto
from host_tools.city.record import connector
from host_tools.city.record.file_identity import home_of
from host_tools.city.record.query import reading
from host_tools.city.record.record import Record
from host_tools.city.record.recorder import Recorder
from host_tools.city.store import database
from host_tools.cli import run
from host_tools.errors import RecordError
from host_tools.wire import simulated_clock
from tests.host_tools.city.record.played_pole import HEAD, NOW, ROOT, SITE, event
from tests.host_tools.city.record.recording_bench import Recording
from tests.patience import until
from tests.postgres import Server

LIMIT_S = 40.0


class Running:
    """A recorder in a thread."""

    def __init__(self, broker: Mosquitto, file: Path, **more: Any) -> None:
        self.said: list[str] = []
        self.error: BaseException | None = None
        self._over = threading.Event()
        self._made = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(broker, file, more), daemon=True)
        self._thread.start()
        assert self._made.wait(LIMIT_S)

    def _run(self, broker: Mosquitto, file: Path, more: dict[str, Any]) -> None:
        store = Record(file, ROOT, SITE)
        self.recorder = Recorder(store, broker.address, ROOT, SITE, file.parent, say=self.said.append, **more)
        self._made.set()
        try:
            self.recorder.run(lambda: not self._over.is_set())
        except Exception as error:
            self.error = error
        finally:
            store.close()

    def pragma(self, text: str) -> Any:
        """Tells SQLite *text*; the recorder has one connection, and nothing but a pragma is done with it here."""
        connection = self.recorder._record._writer._connection
        assert connection is not None
        return connection.connection.driver_connection.execute(f"PRAGMA {text}").fetchone()[0]

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    @property
    def name(self) -> str:
        return self.recorder._connector.name


@contextmanager
def running(broker: Mosquitto, file: Path, **more: Any) -> Iterator[Running]:
    one = Running(broker, file, **more)
    try:
        until(lambda: one.error or one.recorder.totals.connections, "the recorder")
        yield one
    finally:
        one.end()


def test_a_copy_makes_way_for_the_first_and_both_record(tmp_path: Path) -> None:
    first, copy = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    with Mosquitto() as broker:
        with running(broker, first) as one:
            name = one.name
        shutil.copy(first, copy)
        with running(broker, first) as one, running(broker, copy) as other:
            until(lambda: any("this record is a copy: it goes on as" in line for line in other.said), "the recorder")
            assert one.name == name != other.name
            with Link(broker.address, ["x"]) as link:
                for file in (first, copy):
                    until(
                        lambda file=file: count(file) or link.post(f"{HEAD}/P0001/event", event("a-1")),
                        "an event",
                        0.05,
                    )
        with running(broker, copy) as other:
            assert other.name != name
            assert not any("another client" in sentence for sentence in other.said)


def test_a_file_that_was_brought_back_keeps_its_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, back = tmp_path / "a.sqlite", tmp_path / "back.sqlite"
    monkeypatch.setattr(connector, "QUICK_S", 0.5)
    with Mosquitto() as broker:
        with running(broker, first) as one:
            name = one.name
        first.rename(back)
        with Link(broker.address, ["x"]) as link:
            link.publish(f"{HEAD}/P0001/event", event("a-1"))
        with running(broker, back) as one:
            assert one.name == name
            until(lambda: count(back) == 1, "the recorder")
            until(lambda: one.recorder._connector._copied is False, "the recorder")


def test_two_that_are_the_same_in_all_say_so(tmp_path: Path) -> None:
    """A clone of a whole machine has the same identity too."""
    first, copy = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    with Mosquitto() as broker:
        with running(broker, first):
            pass
        shutil.copy(first, copy)
        with sqlite3.connect(copy) as db:
            db.execute("UPDATE receiver SET value = ? WHERE name = 'home'", (home_of(copy),))
        db.close()
        with running(broker, first) as one, running(broker, copy) as other:
            until(
                lambda: any("another client has the identifier" in line for line in one.said + other.said),
                "both say so",
            )


def test_a_locked_file_is_waited_for_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    file = tmp_path / "r.sqlite"
    with Mosquitto() as broker, running(broker, file) as one:
        with Link(broker.address, ["x"]) as link:
            until(lambda: count(file) or link.post(f"{HEAD}/P0001/event", event("a-1")), "an event", 0.05)
            locker = sqlite3.connect(file, isolation_level=None)
            until(lambda: locked(locker), "the recorder")
            for number in range(2, 30):
                link.publish(f"{HEAD}/P0001/event", event(f"a-{number}"))
            until(lambda: any("another program has it locked" in line for line in one.said), "the recorder")
            locker.execute("ROLLBACK")
            locker.close()
            until(lambda: count(file) == 29, "the recorder")
        until(lambda: any("can be written again" in line for line in one.said), "the recorder")
        assert sum("waiting, while the broker keeps" in line for line in one.said) == 1


def locked(db: sqlite3.Connection) -> bool:
    try:
        db.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


def test_a_full_disk_is_waited_for_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "r.sqlite"
    with Mosquitto() as broker, running(broker, file) as one, Link(broker.address, ["x"]) as link:
        until(lambda: count(file) or link.post(f"{HEAD}/P0001/event", event("a-1")), "an event", 0.05)
        pages = one.pragma("page_count")
        one.pragma(f"max_page_count = {pages}")
        for number in range(2, 200):
            link.post(f"{HEAD}/P0001/event", event(f"a-{number}", attributes={"x": "y" * 500}))
        until(lambda: any("is full; make room there" in line for line in one.said), "the recorder")
        assert count(file) < 199
        one.pragma("max_page_count = 100000")
        until(lambda: count(file) == 199, "the recorder")
        assert sum("is full" in line for line in one.said) == 1


def test_with_simulated_and_no_simulation_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for module in ("city.record.site_time", "verbs.watch", "city.commands.speaker"):
        monkeypatch.setattr(f"host_tools.{module}.WAIT_S", 0.5)
    with Mosquitto() as broker:
        with Link(broker.address, ["x"]) as link:  # of a simulation that was killed with its broker's word
            link.publish(f"{HEAD}/_sim/clock", json.dumps({"unix": NOW, "factor": 1}).encode(), retain=True)
        verbs = (
            ["record", "run", "--db", str(tmp_path / "r"), "--seconds", "20"],
            ["watch", "--once"],
            ["send", "--all", "--level", "50"],
        )
        for verb in verbs:
            assert run([*verb, "--broker", broker.url, "--simulated"]) == 1
            assert "no simulation tells its time on diya/1/sagar/_sim/clock" in capsys.readouterr().err


def test_a_simulation_that_is_killed_takes_its_time_back() -> None:
    topic = simulated_clock.topic(ROOT, SITE)
    with (
        Mosquitto() as broker,
        Link(broker.address, [topic]) as link,
        Link(broker.address, ["x"], clears=topic) as simulator,
    ):
        simulator.publish(topic, b'{"unix":1,"factor":1}', retain=True)
        simulator._client.socket().shutdown(2)  # as the system does for a process that is killed
        seen = [message.payload for message in link.settle(3.0, 10.0)]
    assert seen[:2] == [b'{"unix":1,"factor":1}', b""]


def test_a_computer_that_slept_accuses_no_pole(tmp_path: Path) -> None:
    """The steady clock of some systems runs on while they sleep, and no pole can be heard then."""
    file = tmp_path / "r.sqlite"
    with Mosquitto() as broker, running(broker, file, silent_s=60) as one, Link(broker.address, ["x"]) as link:
        link.publish(f"{HEAD}/P0001/state", b'{"v":1,"level":50}', retain=True)
        until(lambda: count_poles(file) == 1, "the recorder")
        recorder, going, slept = one.recorder, one.recorder._going, threading.Event()

        def sleep() -> bool:  # between two turns of the recorder's own thread
            if not slept.is_set():
                recorder._turned -= 3600
                recorder._since -= 3600
                recorder._heard.clear()
                recorder._looked = 0.0
                slept.set()
            return going()

        recorder._going = sleep
        until(lambda: slept.is_set() and recorder._looked > 0.0, "the recorder")
    with reading(file) as reader:
        assert reader.summary()["silent"] == 0


def count(file: Path) -> int:
    """How many events are in the record."""
    with reading(file) as reader:
        return int(reader.summary()["events"])


def count_poles(file: Path) -> int:
    with reading(file) as reader:
        return int(reader.summary()["poles"])


def test_the_second_writer_is_refused(tmp_path: Path) -> None:
    record = Record(tmp_path / "r", ROOT, SITE)
    with pytest.raises(RecordError, match="is being written by another"):
        Record(tmp_path / ".." / tmp_path.name / "r", ROOT, SITE)
    record.close()


def test_a_database_that_is_not_there_yet_is_waited_for(postgresql_server: Server, tmp_path: Path) -> None:
    url = postgresql_server.url("later")
    with Mosquitto() as broker, Recording(tmp_path / "unused", "--broker", broker.url, "--db", url) as one:
        one.says("waiting for it")
        postgresql_server.execute("CREATE DATABASE later TEMPLATE template0")
        with Link(broker.address, ["x"]) as link:
            state = f"{HEAD}/P0001/state", b'{"v":1,"level":50}'
            until(lambda: link.publish(*state, retain=True) or _known(url), "the receiver", 0.2)
    assert one.err.count("waiting for it") == 1
    postgresql_server.drop(url)


def _known(url: str) -> bool:
    try:
        with reading(url) as reader:
            return bool(reader.summary()["poles"])
    except RecordError:  # it is only being made
        return False
