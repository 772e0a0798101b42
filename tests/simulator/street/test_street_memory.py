"""A chip without memory for TLS: the link waits, the lamp does not, and the pole comes back when there is memory."""

from __future__ import annotations

import json

import pytest

from simulator.kernel import Kernel
from simulator.street.street import Street
from tests.simulator.hours_of_memory import check_hours
from tests.simulator.streets import MINUTE_MS, Lived, live

HEAP = 224 * 1024
SETTINGS = {"link.tls": 1, "report.spread": 0, "link.maximumBackoff": 20}
FILES = {"ca.pem": b"the model's"}

SHORT = """
[[happening]]
kind = "memory_short"
at = "+10m"
until = "+30m"
[[happening]]
kind = "broker_down"
at = "+15m"
until = "+16m"
"""


def live_securely(hours: float, engine: str, scenario: str = "", **options: object) -> Lived:
    chosen = {"settings": SETTINGS, "files": FILES, "heap_bytes": HEAP, **options}
    return live(hours, engine=engine, scenario=scenario, start="2026-11-24T18:00", **chosen)  # type: ignore[arg-type]


def online(lived: Lived, pole: str = "P0001") -> list[int]:
    """When the pole came online, ms."""
    return [ms for ms, presence in lived.said(pole, "presence") if presence["online"]]


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_without_memory_for_tls_the_street_stays_lit_and_the_pole_comes_back(engine: str) -> None:
    lived = live_securely(0.8, engine, SHORT)
    assert lived.report["dark_minutes"] == 0
    assert lived.street.failures() == []
    assert lived.street.resets() == {"powerOn": 2}
    for stage in lived.street.poles.values():
        dram = stage.wiring.chip.dram
        assert dram.refused > 10  # it went on trying, at most 20 s apart
        assert dram.sessions == 1
        before, *after = online(lived, stage.name)
        assert before < 15 * MINUTE_MS  # a session that was open went on in spite of it
        assert after and 30 * MINUTE_MS <= after[0] < 31 * MINUTE_MS


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_the_size_of_the_heap_is_set_once_at_the_start_and_stays(engine: str) -> None:
    cut = '[[happening]]\nkind = "power_cut"\nat = "+10m"\nuntil = "+12m"\n'
    lived = live_securely(0.4, engine, cut)
    for stage in lived.street.poles.values():
        dram = stage.wiring.chip.dram
        assert dram.sizes == [56 * 1024, 104 * 1024]
        assert dram.sessions == 1 and dram.starved == dram.stalled == dram.refused == 0
        assert [ms < 60_000 or 12 * MINUTE_MS < ms < 13 * MINUTE_MS for ms in online(lived, stage.name)] == [True, True]


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_a_pole_whose_heap_cannot_be_bound_starts_all_the_same_and_tls_says_what_it_lacks(engine: str) -> None:
    printed: list[str] = []

    def begin(street: Street) -> None:
        stage = street.poles["P0001"]
        memory = stage.wiring.chip.uarts
        memory._memory = lambda _number, size: size is None or size < 40_000  # type: ignore[method-assign]
        street.kernel.at(5 * MINUTE_MS, lambda: stage.pole.type(b'{"id":1,"do":"status"}\n'))
        street.kernel.at(6 * MINUTE_MS, lambda: printed.extend(stage.pole.printed.splitlines()))

    lived = live_securely(0.2, engine, poles=1, begin=begin)
    stage = lived.street.poles["P0001"]
    dram = stage.wiring.chip.dram
    assert dram.sizes == [56 * 1024, 112 * 1024]
    assert dram.stalled > 3 and online(lived) == []
    assert lived.report["dark_minutes"] == 0
    assert lived.street.failures() == []
    reason, answer = printed
    assert reason.startswith("diya: the size of the heap could not be set: ")
    problem = json.loads(answer)["problem"]
    assert problem.startswith("the broker ") and problem.endswith(" bytes of memory left, too few for TLS")


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_what_a_session_took_of_the_memory_it_gives_back(engine: str) -> None:
    sessions: list[int] = []
    times = 60

    def begin(street: Street) -> None:
        kernel: Kernel = street.kernel
        chip = street.poles["P0001"].wiring.chip
        network = street.network

        def cut() -> None:
            sessions.append(chip.dram.sessions)
            network.broker.stop()  # type: ignore[attr-defined]
            kernel.after(100, network.broker.start)  # type: ignore[attr-defined]

        for time in range(times):
            kernel.at((time + 1) * MINUTE_MS, cut)

    lived = live_securely(1.05, engine, poles=1, begin=begin)
    dram = lived.street.poles["P0001"].wiring.chip.dram
    assert len(online(lived)) == times + 1
    assert sessions == [1] * times
    assert dram.sessions == 1 and dram.refused == 0
    assert dram.free > 0


def test_a_reset_gives_the_memory_back_and_both_engines_write_the_same() -> None:
    cut = '[[happening]]\nkind = "power_cut"\nat = "+10m"\nuntil = "+12m"\n' + SHORT.replace("+", "+1h")
    first, second = (live_securely(1.8, engine, cut) for engine in ("cpython", "micropython"))
    assert first.text == second.text
    for stage in second.street.poles.values():
        assert stage.wiring.chip.dram.sessions == 1
        assert len(online(second, stage.name)) >= 2


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_a_pole_without_the_citys_ca_stays_away_from_the_broker_and_lit(engine: str) -> None:
    lived = live_securely(0.5, engine, files={"ca.pem": b""})
    assert lived.lines == []
    assert lived.report["dark_minutes"] == 0
    assert lived.street.failures() == []


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_once_an_hour_without_its_broker_a_pole_finds_its_memory_each_time(engine: str) -> None:
    assert check_hours(1, 4, engine).reconnections == 3
