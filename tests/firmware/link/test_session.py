"""The link through everything a network can do to it, in virtual time."""

import gc

from pole.link.outbox import Outbox, Queue
from pole.link.session import Session
from pole.runtime.lcg import Lcg
from pole.wire import contract

try:
    from tests.firmware.link.link_bench import Bench, Broker, Net, Radio, changed
except ImportError:  # MicroPython
    from link_bench import Bench, Broker, Net, Radio, changed

COMMAND = "diya/1/sagar/P0001/command"


class Pole:
    """A session on a bench, with what it was told."""

    def __init__(self, bench, settings=None, seed=1, radio=None, on_online=None):
        self.bench = bench
        self.settings = settings or changed()
        self.broker = Broker(bench)
        self.net = Net(bench, self.broker)
        self.radio = radio
        self.queue = Queue()
        self.outbox = Outbox(bench.ticks, self.queue)
        self.messages = []
        self.online_at = []
        self.link = Session(
            self.net,
            radio,
            self.settings,
            self.outbox,
            bench.ticks,
            Lcg(seed),
            self._message,
            on_online or self._online,
        )
        self.task = bench.create_task(self.link.run())

    def _message(self, topic, payload, oversize):
        self.messages.append((topic, None if payload is None else bytes(payload), oversize))

    def _online(self):
        self.online_at.append(self.bench.now)
        self.outbox.put(contract.BIRTH, "birth")
        self.outbox.put(contract.STATE, "state")

    def run(self, seconds):
        self.bench.run(self.bench.now + seconds * 1000)

    @property
    def stream(self):
        return self.broker.streams[-1]

    def kinds(self):
        return [entry[2] for entry in self.broker.published()]


def publish(topic, payload, packet_id=0):
    from pole.link import packets

    return packets.publish(topic.encode(), payload, packet_id=packet_id)


def test_a_session_begins_with_will_subscriptions_presence_and_birth():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        connects = [entry[2] for entry in pole.broker.log if entry[1] == "connect"]
        assert len(connects) == 1
        assert (
            b"sagar-P0001" in connects[0]
            and b'diya/1/sagar/P0001/presence\x00\x16{"v":1,"online":false}' in connects[0]
        )
        assert connects[0][7] == 0x2E  # clean session; will, QoS 1, retained
        assert [entry[2] for entry in pole.broker.log if entry[1] == "subscribe"] == [
            "diya/1/sagar/P0001/command",
            "diya/1/sagar/P0001/config",
            "diya/1/sagar/P0001/update",
            "diya/1/sagar/_group/ward-1/command",
            "diya/1/sagar/_group/ward-2/command",
            "diya/1/sagar/_all/command",
            "diya/1/sagar/P0001/time/answer",
        ]
        first = pole.broker.published()
        assert [(entry[2], entry[3], entry[5]) for entry in first] == [
            ("presence", '{"v":1,"online":true}', 3),  # QoS 1, retained
            ("birth", "birth", 3),
            ("state", "state", 3),
        ]
        assert pole.link.online and pole.link.problem == "" and pole.link.refused == ()
        assert pole.outbox.oldest() is None  # all acknowledged


def test_reports_go_out_as_they_come():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        pole.outbox.put(contract.METER, "m")
        pole.outbox.put(contract.EVENT, "e")
        pole.outbox.put(contract.ACK, "a")
        pole.run(1)
        assert [(entry[2], entry[5]) for entry in pole.broker.published()[3:]] == [
            ("event", 2),
            ("ack", 2),
            ("meter", 0),
        ]


def test_messages_are_handed_over_and_acknowledged():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        pole.stream.deliver(publish(COMMAND, b"one", 7) + publish(COMMAND, b"two"))
        pole.stream.deliver(publish(COMMAND, b"x" * 20000, 8))
        pole.stream.deliver(publish(COMMAND, b"y" * 8000, 9))
        pole.run(1)
        assert pole.messages == [
            (COMMAND, b"one", False),
            (COMMAND, b"two", False),
            (COMMAND, None, True),
            (COMMAND, b"y" * 8000, False),
        ]
        acknowledged = [entry[3] for entry in pole.broker.log if entry[1] == "packet" and entry[2] == 4]
        assert acknowledged == [b"\x00\x07", b"\x00\x08", b"\x00\x09"]
        assert pole.link.online


