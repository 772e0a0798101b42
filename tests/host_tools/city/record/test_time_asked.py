"""The record as a witness of the time, on a real Mosquitto: who asks is answered at once, under the pole's own key."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from host_tools.broker.connection import Link, Message
from host_tools.broker.mosquitto import Mosquitto, find_mosquitto
from host_tools.city.record.record import Record
from host_tools.city.record.recorder import Recorder
from host_tools.city.record.time_answer import mac
from host_tools.keys.key import Key
from pole.timekeeping.city_time import parse
from tests.host_tools.city.record.played_pole import HEAD, NOW, ROOT, SITE
from tests.patience import until

pytestmark = pytest.mark.skipif(not find_mosquitto(), reason="Mosquitto is not on this machine")

OWN, SHARED = Key("P0001", b"\x5f" * 32), Key("W01", b"\x1c" * 32)
KEYS = {"P0001": OWN, "W01": SHARED}
TO = f"{HEAD}/P0001/time/answer"
NONCES: list[str] = []  # that were answered, in one test


@contextmanager
def recorded(
    tmp_path: Path, *, simulated: bool = False, keys: dict[str, Key] | None = None, retained: bool = False
) -> Iterator[Link]:
    """A link of poles on a broker that a recorder listens to, once it does; *retained*: a question was there before."""
    NONCES.clear()
    over, totals = threading.Event(), []

    def record() -> None:
        store = Record(tmp_path / "record.sqlite", ROOT, SITE)
        recorder = Recorder(store, broker.address, ROOT, SITE, tmp_path, simulated=simulated, keys=keys)
        totals.append(recorder.run(lambda: not over.is_set()))
        store.close()

    with Mosquitto() as broker, Link(broker.address, [f"{HEAD}/+/time/answer"]) as link:
        if simulated:
            tell(link)
        if retained:
            link.publish(f"{HEAD}/P0001/time", b'{"v":1,"nonce":"old"}', retain=True)
        runs = threading.Thread(target=record, daemon=True)
        runs.start()
        try:
            until(lambda: (simulated and tell(link)) or asked(link, "P0001", "warm", 0.05), "the recorder listens")
            NONCES.extend(json.loads(message.payload)["nonce"] for message in link.settle(0.2, 1.0))
            yield link
        finally:
            over.set()
            runs.join()


def tell(link: Link) -> None:
    link.publish(f"{HEAD}/_sim/clock", json.dumps({"unix": NOW, "factor": 1}).encode(), retain=True)


def asked(link: Link, pole: str, nonce: str, wait_s: float = 0.5) -> Message | None:
    """What is answered to *pole*."""
    link.publish(f"{HEAD}/{pole}/time", json.dumps({"v": 1, "nonce": nonce}).encode())
    message = link.take(wait_s)
    if message:
        NONCES.append(json.loads(message.payload)["nonce"])
    return message


def test_a_pole_is_answered_under_its_own_key_with_the_time_and_its_own_nonce(tmp_path: Path) -> None:
    with recorded(tmp_path, keys=KEYS) as link:
        before = time.time()
        answer = asked(link, "P0001", "5f3a", 10.0)
        assert answer and answer.topic == TO and not answer.retained
        unix_ms = parse(TO, answer.payload, "5f3a", OWN.secret.hex())  # as the pole takes it
        assert before - 1 <= unix_ms / 1000 <= time.time() + 1
        assert json.loads(answer.payload)["mac"] == mac(OWN.secret, TO, "5f3a", unix_ms)
        for nonce, key in (("5f3b", OWN), ("5f3a", SHARED)):  # no other question, and no other key
            with pytest.raises(ValueError):
                parse(TO, answer.payload, nonce, key.secret.hex())


def test_a_pole_of_which_it_has_no_key_and_what_is_no_question_get_no_answer(tmp_path: Path) -> None:
    with recorded(tmp_path, keys=KEYS) as link:
        assert asked(link, "P0002", "5f3a") is None
        assert asked(link, "P0001", "no/nonce") is None
        link.publish(f"{HEAD}/P0001/time", b"[" * 1000)
        assert link.take(0.3) is None
        assert asked(link, "P0001", "5f3c", 10.0)  # and it goes on


def test_what_the_broker_had_retained_is_no_question_of_now(tmp_path: Path) -> None:
    with recorded(tmp_path, keys=KEYS, retained=True) as link:
        assert asked(link, "P0001", "5f3d", 10.0)
        assert "old" not in NONCES


def test_poles_of_a_simulation_are_answered_with_its_time(tmp_path: Path) -> None:
    with recorded(tmp_path, simulated=True) as link:
        answer = asked(link, "P0001", "5f3a", 10.0)
        assert answer and abs(json.loads(answer.payload)["unixMs"] // 1000 - NOW) < 60


def test_a_simulations_poles_without_keys_are_not_told_the_real_time(tmp_path: Path) -> None:
    """On a busy computer the record answered before the simulation did, and the pole reported a wrong clock."""
    with recorded(tmp_path) as link:
        tell(link)
        until(lambda: not asked(link, "P0001", "5f3e", 0.2), "the record has received the simulation's time")
        assert asked(link, "P0001", "5f3f") is None
    with recorded(tmp_path, keys=KEYS) as link:
        tell(link)
        assert asked(link, "P0001", "5f3a", 10.0)  # signed: it is no simulation's pole
