"""Time servers that refuse, say nothing or cannot be found, several of them, and how seldom they are asked then."""

import struct

from pole.link.addresses import Addresses
from pole.runtime import aio
from pole.runtime.lcg import Lcg
from pole.timekeeping.clock import CITY, NETWORK
from pole.timekeeping.network_time import NetworkTime

try:
    from tests.firmware.link.link_bench import Bench, Radio
except ImportError:  # MicroPython
    from link_bench import Bench, Radio

HOUR_MS = 3600000
UNIX = 1795500000  # 2026-11-24, at millisecond 0 of the bench
EPOCH = 2208988800
LOOK_UP_MS = 7000  # that lwIP takes for a name without an answer
RIGHT, REFUSES, SILENT, NONSENSE = "right", "refuses", "silent", "nonsense"


class Servers:
    """Answers by ``does`` ({address: what it does}); ``asked`` and ``looked`` are (ms, address or name)."""

    def __init__(self, bench, does, names=None):
        self.bench = bench
        self.does = does
        self.names = names or {}
        self.asked = []
        self.looked = []

    async def resolve(self, host):
        self.looked.append((self.bench.now, host))
        if host not in self.names:
            await self.bench.sleep_ms(LOOK_UP_MS)
            raise OSError("no such host")
        return self.names[host]

    async def exchange(self, address, port, question, timeout_ms):
        assert port == 123 and len(question) == 48
        self.asked.append((self.bench.now, address))
        what = self.does[address]
        if what == SILENT:
            await self.bench.sleep_ms(timeout_ms)
            raise OSError("no answer")
        await self.bench.sleep_ms(40)
        if what == NONSENSE:
            return b"HTTP/1.1 400 Bad Request"
        seconds = struct.pack(">II", UNIX + EPOCH + self.bench.now // 1000, 0)
        head = b"\x24" + bytes((0 if what == REFUSES else 2,)) + b"\x06\xec" + bytes(8) + b"RATE"
        return head + seconds + question[40:48] + seconds + seconds

    def gaps(self):
        """Milliseconds between one question and the next."""
        return [self.asked[i + 1][0] - self.asked[i][0] for i in range(len(self.asked) - 1)]


class Pole:
    """The NetworkTime of a pole with *servers* (``time.host``), on *net*; ``heard`` are (ms, witness)."""

    def __init__(self, bench, net, hosts, joined=True, city=False):
        self.bench = bench
        self.heard = []
        self.questions = []
        self.city = city  # a session is there
        self.radio = Radio(bench)
        if joined:
            self.radio.join("city", "")
        settings = {
            "time.host": hosts, "time.interval": 3600, "keys": {}, "pole": "P0001", "site": "sagar",
            "link.root": "diya/1",
        }  # fmt: skip
        self.times = NetworkTime(
            net, self.radio, settings, Lcg(7), self.nonce, self.on_answer, Addresses(net, bench.ticks), self.put, None
        )
        bench.create_task(self.times.run())

    def nonce(self, size):
        return bytes(range(size))

    def on_answer(self, unix_ms, round_trip_ms, ticks, witness):
        if witness == NETWORK:
            assert abs(unix_ms - UNIX * 1000 - self.bench.now) <= 1000
        self.heard.append((self.bench.now, witness))

    def put(self, payload):
        self.questions.append(self.bench.now)
        return self.city


class Days(Bench):
    """A bench whose ticks are those of the pole's tasks, too."""

    def __enter__(self):
        self.plain = aio.ticks_ms
        aio.ticks_ms = self.ticks
        return Bench.__enter__(self)

    def __exit__(self, *_):
        aio.ticks_ms = self.plain
        Bench.__exit__(self)


def lived(does, hosts, hours, names=None):
    """(the servers, the pole) after so many *hours*."""
    with Days() as bench:
        net = Servers(bench, does, names)
        pole = Pole(bench, net, hosts)
        bench.run(hours * HOUR_MS)
    return net, pole


def test_a_server_that_refuses_is_asked_less_and_less_often_down_to_once_in_hours():
    net, pole = lived({"10.0.0.9": REFUSES}, "10.0.0.9", 72)
    gaps = net.gaps()
    assert not pole.heard
    assert 15 <= len(net.asked) <= 35
    assert min(gaps) >= 15000 and gaps[:2] < gaps[2:4]
    assert min(gaps[-5:]) >= 3 * HOUR_MS and max(gaps) <= 7 * HOUR_MS


def test_a_server_that_says_nothing_or_nonsense_is_asked_about_once_an_hour_or_less():
    for what, most in ((SILENT, 60), (NONSENSE, 30)):
        net, pole = lived({"10.0.0.9": what}, "10.0.0.9", 48)
        assert not pole.heard
        assert len(net.asked) <= most
        assert min(net.gaps()[-5:]) >= HOUR_MS // 2


def test_a_name_that_cannot_be_found_blocks_a_chip_seldom():
    net, pole = lived({}, "time.example", 48)
    assert not net.asked and not pole.heard
    assert len(net.looked) <= 60
    assert net.looked[-1][0] - net.looked[-2][0] >= HOUR_MS // 2


def test_of_several_servers_the_next_is_asked_and_the_one_that_answers_is_kept():
    does = {"10.0.0.7": REFUSES, "10.0.0.8": SILENT, "10.0.0.9": RIGHT}
    net, pole = lived(does, "10.0.0.7, 10.0.0.8,time.example,clock.example", 12, {"clock.example": "10.0.0.9"})
    assert pole.heard[0][0] <= 5 * 60000
    assert [address for _ms, address in net.asked[:3]] == ["10.0.0.7", "10.0.0.8", "10.0.0.9"]
    assert {address for _ms, address in net.asked[3:]} == {"10.0.0.9"}
    assert len(net.looked) <= 3  # the address that was found is kept


def test_two_servers_that_refuse_are_together_asked_no_more_often_than_hours_apart_each():
    net, _pole = lived({"10.0.0.7": REFUSES, "10.0.0.8": REFUSES}, "10.0.0.7,10.0.0.8", 96)
    for server in ("10.0.0.7", "10.0.0.8"):
        times = [ms for ms, address in net.asked if address == server]
        assert times[-1] - times[-2] >= 2 * HOUR_MS


def test_a_server_that_comes_back_after_a_day_is_heard_within_hours_and_then_asked_once_an_hour():
    for what, within in ((SILENT, 2), (REFUSES, 6)):
        with Days() as bench:
            net = Servers(bench, {"10.0.0.9": what})
            pole = Pole(bench, net, "10.0.0.9")
            bench.run(24 * HOUR_MS)
            net.does["10.0.0.9"] = RIGHT
            bench.run((24 + within) * HOUR_MS)
            assert pole.heard
            pole.times.settled = True
            before = len(net.asked)
            bench.run((36 + within) * HOUR_MS)
        assert 8 <= len(net.asked) - before <= 17


def test_the_wait_for_the_radio_ends_when_a_session_begins():
    with Days() as bench:
        net = Servers(bench, {"10.0.0.9": RIGHT})
        pole = Pole(bench, net, "10.0.0.9", joined=False)
        bench.run(27000)  # it has just looked, and would look next in 54 s
        pole.radio.join("city", "")
        bench.run(30000)
        assert not net.asked
        pole.city = True
        pole.times.hurry()
        bench.run(31000)
        assert net.asked and pole.questions


def test_a_city_that_contradicts_is_asked_again_at_once_and_not_after_an_hour():
    with Days() as bench:
        pole = Pole(bench, Servers(bench, {"10.0.0.9": RIGHT}), "10.0.0.9", city=True)
        pole.times.settled = True
        bench.run(2 * HOUR_MS)
        asked = pole.questions[-1]
        pole.times.settled = True
        while pole.questions[-1] == asked:
            bench.run(bench.now + 1000)
        asked = pole.questions[-1]
        bench.run(asked + 150)
        answer = b'{"v":1,"nonce":"0001020304050607","unixMs":1495500000000}'
        pole.times.heard(pole.times.topic, answer, False)
        assert pole.heard[-1][1] == CITY
        pole.times.settled = False  # as the control task finds it, with the answer
        bench.run(asked + 120000)
        assert len([ms for ms in pole.questions if ms > asked]) >= 2