def test_a_quiet_session_is_kept_alive_for_days_and_across_the_wrap_of_ticks():
    with Bench(start=(1 << 30) - 100000) as bench:
        pole = Pole(bench)
        pole.run(3 * 3600)
        pings = pole.broker.times("ping")
        assert len(pole.broker.streams) == 1 and pole.link.online
        gaps = [pings[place] - pings[place - 1] for place in range(1, len(pings))]
        assert len(pings) > 170 and max(gaps) <= 60000 and min(gaps) >= 59000


def test_a_session_lasts_longer_than_ticks_compare():
    with Bench() as bench:
        settings = changed(link_keepalive=3600)
        pole = Pole(bench, settings)
        pole.run(14 * 86400)
        assert len(pole.broker.streams) == 1 and pole.link.online
        pole.stream.end()
        end = bench.now
        pole.run(10)
        assert pole.net.attempts[-1] - end < 5100  # it was a good session: no back-off to speak of


def test_a_broker_that_accepts_and_then_says_nothing():
    with Bench() as bench:
        pole = Pole(bench)
        pole.broker.silent = True
        pole.run(60)
        assert not pole.link.online and pole.online_at == []
        assert pole.link.problem == "the broker did not answer CONNECT within 20 s"
        assert len(pole.broker.streams) >= 2 and pole.broker.streams[0].closed
        pole.broker.silent = False
        pole.run(120)
        assert pole.link.online


def test_a_broker_that_never_answers_the_subscription():
    with Bench() as bench:
        pole = Pole(bench)
        real = pole.broker.answer
        pole.broker.answer = lambda stream, data: None if data[0] == 0x90 else real(stream, data)
        pole.run(26)
        assert pole.link.problem == "the broker did not answer SUBSCRIBE within 20 s"
        assert pole.kinds() == []  # nothing is reported before commands can be heard


def test_a_refusing_broker_is_asked_again_ever_more_rarely():
    with Bench() as bench:
        pole = Pole(bench)
        pole.broker.connack = b"\x20\x02\x00\x05"
        pole.run(3600)
        assert pole.link.problem == "the broker refused the connection: not authorized (5)"
        attempts = pole.net.attempts
        assert 3600 / 120 < len(attempts) < 3600 / 120 * 4
        late = [attempts[place] - attempts[place - 1] for place in range(11, len(attempts))]
        assert max(late) <= 121000
        assert all([stream.closed for stream in pole.broker.streams])
        pole.broker.connack = b"\x20\x02\x00\x00"
        pole.run(125)
        assert pole.link.online and pole.link.problem == ""


def test_a_connection_closed_in_the_middle_of_a_packet():
    for piece in (b"\x32", b"\x32\x40", b"\x32\x40\x00\x1adiya", b"\x32\xd0\x0f\x00\x01tabc"):
        with Bench() as bench:
            pole = Pole(bench)
            pole.run(10)
            pole.stream.deliver(piece)
            pole.stream.end()
            bench.run(bench.now + 2)
            assert not pole.link.online and pole.link.problem == "the broker closed the connection"
            pole.run(8)
            assert pole.link.online and len(pole.broker.streams) == 2
            pole.stream.deliver(publish(COMMAND, b"after", 1))
            pole.run(1)
            assert pole.messages == [(COMMAND, b"after", False)]


def test_a_reset_connection():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        pole.stream.end(OSError("ECONNRESET"))
        pole.outbox.put(contract.EVENT, "e")
        bench.run(bench.now + 2)
        assert not pole.link.online and "ECONNRESET" in pole.link.problem
        pole.run(10)
        assert [entry[3] for entry in pole.broker.published("event")] == ["e"]


def test_rubbish_from_the_broker_ends_the_session_and_nothing_else():
    for rubbish in (
        b"\xff\xff\xff\xff\xff\xff",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\x20\x02\x00\x00",
        b"\x90\x03\x00\x09\x00",
    ):
        with Bench() as bench:
            pole = Pole(bench)
            pole.run(10)
            pole.stream.deliver(rubbish)
            pole.run(20)
            assert len(pole.broker.streams) == 2 and pole.link.online


def test_a_denied_subscription_does_not_silence_the_pole_and_is_asked_for_again():
    with Bench() as bench:
        pole = Pole(bench)
        denied = "diya/1/sagar/_group/ward-2/command"
        pole.broker.suback[denied] = 0x80
        pole.run(30)
        assert pole.link.online and pole.link.refused == (denied,)
        assert pole.kinds() == ["presence", "birth", "state"]
        pole.run(60)
        assert pole.link.refused == (denied,)
        pole.broker.suback.clear()
        pole.run(120)
        assert pole.link.refused == () and len(pole.broker.streams) == 1
        asked = [entry[2] for entry in pole.broker.log if entry[1] == "subscribe"][7:]
        assert 1 < len(asked) < 5 and set(asked) == {denied}


