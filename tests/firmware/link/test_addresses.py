from pole.link.addresses import QUIET_MS, Addresses

try:
    from tests.firmware.link.link_bench import Bench
except ImportError:  # MicroPython
    from link_bench import Bench


class Net:
    """Looks names up; ``looked``: when (ms).  Without a name server it raises."""

    def __init__(self, bench):
        self.bench = bench
        self.looked = []
        self.served = True

    async def resolve(self, host):
        self.looked.append(self.bench.now)
        if not self.served:
            raise OSError("no such host")
        return "10.0.0.%d" % len(self.looked)


def asked(bench, addresses, host="broker.example"):
    """What is found, or the problem."""
    out = []

    async def ask():
        try:
            out.append(await addresses.resolve(host, 4000))
        except OSError as error:
            out.append(str(error))

    bench.create_task(ask())
    bench.run(bench.now + 10)
    return out[0] if out else None


def test_an_address_is_never_looked_up():
    with Bench() as bench:
        net = Net(bench)
        assert asked(bench, Addresses(net, bench.ticks), "192.168.4.1") == "192.168.4.1"
        assert net.looked == []


def test_an_address_is_kept_until_it_fails_three_times():
    with Bench() as bench:
        net = Net(bench)
        addresses = Addresses(net, bench.ticks)
        for _ in range(3):
            assert asked(bench, addresses) == "10.0.0.1"
            addresses.answered("broker.example", False)
        assert asked(bench, addresses) == "10.0.0.2"
        net.served = False
        for _ in range(9):
            addresses.answered("broker.example", False)
            assert asked(bench, addresses) == "10.0.0.2"  # while no new one is found
        assert len(net.looked) == 3


def test_no_look_up_begins_when_the_light_is_due():
    with Bench() as bench:
        net = Net(bench)
        addresses = Addresses(net, bench.ticks)
        addresses.light_due = bench.now + QUIET_MS - 1
        assert asked(bench, addresses) is None
        bench.run(bench.now + QUIET_MS + 2000)
        assert len(net.looked) == 1 and net.looked[0] >= addresses.light_due


def test_what_begins_with_a_connection_waits_for_what_is_due_while_it_is_made_too():
    with Bench() as bench:
        addresses = Addresses(Net(bench), bench.ticks)
        addresses.light_due = due = bench.now + QUIET_MS + 20000 - 1
        done = []

        async def wait():
            await addresses.quiet(QUIET_MS + 20000)
            done.append(bench.now)

        bench.create_task(wait())
        bench.run(due + 2000)
        assert len(done) == 1 and done[0] >= due


def test_no_look_up_begins_while_the_light_may_change_at_any_moment():
    with Bench() as bench:
        net = Net(bench)
        addresses = Addresses(net, bench.ticks)
        addresses.light_due = -1
        assert asked(bench, addresses) is None
        bench.run(bench.now + 120000)
        assert net.looked == []
        addresses.light_due = None
        bench.run(bench.now + 1100)
        assert len(net.looked) == 1
