"""What waits to be sent, and when it is let go."""

from pole.link import outbox
from pole.link.mailbox import Mailbox
from pole.wire import contract


class Bench:
    """An outbox whose clock the test turns."""

    def __init__(self, limit=outbox.QUEUE):
        self.now = 0
        self.queue = outbox.Queue(limit)
        self.box = outbox.Outbox(lambda: self.now, self.queue)

    def put(self, kind, payload):
        return self.box.put(kind, payload)

    def sent(self):
        """[(kind, payload)] of all that goes out in the next millisecond."""
        self.now += 1
        return [(record.kind, record.payload) for record in self.take()]

    def take(self):
        out = []
        while True:
            record = self.box.take()
            if record is None:
                return out
            out.append(record)


def test_a_kind_is_held_from_when_it_is_put_until_its_puback():
    bench = Bench()
    assert not bench.box.holds(contract.PRESENCE)
    bench.put(contract.PRESENCE, "p")
    assert bench.box.holds(contract.PRESENCE) and not bench.box.holds(contract.STATE)
    bench.now += 1
    (record,) = bench.take()
    assert bench.box.holds(contract.PRESENCE)  # on its way
    bench.box.acknowledge(record.packet_id)
    assert not bench.box.holds(contract.PRESENCE)


def test_of_a_slot_only_the_newest_goes_out():
    bench = Bench()
    bench.put(contract.STATE, "1")
    bench.now += 5
    bench.put(contract.STATE, "2")
    bench.now += 5
    bench.put(contract.STATE, "3")
    assert bench.sent() == [("state", "3")]
    assert bench.sent() == []


def test_acks_and_events_all_go_out_in_order_four_at_a_time():
    bench = Bench()
    for number in range(6):
        assert bench.put(contract.ACK if number % 2 else contract.EVENT, str(number))
    bench.now += 1
    first = bench.take()
    assert [record.payload for record in first] == ["0", "1", "2", "3"]
    assert bench.sent() == []
    bench.box.acknowledge(first[1].packet_id)
    assert bench.sent() == [("event", "4")]
    bench.box.acknowledge(first[0].packet_id)
    assert bench.sent() == [("ack", "5")]


def test_the_order_is_presence_birth_state_queue_meter():
    bench = Bench()
    for kind in (contract.METER, contract.ACK, contract.STATE, contract.BIRTH, contract.PRESENCE):
        bench.put(kind, "x")
    assert [kind for kind, _ in bench.sent()] == ["presence", "birth", "state", "ack", "meter"]


def test_a_meter_reading_is_not_held_up_by_missing_acknowledgements():
    bench = Bench()
    for number in range(5):
        bench.put(contract.ACK, str(number))
    assert len(bench.sent()) == 4
    bench.put(contract.METER, "m")
    assert bench.sent() == [("meter", "m")]


def test_only_a_puback_releases_and_an_unknown_one_does_nothing():
    released = []
    bench = Bench()
    bench.queue.release = released.append
    bench.put(contract.ACK, "a")
    bench.now += 1
    record = bench.take()[0]
    bench.box.acknowledge(record.packet_id + 1)
    assert released == [] and bench.box.oldest() is record
    bench.box.acknowledge(record.packet_id)
    assert released == [record] and bench.box.oldest() is None
    bench.box.acknowledge(record.packet_id)
    assert released == [record]


def test_a_new_connection_repeats_what_was_not_acknowledged():
    bench = Bench()
    for number in range(3):
        bench.put(contract.EVENT, str(number))
    bench.now += 1
    before = [(record.packet_id, record.payload) for record in bench.take()]
    bench.box.acknowledge(before[1][0])
    bench.put(contract.EVENT, "new")
    bench.box.restart()
    bench.now += 1
    records = bench.take()
    assert [(record.payload, record.dup) for record in records] == [("0", True), ("2", True), ("new", False)]
    assert [record.packet_id for record in records[:2]] == [before[0][0], before[2][0]]