def test_a_half_open_connection_is_found_out_by_a_ping():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        pole.broker.silent = True  # the broker's machine lost its power: nothing comes back, not even a reset
        for _ in range(8):
            pole.outbox.put(contract.METER, "m")
            pole.run(10)
        assert not pole.link.online
        assert pole.link.problem == "the broker did not answer a ping within 20 s"
        assert pole.broker.streams[0].closed


def test_a_peer_that_takes_no_more_data_is_given_up():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        pole.stream.blocked = True
        pole.outbox.put(contract.EVENT, "e")
        bench.run(bench.now + 19000)
        assert pole.link.online
        bench.run(bench.now + 1100)
        assert not pole.link.online and pole.link.problem == "the broker took no data for 20 s"
        pole.run(20)
        assert pole.link.online
        assert [(entry[3], entry[5] & 8) for entry in pole.broker.published("event")] == [("e", 8)]


def test_a_broker_that_pings_but_never_acknowledges_is_left():
    with Bench() as bench:
        pole = Pole(bench)
        pole.broker.puback = False
        pole.run(150)
        assert len(pole.broker.streams) == 1  # slow is not stuck
        pole.broker.puback = True
        pole.run(80)
        assert len(pole.broker.streams) == 2 and pole.link.online
        again = [entry for entry in pole.broker.published() if entry[0] > 150000]
        assert [(entry[2], entry[5] & 8) for entry in again] == [("presence", 0), ("birth", 0), ("state", 0)]
        assert pole.outbox.oldest() is None


def test_unacknowledged_reports_are_repeated_with_dup_and_their_identifier():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        pole.broker.puback = False
        for number in range(3):
            pole.outbox.put(contract.EVENT, str(number))
        pole.run(1)
        before = pole.broker.published("event")
        pole.stream.end()
        pole.broker.puback = True
        pole.outbox.put(contract.EVENT, "new")
        pole.run(15)
        after = pole.broker.published("event")[3:]
        assert [entry[5] for entry in before] == [2, 2, 2]
        assert [(entry[3], entry[5]) for entry in after] == [("0", 10), ("1", 10), ("2", 10), ("new", 2)]
        assert [entry[4] for entry in after[:3]] == [entry[4] for entry in before]


def test_an_address_is_kept_while_the_name_server_is_gone_and_looked_up_when_it_no_longer_answers():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        pole.net.dns = False
        pole.stream.end()
        pole.run(60)
        assert pole.link.online and pole.net.resolved == 1
        pole.net.dns = True
        pole.net.refuse = True  # the broker has moved
        pole.stream.end()
        pole.run(600)
        assert not pole.link.online and 2 <= pole.net.resolved <= len(pole.net.attempts) // 3 + 1


def test_a_name_that_is_not_found_is_looked_up_less_and_less_often():
    with Bench() as bench:
        pole = Pole(bench)
        pole.net.dns = False
        pole.run(3600)
        first = pole.net.resolved
        assert pole.link.problem == "no such host" and 4 < first < 12
        pole.run(3600)
        assert pole.net.resolved - first <= 4
        pole.net.dns = True
        pole.run(1000)
        assert pole.link.online


def test_a_name_server_that_says_nothing():
    with Bench() as bench:
        pole = Pole(bench)

        async def never(host):
            await bench.sleep_ms(10**9)

        pole.net.resolve = never
        pole.run(30)
        assert pole.link.problem == "no address for broker.example within 20 s"


