"""What a pole remembers of the city's messages, on flash and in NVS, and what it makes of having forgotten."""

import json

from pole.commands import judge
from pole.commands.handler import Commanding
from pole.lighting import overrides
from pole.lighting.arbiter import Arbiter, Override
from pole.security import envelope
from pole.wire import ack_reasons, contract

NOW = 1795500000
N = NOW * 1000
TOPIC = "diya/1/sagar/P0001/command"
GROUP = "diya/1/sagar/_group/ward-1/command"
KEY = "0123456789abcdef" * 4
SHARED = "fedcba9876543210" * 4
NONCE = "a1b2c3d4e5f60718"


class Store:
    def __init__(self, content=None):
        self.content = content
        self.refuses = False
        self.unreadable = False
        self.writes = 0

    def read(self, name):
        return None if self.unreadable or name != "commands.json" else self.content

    def names(self):
        return [] if self.content is None else ["commands.json"]

    def write(self, name, data):
        if self.refuses:
            raise OSError(28)
        if name == "commands.json":
            self.content = data
            self.writes += 1


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
        self.resent = []

    def knows(self, epoch):
        return epoch in self.epochs

    def asked(self):
        return bool(self.resent)

    def resend(self, epoch, first, last):
        self.resent.append((epoch, first, last))
        return not self.full


class Pole:
    def __init__(self, store, high_water, keys=None, journal=None, nonce=NONCE):
        self.arbiter = Arbiter()
        self.clock = Clock()
        self.store = store
        self.high_water = high_water
        self.keys = {"P0001": KEY} if keys is None else keys
        settings = {"floor": 20, "keys": self.keys, "pole": "P0001"}
        self.nonce = nonce if self.keys else ""
        self.one = Commanding(settings, store, high_water, self.arbiter, self.clock, journal or Journal(), self.nonce)

    def say(self, n, sender="iccc", **body):
        return self.hear(self.sealed(n, sender, **body))

    def hear(self, payload, topic=TOPIC, ticks=0):
        ack = self.one.take((topic, payload), NOW, ticks, 100)
        return ack["reason"] or ack["outcome"]

    def sealed(self, n, sender="iccc", **body):
        text = contract.text_of(body)
        values = {"v": 1, "sender": sender, "n": n, "body": text}
        if self.keys:
            values["key"] = "P0001"
            values["mac"] = envelope.mac(self.keys["P0001"], TOPIC, "P0001", sender, n, text, self.nonce)
        return contract.text_of(values).encode()

    def group(self, n, sender="thief", topic=GROUP, ticks=0, **body):
        """Says it under the key that poles share."""
        text = contract.text_of(body)
        values = {"v": 1, "sender": sender, "n": n, "body": text, "key": "ward-1"}
        values["mac"] = envelope.mac(SHARED, topic, "ward-1", sender, n, text)
        return self.hear(contract.text_of(values).encode(), topic, ticks)

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
        assert pole.dim(n) == ack_reasons.NOT_REKEYED
        assert pole.dim(n + 1, 100, owner="emergency") == ack_reasons.NOT_REKEYED
        assert pole.say(n + 2, type="cancel", owner="lock") == ack_reasons.NOT_REKEYED
        assert pole.dim(n + 3, 80, owner="incident") == "applied"
        assert pole.dim(n + 4, 90, owner="lock") == "applied"
        assert pole.say(n + 5, type="resend", epoch="aa", **{"from": 1, "to": 2}) == "applied"
        assert pole.dim(n + 6) == ack_reasons.NOT_REKEYED
        assert high_water.n is None


def test_a_bench_without_keys_forgets_nothing_that_matters():
    pole = Pole(Store(), HighWater(None), keys={})
    assert pole.dim(N) == "applied"
    assert pole.high_water.n is None  # an unsigned message must not lock out signed ones


def test_what_cannot_be_stored_is_not_obeyed():
    store = Store()
    pole = Pole(store, HighWater())
    store.refuses = True
    assert pole.dim(N) == ack_reasons.NOT_STORED
    assert pole.levels() == []
    assert pole.say(N + 1, type="resend", epoch="aa", **{"from": 1, "to": 2}) == ack_reasons.NOT_STORED
    assert pole.one.journal.resent == []


def test_events_are_sent_again_or_it_is_said_why_not():
    journal = Journal()
    pole = Pole(Store(), HighWater(), journal=journal)
    assert pole.say(N, type="resend", epoch="aa", **{"from": 3, "to": 2**30 - 1}) == "applied"
    assert pole.say(N + 1, type="resend", epoch="bb", **{"from": 1, "to": 2}) == ack_reasons.UNKNOWN_REFERENCE
    assert pole.say(N + 2, type="resend", epoch="aa", **{"from": 0, "to": 2}) == ack_reasons.BAD_FIELD
    assert pole.say(N + 3, type="resend", epoch="aa", **{"from": 3, "to": 2}) == ack_reasons.BAD_FIELD
    journal.full = True
    assert pole.say(N + 4, type="resend", epoch="aa", **{"from": 1, "to": 1}) == ack_reasons.BUSY
    assert journal.resent == [("aa", 3, 2**30 - 1), ("aa", 1, 1)]
    assert json.loads(pole.store.content)["marks"] == {"P0001\niccc": N + 4}


KEYS = {"P0001": KEY, "ward-1": SHARED}


def shared_pole(store=None, high_water=None, **more):
    return Pole(store or Store(), high_water or HighWater(), dict(KEYS), **more)