def test_an_old_puback_does_not_release_what_is_to_be_sent_again():
    bench = Bench()
    bench.put(contract.EVENT, "e")
    bench.now += 1
    record = bench.take()[0]
    bench.box.restart()
    bench.box.acknowledge(record.packet_id)
    assert bench.sent() == [("event", "e")]


def test_what_a_newer_one_replaced_is_not_repeated():
    bench = Bench()
    bench.put(contract.STATE, "old")
    assert bench.sent() == [("state", "old")]
    bench.put(contract.STATE, "new")
    bench.box.restart()
    bench.now += 1
    records = bench.take()
    assert [(record.payload, record.dup) for record in records] == [("new", False)]


def test_a_full_queue_refuses_and_counts():
    bench = Bench(3)
    assert [bench.put(contract.ACK, str(number)) for number in range(5)] == [True, True, True, False, False]
    assert bench.queue.lost == 2
    assert bench.sent() == [("ack", "0"), ("ack", "1"), ("ack", "2")]
    assert not bench.put(contract.ACK, "same millisecond")
    bench.now += 1
    assert bench.put(contract.ACK, "6")


def test_the_millisecond_s_order_cannot_be_seen():
    """The sender may run before or after the others: the same goes out in the same millisecond."""
    runs = []
    for sender_first in (True, False):
        bench = Bench(6)
        log = []
        unacknowledged = []
        for ms in range(1, 400):
            bench.now = ms
            for step in (0, 1) if sender_first else (1, 0):
                if step == 0:
                    for record in bench.take():
                        log.append((ms, record.kind, record.payload, record.packet_id))
                        if record.packet_id:
                            unacknowledged.append((ms + 5 + record.packet_id % 4, record.packet_id))
                else:
                    if ms % 3 == 0 or ms % 4 == 0:
                        bench.put(contract.STATE, str(ms))
                    if ms % 7 < 3:
                        bench.put(contract.ACK, str(ms))
                    for due, packet_id in list(unacknowledged):
                        if due == ms:
                            bench.box.acknowledge(packet_id)
                            unacknowledged.remove((due, packet_id))
        runs.append((log, bench.queue.lost))
    assert runs[0][0] == runs[1][0]
    assert runs[0][1] == runs[1][1] > 0


def test_70000_publishes_with_one_never_acknowledged():
    bench = Bench()
    bench.put(contract.EVENT, "stays")
    bench.now += 1
    stays = bench.take()[0].packet_id
    assert stays == 1
    previous = stays
    wraps = 0
    for _ in range(70000):
        bench.now = (bench.now + 1) & 0x3FFFFFFF
        bench.put(contract.ACK, "x")
        bench.now = (bench.now + 1) & 0x3FFFFFFF
        record = bench.box.take()
        packet_id = record.packet_id
        assert 1 <= packet_id <= 65535 and packet_id != stays
        if packet_id < previous:
            wraps += 1
            assert previous == 65535 and packet_id == 2  # 1 is still on its way
        previous = packet_id
        bench.box.acknowledge(packet_id)
    assert wraps == 1
    assert bench.box.oldest().payload == "stays" and bench.queue.lost == 0


def test_the_wake_event_is_set_when_there_is_something_to_do():
    bench = Bench()
    wake = bench.box.wake
    assert not wake.is_set()
    bench.put(contract.STATE, "1")
    assert wake.is_set()
    wake.clear()
    bench.now += 1
    record = bench.take()[0]
    bench.box.acknowledge(record.packet_id)
    assert not wake.is_set()  # nothing waits
    for number in range(5):
        bench.put(contract.ACK, str(number))
    bench.now += 1
    record = bench.take()[0]
    wake.clear()
    bench.box.acknowledge(record.packet_id)
    assert wake.is_set()  # one waited for a place


def test_a_mailbox_shows_nothing_of_the_same_millisecond():
    box = Mailbox(3)
    assert box.put("a", 1) and box.take(1) is None and box.waiting()
    assert box.put("b", 2) and box.take(2) == "a" and box.take(2) is None
    assert box.take(3) == "b" and box.take(3) is None and not box.waiting()