def test_the_first_retry_is_within_the_back_off_and_later_ones_double():
    with Bench() as bench:
        pole = Pole(bench)
        limits = []
        pole.net.refuse = True
        for _ in range(40):
            limits.append(pole.link.backoff_ms() // 1000)
            attempts = len(pole.net.attempts)
            before = bench.now
            while len(pole.net.attempts) == attempts:
                pole.run(1)
            assert bench.now - before <= limits[-1] * 1000 + 2000
            bench.run(bench.now + 10)
        assert limits[:7] == [5, 5, 10, 20, 40, 80, 120] and set(limits[7:]) == {120}


def test_a_ward_comes_back_spread_over_time():
    with Bench() as bench:
        poles = [Pole(bench, seed=seed) for seed in range(40)]
        bench.run(70000)
        assert all([pole.link.online for pole in poles])
        first = sorted([pole.online_at[0] for pole in poles])
        assert first[-1] - first[0] > 3500  # power came back to all of them in the same second
        for pole in poles:
            pole.net.refuse = True
            pole.stream.end()
        bench.run(670000)
        for pole in poles:
            pole.net.refuse = False
        bench.run(670000 + 125000)
        back = sorted([pole.online_at[-1] - 670000 for pole in poles])
        assert back[0] > 0 and all([pole.link.online for pole in poles])
        for slot in range(4):  # each half minute of two has its share
            assert 3 <= len([ms for ms in back if slot * 30000 <= ms < slot * 30000 + 30000]) <= 20, back


def test_short_sessions_do_not_reset_the_back_off():
    with Bench() as bench:
        pole = Pole(bench)
        for lasting, expected in ((30, 5), (30, 10), (30, 20), (70, 5), (30, 10)):
            while not pole.link.online:
                pole.run(1)
            pole.run(lasting)
            pole.stream.end()
            bench.run(bench.now + 3)
            assert pole.link.backoff_ms() == expected * 1000, (lasting, expected)


def test_wifi_is_joined_and_rejoined_and_never_twice_without_leaving():
    with Bench() as bench:
        radio = Radio(bench)
        pole = Pole(bench, changed(link_ssid="city"), radio=radio)
        radio.reachable = False
        pole.run(120)
        assert pole.link.problem == "Wi-Fi city was not joined within 20 s: no access point found"
        assert radio.calls[:4] == ["start", "join", "leave", "join"]
        assert radio.calls.count("start") == 1 + radio.calls.count("stop")
        radio.reachable = True
        pole.run(130)
        assert pole.link.online
        joins = radio.calls.count("join")
        pole.stream.end()
        pole.run(10)
        assert pole.link.online and radio.calls.count("join") == joins  # still joined: no need
        radio._asked = 10**9  # the access point threw it out
        pole.stream.end()
        pole.run(20)
        assert pole.link.online and radio.calls[-2:] == ["leave", "join"]


def test_a_wedged_radio_is_switched_off_and_on_and_joins():
    for radio_class in (Radio, RefusingRadio):
        with Bench() as bench:
            radio = radio_class(bench)
            pole = Pole(bench, changed(link_ssid="city"), radio=radio)
            pole.run(20)
            radio.wedged = True
            pole.stream.end()
            pole.run(900)
            assert pole.link.online and radio.calls.count("stop") == 1


class RefusingRadio(Radio):
    """While it is wedged ``join`` raises (micropython#17661)."""

    def join(self, ssid, password):
        if self.wedged:
            raise OSError("Wifi Internal Error")
        super().join(ssid, password)


def test_a_radio_that_is_of_no_use_is_renewed_again_and_again_and_nothing_ends():
    with Bench() as bench:
        radio = Radio(bench)
        pole = Pole(bench, changed(link_ssid="city"), radio=radio)

        def broken(*arguments):
            raise RuntimeError("no radio")

        radio.start = radio.stop = broken
        pole.run(3600)
        assert pole.link.problem == "no radio"
        del radio.start, radio.stop
        pole.run(300)
        assert pole.link.online


def test_a_broker_that_sends_hundreds_at_once_has_to_wait_and_the_session_goes_on():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(20)
        pole.stream.deliver(b"".join([publish(COMMAND, b"x", n) for n in range(1, 301)]))
        pole.run(10)
        acknowledged = [entry for entry in pole.broker.log if entry[1] == "packet" and entry[2] == 4]
        assert pole.link.online and len(pole.messages) == 300
        assert [entry[3][0] << 8 | entry[3][1] for entry in acknowledged] == list(range(1, 301))


def test_what_there_is_no_room_for_is_asked_for_again_and_then_given_up():
    with Bench() as bench:
        pole = Pole(bench)
        refused = []

        def on_message(topic, payload, oversize):
            refused.append((bench.now, topic))
            return not topic

        pole._message = None
        pole.link = Session(
            pole.net, None, pole.settings, pole.outbox, bench.ticks, Lcg(1), on_message, lambda: None
        )  # fmt: skip
        pole.task.cancel()
        bench.create_task(pole.link.run())
        pole.run(20)
        began = bench.now
        pole.stream.deliver(publish(COMMAND, b"x", 7))
        pole.run(5)
        assert pole.link.online and refused[-1][1] == "" and 900 <= refused[-1][0] - began <= 1100


def test_wifi_that_carries_nothing_is_joined_afresh():
    with Bench() as bench:
        radio = Radio(bench)
        pole = Pole(bench, changed(link_ssid="city"), radio=radio)
        pole.run(20)
        pole.net.refuse = True
        pole.stream.end()
        pole.run(600)
        assert 1 < radio.calls.count("join") < 6


def test_a_fault_of_the_application_s_does_not_end_the_link():
    def broken():
        if len(calls) < 2:
            calls.append(1)
            raise KeyError("birth")

    with Bench() as bench:
        calls = []
        pole = Pole(bench, on_online=broken)
        pole.run(40)
        assert len(calls) == 2 and pole.link.online

    with Bench() as bench:
        pole = Pole(bench)
        pole.messages = None  # appending to it will fail
        pole.run(10)
        pole.stream.deliver(publish(COMMAND, b"x", 1))
        pole.run(20)
        assert len(pole.broker.streams) == 2 and pole.link.online


def test_a_pole_without_a_broker_ends_its_link_quietly():
    with Bench() as bench:
        pole = Pole(bench, changed(link_host=""))
        pole.run(1)
        assert pole.task.done and "link.host is empty" in pole.link.problem


def test_a_cancelled_link_closes_its_stream():
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        pole.task.cancel()
        pole.run(1)
        assert pole.task.done and pole.stream.closed and not pole.link.online


def _busy(order):
    """What a pole does on the wire in a time in which everything happens, and much in the same millisecond."""
    if hasattr(gc, "threshold"):
        gc.threshold(100000)  # or what is kept of so much garbage is strewn over the whole heap
    with Bench(order=order) as bench:
        pole = Pole(bench, changed(link_keepalive=20))
        random = Lcg(5)

        async def control():
            number = 0
            while True:
                number += 1
                for kind in (contract.STATE, contract.METER, contract.ACK, contract.EVENT):
                    if random.below(3) == 0:
                        pole.outbox.put(kind, "%s %d" % (kind, number))
                await bench.sleep_ms(
                    random.below(4) * 5 + (random.below(20000) // 5 * 5 if random.below(50) == 0 else 0)
                )

        async def city():
            number = 0
            while True:
                number += 1
                await bench.sleep_ms(random_city.below(3000) // 5 * 5)
                if pole.broker.streams and not pole.stream.closed and pole.link.online:
                    pole.stream.deliver(publish(COMMAND, b"c%d" % number, 1 + number % 1000))
                    if random_city.below(30) == 0:
                        await bench.sleep_ms(random_city.below(2))  # also while the pole is sending
                        pole.stream.end()
                        await bench.sleep_ms(1)

        random_city = Lcg(6)
        bench.create_task(control())
        bench.create_task(city())
        bench.run(900000)
        return list(pole.broker.log), pole.queue.lost, len(pole.broker.streams)


def test_the_order_of_ready_tasks_cannot_be_seen_on_the_wire():
    first = _busy(None)
    assert len(first[0]) > 4000 and first[1] > 0 and first[2] > 3, (len(first[0]), first[1:])
    for order in (1, 2, 3):
        other = _busy(order)
        for place in range(min(len(first[0]), len(other[0]))):
            assert first[0][place] == other[0][place], (
                place,
                first[0][place - 3 : place + 3],
                other[0][place - 3 : place + 3],
            )
        assert other == first


def test_the_heap_does_not_grow():
    if not hasattr(gc, "mem_alloc"):
        return  # CPython has no figure to compare
    with Bench() as bench:
        pole = Pole(bench)
        random = Lcg(1)
        heap = []
        for _round in range(4):
            for _ in range(60):
                pole.outbox.put(contract.STATE, "s" * (200 + random.below(100)))
                pole.outbox.put(contract.METER, "m" * (200 + random.below(100)))
                pole.outbox.put(contract.ACK, "a" * (200 + random.below(100)))
                pole.run(10)
                pole.stream.deliver(publish(COMMAND, b"c" * random.below(3000), 1 + random.below(1000)))
            pole.run(30)
            pole.stream.end()
            pole.run(30)
            pole.broker.log = []
            pole.broker.streams = pole.broker.streams[-1:]
            pole.net.attempts = []
            pole.messages = []
            pole.online_at = []
            gc.collect()
            heap.append(gc.mem_alloc())
        assert max(heap[1:]) - heap[1] < 512, heap