def dim(level=30, owner="operator", **more):
    return dict(type="override", owner=owner, level=level, expiration=NOW + 30 * 86400, **more)


def test_a_new_node_obeys_no_recording_of_the_one_before():
    before = shared_pole()
    dark, unlock = before.sealed(N, **dim(0)), before.sealed(N + 1, type="cancel", owner="lock")
    assert before.hear(dark) == "applied"
    for sender in ("iccc", "another"):
        node = shared_pole(nonce="00000000000000aa")  # a replaced node: the same keys, an empty flash
        assert node.say(N - 5, sender, type="override", owner="lock", level=100, expiration=NOW + 9) == "applied"
        assert [node.hear(dark), node.hear(unlock)] == [ack_reasons.BAD_MAC] * 2
        assert node.levels() == [100]


def test_recordings_under_a_shared_key_are_void_once_the_own_key_has_spoken():
    node = shared_pole()
    assert node.group(N, **dim(30)) == "applied"
    assert [one.raises for one in node.arbiter.held] == [True]  # it may be of the time before this node
    assert node.group(N + 1, type="cancel") == ack_reasons.OWN_KEY_FIRST
    assert node.say(N + 100, type="resend", epoch="none", **{"from": 1, "to": 1}) == ack_reasons.UNKNOWN_REFERENCE
    again = shared_pole(node.store, node.high_water)  # and after a start
    for pole in (node, again):
        assert pole.group(N + 99, "any other", **dim(30)) == ack_reasons.REPLAYED
    assert again.group(N + 101, "console", **dim(40)) == "applied"
    assert [(one.level, one.raises) for one in again.arbiter.held] == [(40, False)] or again.levels() == [30, 40]


def test_a_configuration_under_the_own_key_is_a_word_of_it_too():
    node = shared_pole()
    node.one.own_key_used(("P0001\nrecord", N + 50))
    again = shared_pole(node.store, node.high_water)
    assert again.group(N + 50, **dim(30)) == ack_reasons.REPLAYED
    assert again.group(N + 51, **dim(30)) == "applied" and not again.arbiter.held[0].raises


def test_a_shared_key_that_is_taken_away_or_changed_loses_its_marks_and_what_it_asked_for():
    for wrapped in (None, "00" * 32):
        pole = shared_pole()
        assert pole.say(N, **dim(100, "lock")) == "applied"
        assert pole.group(N + 1, **dim(30)) == "applied"
        assert pole.say(N + 2, type="rekey", name="ward-1", wrapped=wrapped) == "applied"
        assert pole.levels() == [100]
        left = [name for name in pole.one.marks if name.startswith("ward-1")]
        assert left == ([] if wrapped is None else ["ward-1\n"])
        assert shared_pole(pole.store, pole.high_water).levels() == [100]


def test_a_flood_under_a_shared_key_is_not_written_to_flash_and_the_own_key_is_heard():
    pole = shared_pole()
    pole.dim(N)
    pole.store.writes = 0
    answers = [pole.group(N + number, "s%d" % number, ticks=number, **dim(40)) for number in range(1, 400)]
    assert answers.count("applied") == judge.SHARED_AN_HOUR == pole.store.writes
    assert answers[-1] == ack_reasons.BUSY
    assert pole.dim(N + 500, 70) == "applied"
    assert pole.group(N + 501, ticks=3600001, **dim(40)) == "applied"  # an hour later it is heard again
    assert pole.group(N + 400, "s399", ticks=3600002, **dim(40)) == "applied"  # what was not taken may come again


def test_whatever_a_shared_key_sends_the_file_of_commands_stays_small():
    pole = shared_pole()
    pole.dim(N)
    for number in range(judge.SHARED_AN_HOUR):
        fields = dim(40, reason="r" * 80, cmsRefId="c%063d" % number)
        assert pole.group(N + 1 + number, "s" * 50 + "%014d" % number, **fields) == "applied"
    assert len(pole.store.content) < 5000
    assert pole.high_water.n == N  # and no mark of its own is lost


def test_one_start_that_cannot_read_the_file_of_commands_costs_nothing():
    store, high_water = Store(), HighWater()
    assert Pole(store, high_water).say(N, **dim(100, "lock")) == "applied"
    store.unreadable = True
    high_water.n = None
    pole = Pole(store, high_water)
    assert pole.levels() == [] and pole.one.forgetful
    store.unreadable = False  # only that one read failed
    assert pole.dim(N + 1, 60) == "applied"
    assert pole.levels() == [100, 60] and not pole.one.forgetful
    assert Pole(store, HighWater()).dim(N, 5) == "replayed"


def test_questions_under_a_shared_key_leave_room_for_the_own_key_s():
    pole = shared_pole()
    asks = dict(type="resend", epoch="aa", **{"from": 1, "to": 9})
    assert [pole.group(N + n, **asks) for n in range(3)] == ["applied", ack_reasons.BUSY, ack_reasons.BUSY]
    assert pole.say(N, **asks) == "applied"


def test_a_technician_s_level_is_not_kept_and_costs_nothing_of_what_is():
    pole = Pole(Store(), HighWater())
    overrides.hold(pole.arbiter, Override("local", 10, "at the pole", "", NOW, NOW + 600, 2))
    assert pole.say(N, **dim(100, "lock")) == "applied"
    assert Pole(pole.store, pole.high_water).levels() == [100]
