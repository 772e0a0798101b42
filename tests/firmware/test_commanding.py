"""What a pole remembers of the city's messages, on flash and in NVS, and what it makes of having forgotten."""

import json

from pole import contract, contract_acks
from pole.commanding import Commanding
from pole.lighting.arbiter import Arbiter
from pole.link import envelope

NOW = 1795500000
N = NOW * 1000
TOPIC = "diya/1/sagar/P0001/command"
KEY = "0123456789abcdef" * 4


class Store:
    def __init__(self, content=None):
        self.content = content
        self.refuses = False

    def read(self, name):
        return self.content

    def write(self, name, data):
        if self.refuses:
            raise OSError(28)
        self.content = data


class HighWater:
    def __init__(self, n=0):
        self.n = n

    def get(self):
        return self.n

    def put(self, n):
        self.n = n


class Clock:
    floor = 0

    def raise_floor(self, unix):
        self.floor = max(self.floor, unix)


class Journal:
    def __init__(self, epochs=("aa",), full=False):
        self.epochs = epochs
        self.full = full
        self.asked = []

    def knows(self, epoch):
        return epoch in self.epochs

    def resend(self, epoch, first, last):
        self.asked.append((epoch, first, last))
        return not self.full


class Pole:
    def __init__(self, store, high_water, keys=None, journal=None):
        self.arbiter = Arbiter()
        self.clock = Clock()
        self.store = store
        self.high_water = high_water
        self.keys = {"P0001": KEY} if keys is None else keys
        settings = {"floor": 20, "keys": self.keys}
        self.one = Commanding(settings, store, high_water, self.arbiter, self.clock, journal or Journal())

    def say(self, n, sender="iccc", **body):
        text = contract.text_of(body)
        values = {"v": 1, "sender": sender, "n": n, "body": text}
        if self.keys:
            values["key"] = "P0001"
            values["mac"] = envelope.mac(KEY, TOPIC, "P0001", sender, n, text)
        ack = self.one.take((TOPIC, contract.text_of(values).encode()), NOW, 0, 100)
        return ack["reason"] or ack["outcome"]

    def dim(self, n, level=50, **more):
        return self.say(n, type="override", level=level, expiration=NOW + 600, **more)

    def levels(self):
        return [held.level for held in self.arbiter.held]


def test_what_was_obeyed_once_is_not_obeyed_again_by_the_next_life():
    store, high_water = Store(), HighWater()
    pole = Pole(store, high_water)
    assert [pole.dim(N), pole.dim(N), pole.dim(N + 1, sender="b")] == ["applied", "replayed", "applied"]
    assert pole.levels() == [50] and pole.clock.floor == NOW and high_water.n == N + 1
    again = Pole(store, high_water)
    assert again.levels() == [50]
    assert [again.dim(N), again.dim(N + 1, sender="b"), again.dim(N + 1)] == ["replayed", "replayed", "applied"]


def test_marks_lost_with_the_data_are_made_good_by_nvs():
    store, high_water = Store(), HighWater()
    assert Pole(store, high_water).dim(N) == "applied"
    for content in (None, b"", b"\xff", b'{"marks":3}', b'{"marks":{},"held":[],"forgetful":false}'):
        pole = Pole(Store(content), high_water)
        assert pole.levels() == []
        assert [pole.dim(N), pole.dim(N, sender="a new one"), pole.dim(N + 1)] == ["replayed", "replayed", "applied"]
        again = Pole(pole.store, HighWater(0))  # NVS is lost now, and what it knew stands in the file
        assert again.dim(N, sender="another") == "replayed"
        high_water.put(N)


def test_marks_lost_from_nvs_are_still_in_the_data():
    store = Store()
    assert Pole(store, HighWater()).dim(N) == "applied"
    pole = Pole(store, HighWater(None))
    assert [pole.dim(N), pole.dim(N + 1)] == ["replayed", "applied"]
    assert pole.high_water.n == N + 1


def test_a_pole_that_has_forgotten_all_only_raises_its_light():
    store, high_water = Store(), HighWater(None)
    for n in (N, N + 10):  # nor does the next life know better
        pole = Pole(store, high_water)
        assert pole.dim(n) == contract_acks.NOT_REKEYED
        assert pole.dim(n + 1, 100, owner="emergency") == contract_acks.NOT_REKEYED
        assert pole.say(n + 2, type="cancel", owner="lock") == contract_acks.NOT_REKEYED
        assert pole.dim(n + 3, 80, owner="incident") == "applied"
        assert pole.dim(n + 4, 90, owner="lock") == "applied"
        assert pole.say(n + 5, type="resend", epoch="aa", **{"from": 1, "to": 2}) == "applied"
        assert pole.dim(n + 6) == contract_acks.NOT_REKEYED
        assert high_water.n is None


def test_a_bench_without_keys_forgets_nothing_that_matters():
    pole = Pole(Store(), HighWater(None), keys={})
    assert pole.dim(N) == "applied"
    assert pole.high_water.n is None  # what nobody signed must not shut out who signs


def test_what_cannot_be_stored_is_not_obeyed():
    store = Store()
    pole = Pole(store, HighWater())
    store.refuses = True
    assert pole.dim(N) == contract_acks.NOT_STORED
    assert pole.levels() == []
    assert pole.say(N + 1, type="resend", epoch="aa", **{"from": 1, "to": 2}) == contract_acks.NOT_STORED
    assert pole.one.journal.asked == []


def test_events_are_sent_again_or_it_is_said_why_not():
    journal = Journal()
    pole = Pole(Store(), HighWater(), journal=journal)
    assert pole.say(N, type="resend", epoch="aa", **{"from": 3, "to": 2**30 - 1}) == "applied"
    assert pole.say(N + 1, type="resend", epoch="bb", **{"from": 1, "to": 2}) == contract_acks.UNKNOWN_REFERENCE
    assert pole.say(N + 2, type="resend", epoch="aa", **{"from": 0, "to": 2}) == contract_acks.BAD_FIELD
    assert pole.say(N + 3, type="resend", epoch="aa", **{"from": 3, "to": 2}) == contract_acks.BAD_FIELD
    journal.full = True
    assert pole.say(N + 4, type="resend", epoch="aa", **{"from": 1, "to": 1}) == contract_acks.BUSY
    assert journal.asked == [("aa", 3, 2**30 - 1), ("aa", 1, 1)]
    assert json.loads(pole.store.content)["marks"] == {"P0001\niccc": N + 4}
