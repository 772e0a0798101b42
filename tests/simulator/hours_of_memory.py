"""Lives poles over TLS that lose their broker once an hour, and obey and answer; checks memory and light."""

from __future__ import annotations

from typing import Any

from host_tools import envelope
from pole import contract_acks
from simulator.street.street import Street
from tests.simulator.streets import HOUR_MS, MINUTE_MS, City, live

SETTINGS = {"link.tls": 1, "report.spread": 0, "link.maximumBackoff": 20}
FILES = {"ca.pem": b"the model's"}
AWAY_MS = 5_000  # the broker is gone for so long
SIZES = [56 * 1024, 104 * 1024]


def check_hours(poles: int, hours: int, engine: str) -> int:
    """How many reconnections there were; fails where one took more than 60 s, or memory or light were not right."""
    back: list[int] = []

    def begin(street: Street) -> None:
        city = City(street)
        network: Any = street.network
        kernel = street.kernel

        def cut() -> None:
            network.broker.stop()
            kernel.after(AWAY_MS, network.broker.start)
            back.append(kernel.now_ms + AWAY_MS)

        for hour in range(1, hours):
            kernel.at(hour * HOUR_MS, cut)
            for number, stage in enumerate(street.poles.values()):
                at = hour * HOUR_MS + 10 * MINUTE_MS + number * 1000
                body = envelope.override(60, city.unix(at) + 600, reason="memory", ref=f"h{hour}")
                city.send(at, body, city.topic(stage.name))
                kernel.at(at + MINUTE_MS, lambda stage=stage: stage.pole.type(b'{"id":1,"do":"status"}\n'))

    lived = live(hours, engine=engine, poles=poles, settings=SETTINGS, files=FILES, heap_bytes=224 * 1024, begin=begin)
    assert lived.report["dark_minutes"] == 0
    assert lived.street.failures() == []
    for stage in lived.street.poles.values():
        dram = stage.wiring.chip.dram
        assert dram.sizes == SIZES, stage.name
        assert dram.refused == dram.stalled == dram.starved == 0
        assert {ack["outcome"] for ack in lived.acks(stage.name)} == {contract_acks.APPLIED}
        assert len(lived.acks(stage.name)) == hours - 1
        said = [ms for ms, presence in lived.said(stage.name, "presence") if presence["online"]]
        for since in back:
            assert any(since <= ms <= since + MINUTE_MS for ms in said), (stage.name, since)
    return len(back) * poles
