"""A long life of one session: too long for the virtual machine to be worth the wait."""

from __future__ import annotations

from pole.wire import contract
from tests.firmware.link.link_bench import Bench
from tests.firmware.link.test_session import Pole


def test_seventy_thousand_publishes_in_one_session() -> None:
    with Bench() as bench:
        pole = Pole(bench)
        pole.run(10)
        sent = 0
        while sent < 70000:
            for _ in range(12):
                assert pole.outbox.put(contract.EVENT, str(sent))
                sent += 1
            bench.run(bench.now + 50)
        events = pole.broker.published("event")
        assert [entry[3] for entry in events] == [str(number) for number in range(sent)]
        identifiers = [entry[4] for entry in events]
        assert min(identifiers) == 1 and max(identifiers) == 65535
        assert not any(entry[5] & 8 for entry in events) and len(pole.broker.streams) == 1
