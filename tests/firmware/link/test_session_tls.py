"""What the link asks of TLS: files of the factory, the chip's clock set before, and never plain TCP in its place."""

from pole.link.outbox import Outbox, Queue
from pole.link.session import Session
from pole.runtime.lcg import Lcg

try:
    from tests.firmware.link.link_bench import Bench, Broker, Net, changed
except ImportError:  # MicroPython
    from link_bench import Bench, Broker, Net, changed

FLOOR = 1795000000


class Factory:
    def __init__(self, **files):
        self.files = files

    def read(self, name):
        return self.files.get(name.replace(".", "_"))


class Pole:
    def __init__(self, bench, *, tls=1, **files):
        self.net = Net(bench, Broker(bench))
        self.files = Factory(**files)
        outbox = Outbox(bench.ticks, Queue())
        self.link = Session(
            self.net, None, changed(link_tls=tls), outbox, bench.ticks, Lcg(1), lambda *_: None, lambda: None,
            self.files, lambda ticks: FLOOR + ticks // 1000,
        )  # fmt: skip
        bench.create_task(self.link.run())


def test_a_secure_link_gives_the_servers_name_and_the_files_and_sets_the_clock():
    with Bench() as bench:
        pole = Pole(bench, ca_pem=b"the city's")
        bench.run(10000)
        assert pole.link.online and pole.link.problem == ""
        assert pole.net.secure == ("broker.example", b"the city's", None, None)
        assert FLOOR <= pole.net.time <= FLOOR + 6


def test_a_pole_with_a_certificate_shows_it():
    with Bench() as bench:
        pole = Pole(bench, ca_pem=b"ca", pole_pem=b"certificate", pole_key=b"key")
        bench.run(10000)
        assert pole.net.secure == ("broker.example", b"ca", b"certificate", b"key")


def test_without_the_citys_ca_there_is_no_connection_at_all():
    with Bench() as bench:
        pole = Pole(bench)
        bench.run(300000)
        assert pole.net.attempts == [] and not pole.link.online
        assert pole.link.problem == "link.tls is 1 and ca.pem is missing: the broker cannot be told from another"
        pole.files.files["ca_pem"] = b"ca"  # read again for each attempt
        bench.run(500000)
        assert pole.link.online


def test_half_a_client_certificate_is_said():
    for files in ({"pole_pem": b"certificate"}, {"pole_key": b"key"}):
        with Bench() as bench:
            pole = Pole(bench, ca_pem=b"ca", **files)
            bench.run(60000)
            assert pole.net.attempts == []
            assert pole.link.problem == "pole.pem and pole.key belong together and one of them is missing"


def test_a_link_without_tls_leaves_the_clock_alone():
    with Bench() as bench:
        pole = Pole(bench, tls=0, ca_pem=b"ca")
        bench.run(10000)
        assert pole.link.online and pole.net.secure is None and pole.net.time is None


def test_no_memory_for_tls_is_a_failure_like_any_other():
    with Bench() as bench:
        pole = Pole(bench, ca_pem=b"ca")
        connect = pole.net.connect

        async def refuse(*given):
            pole.net.attempts.append(bench.now)
            raise MemoryError() if len(pole.net.attempts) % 2 else OSError(12)

        pole.net.connect = refuse
        bench.run(600000)
        assert pole.link.problem in ("MemoryError", str(OSError(12)))
        assert 5 < len(pole.net.attempts) < 40  # it waits longer and longer between attempts
        pole.net.connect = connect
        bench.run(800000)
        assert pole.link.online


def test_a_handshake_that_goes_silent_for_want_of_memory_is_said_to_and_a_plain_link_is_not_asked():
    with Bench() as bench:
        pole = Pole(bench, ca_pem=b"ca")
        pole.net.broker.silent = True
        pole.net.short = "; the chip has but 1208 bytes of memory left, too few for TLS"
        bench.run(60000)
        assert pole.link.problem == "the broker did not answer CONNECT within 20 s" + pole.net.short
    with Bench() as bench:
        pole = Pole(bench, tls=0)
        pole.net.broker.silent = True
        pole.net.short = "; a lie"
        bench.run(60000)
        assert pole.link.problem == "the broker did not answer CONNECT within 20 s"
