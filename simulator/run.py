"""One run of a simulated street from its options to its report: what `diya simulate`, tests and benchmarks call."""

from __future__ import annotations

import contextlib
import selectors
import tempfile
import time as wall
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host_tools.site.model import Site
from host_tools.user_folders import writable_cache
from simulator.caller import Caller
from simulator.cast import Cast
from simulator.engines.engine import Engine
from simulator.kernel import Kernel, RealPace
from simulator.network.broker_access import Access, find_access, modelled
from simulator.process_memory import peak_bytes
from simulator.report.flash import flash_figures
from simulator.report.report import RunTotals, build_report
from simulator.run_options import Options, read_scenario, run_time
from simulator.run_time import RunTime
from simulator.scenario.call import Call
from simulator.scenario.happening import Scenario
from simulator.street.result import StreetResult, result_of
from simulator.street.street import Street
from simulator.street.transcript import Transcript

__all__ = ["Options", "Outcome", "RunResult", "report_of", "simulate", "simulate_scenario"]

TLS_HEAP = 16 * 1024  # bytes that what stands in for the chip's own TLS takes of a virtual machine


@dataclass
class RunResult:
    """The result of a run, as values.  ``site`` has the poles that were simulated."""

    site: Site
    scenario: Scenario
    time: RunTime
    result: StreetResult
    report: dict[str, Any]


@dataclass
class Outcome(RunResult):
    """The result of a run in this process, with the street itself as it was at the end."""

    street: Street
    transcript: Transcript | None


def simulate(
    options: Options,
    progress: Callable[[int, int, str], None] = lambda done, total, clock: None,
    say: Callable[[str], None] = lambda sentence: None,
    begin: Callable[[Street], None] = lambda street: None,
) -> Outcome:
    """Runs the simulation.  *progress* is called with (ms done, of so many, local time); *say* with the broker's
    address once there is one; *begin* with the street before anything happens on it, to add events to its time.

    Raises DiyaError with a sentence for anything the user can put right.
    """
    time = run_time(options)
    return simulate_scenario(options, read_scenario(options, time), time, progress, say, begin)


def simulate_scenario(
    options: Options,
    scenario: Scenario,
    time: RunTime,
    progress: Callable[[int, int, str], None] = lambda done, total, clock: None,
    say: Callable[[str], None] = lambda sentence: None,
    begin: Callable[[Street], None] = lambda street: None,
    folder: Path | None = None,
) -> Outcome:
    """As ``simulate``, where the *scenario* of the options has been read; temporary files are made in *folder*."""
    poles = [pole.name for pole in options.own.poles]
    access = find_access(options.broker, options.credentials, options.city_port, poles, time)
    if options.broker == "none":  # happenings that need TLS are only possible where the links have it
        access = modelled(any(happening.kind == "memory_short" for happening in scenario.happenings))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="diya-", dir=folder)))
        engine = stack.enter_context(_engine(options, access))
        transcript = Transcript() if options.transcript else None
        cast = Cast(options, scenario, time, access, engine, folder, transcript)
        if options.broker == "none":
            pace = RealPace(options.speed, stack.enter_context(selectors.DefaultSelector())) if options.speed else None
            street = cast.modelled(Kernel(pace))
        else:
            street = stack.enter_context(cast.real(say))
        begin(street)
        if options.console is not None:
            _call(options.console, scenario, street, time)
        elif scenario.calls:
            say(f"{len(scenario.calls)} calls of other systems are left out: --console names the console they go to")
        started = wall.monotonic()
        street.run(scenario.hours, progress)
        lasted = wall.monotonic() - started
        result = result_of(street)
        report = report_of(options, scenario, time, result, lasted)
        return Outcome(options.own, scenario, time, result, report, street, transcript)


def _call(console: Caller, scenario: Scenario, street: Street, time: RunTime) -> None:
    for call in scenario.calls:

        def make(call: Call = call) -> None:
            local = time.local(call.at_ms)
            console.make(f"{local:%H:%M}", call.at(local))

        street.kernel.at(call.at_ms, make)


@contextlib.contextmanager
def _engine(options: Options, access: Access) -> Iterator[Engine]:
    engine: Engine
    if options.engine == "micropython":
        from simulator.engines.micropython import MicroPythonEngine

        engine = MicroPythonEngine(writable_cache("mpy"), options.heap_bytes + (TLS_HEAP if access.tls else 0))
    else:
        from simulator.engines.cpython import CPythonEngine

        engine = CPythonEngine()
    try:
        yield engine
    finally:
        engine.close()


def report_of(
    options: Options,
    scenario: Scenario,
    time: RunTime,
    result: StreetResult,
    lasted_s: float,
    jobs: int = 1,
    memory_bytes: int = 0,
) -> dict[str, Any]:
    """The report of a run that took *lasted_s* real seconds, and at most *memory_bytes* in *jobs* processes."""
    totals = RunTotals(
        site=options.site.name,
        scenario=scenario.name,
        engine=options.engine,
        broker=options.broker,
        seed=options.seed,
        poles=len(result.flash),
        hours=scenario.hours,
        wall_s=lasted_s,
        jobs=jobs,
        memory_bytes=memory_bytes or peak_bytes() or None,
        messages=result.messages,
        bytes=result.bytes,
        max_heap_bytes=result.max_heap,
        counts={
            "steps": result.steps,
            "failures": len(result.failures),
            "reported": result.reported,
            **{f"boots_{cause}": count for cause, count in result.resets.items()},
            **{f"acks_{reason}": count for reason, count in result.acks.items()},
        },
    )
    flash = flash_figures(result.flash, scenario.hours)
    return build_report(totals, time, result.darkness, result.detection(scenario, time), flash)
