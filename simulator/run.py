"""One run of a simulated street from its options to its report: what `diya simulate`, tests and benchmarks call."""

from __future__ import annotations

import contextlib
import selectors
import tempfile
import time as wall
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from host_tools.boards import load_board, read_board
from host_tools.broker import embedded_broker
from host_tools.broker.mosquitto_config import CITY_PORT
from host_tools.site.model import Site
from host_tools.user_folders import writable_cache
from simulator.caller import Caller
from simulator.engines.engine import Engine
from simulator.happenings.scene import Surroundings
from simulator.hardware.radio import Radio
from simulator.kernel import Kernel, RealPace
from simulator.network.broker_access import Access, find_access, modelled
from simulator.network.broker_model import BrokerModel
from simulator.network.endpoint import Network
from simulator.network.modelled import ModelledNetwork
from simulator.network.real import RealNetwork
from simulator.report.flash import flash_figures
from simulator.report.report import RunTotals, build_report
from simulator.run_time import RunTime
from simulator.scenario import find_scenario, load_scenario
from simulator.scenario.call import Call
from simulator.scenario.happening import Scenario
from simulator.street.recorder import Recorder
from simulator.street.street import Street
from simulator.street.surroundings import ModelledSurroundings, RealSurroundings
from simulator.street.transcript import Transcript

CLOCK_MS = 1000  # between two messages with the simulated time, in real milliseconds
TLS_HEAP = 16 * 1024  # bytes that what stands in for the chip's own TLS takes of a virtual machine


@dataclass(frozen=True)
class Options:
    """A run.  *start* is local time at the site; *speed* None is virtual time, else simulated seconds a real second.

    *broker*: "none" (modelled), "embedded", or an address; for *credentials* and *city_port* see ``find_access``.
    *settings* are put over every pole's own, and *files* into its ``vfs``.
    """

    site: Site
    start: datetime
    hours: float | None = None
    engine: str = "cpython"
    speed: float | None = None
    scenario: str | None = None
    seed: int = 1
    broker: str = "none"
    transcript: bool = False
    heap_bytes: int = 208 * 1024
    credentials: Path | None = None
    city_port: int = CITY_PORT
    settings: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    console: Caller | None = None  # makes the calls of the scenario; without it they are left out
    board: str | None = None  # of all poles in place of the site's: a name, or a file that ends in .toml


@dataclass
class Outcome:
    """The result of a run."""

    street: Street
    report: dict[str, Any]
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
    time = RunTime(_unix(options), options.site.timezone)
    scenario = _scenario(options, time)
    poles = [pole.name for pole in options.site.poles]
    access = find_access(options.broker, options.credentials, options.city_port, poles, time)
    if options.broker == "none":  # happenings that need TLS are only possible where the links have it
        access = modelled(any(happening.kind == "memory_short" for happening in scenario.happenings))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="diya-")))
        engine = stack.enter_context(_engine(options, access))
        transcript = Transcript() if options.transcript else None
        cast = _Cast(options, scenario, time, access, engine, folder, transcript)
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
        return Outcome(street, _report(options, street, lasted), transcript)


def _call(console: Caller, scenario: Scenario, street: Street, time: RunTime) -> None:
    for call in scenario.calls:

        def make(call: Call = call) -> None:
            local = time.local(call.at_ms)
            console.make(f"{local:%H:%M}", call.at(local))

        street.kernel.at(call.at_ms, make)


def _unix(options: Options) -> int:
    return RunTime(0, options.site.timezone).local_ms(options.start) // 1000


def _scenario(options: Options, time: RunTime) -> Scenario:
    if options.scenario is None:
        return Scenario("quiet", 24.0 if options.hours is None else options.hours)
    return load_scenario(find_scenario(options.scenario), options.site, time, options.hours)


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


def _boards(options: Options) -> dict[str, dict[str, Any]]:
    """{name of a board in the site: the board, or that of *options* in its place}."""
    names = sorted({pole.board for pole in options.site.poles})
    chosen = options.board
    if chosen is None:
        return {name: load_board(name) for name in names}
    board = read_board(Path(chosen)) if chosen.endswith(".toml") else load_board(chosen)
    return dict.fromkeys(names, board)


@dataclass
class _Cast:
    """The common parts of a run on a modelled network and of one on a real broker."""

    options: Options
    scenario: Scenario
    time: RunTime
    access: Access
    engine: Engine
    folder: Path
    transcript: Transcript | None
    street: Street = field(init=False)

    def modelled(self, kernel: Kernel) -> Street:
        """The street on a modelled network, in *kernel*'s time."""
        recorder = self._recorder(kernel)
        broker = BrokerModel(lambda: kernel.now_ms, recorder.heard)
        network = ModelledNetwork(
            kernel, self.options.seed, broker, lambda: self.time.unix_ms(kernel.now_ms), self._online, self.access.host
        )
        return self._cast(kernel, network, ModelledSurroundings(network, self._radio, recorder), recorder)

    @contextlib.contextmanager
    def real(self, say: Callable[[str], None]) -> Iterator[Street]:
        """The street on a real broker, whose address is given to *say*."""
        site = self.options.site
        with contextlib.ExitStack() as stack:
            server, poles, city = None, self.access.poles, self.access.city
            if self.options.broker == "embedded":
                server, warning = embedded_broker()
                if warning:
                    say(warning)
                stack.enter_context(server)
                poles = city = server.address
            assert poles and city
            selector = stack.enter_context(selectors.DefaultSelector())
            factor = self.options.speed or 1.0
            pace = RealPace(factor, selector)
            kernel = Kernel(pace)
            recorder = self._recorder(kernel)
            place = (poles.host, poles.port)
            network = RealNetwork(
                kernel, selector, place, self.access.host, lambda: self.time.unix_ms(kernel.now_ms), self._online
            )
            stack.callback(network.close)
            around = RealSurroundings(network, self._radio, server, city, site, recorder, selector)
            stack.callback(around.close)
            street = self._cast(kernel, network, around, recorder)
            every_ms = max(1, round(CLOCK_MS * factor))
            kernel.every(every_ms, lambda: around.tell_time(self.time.unix(kernel.now_ms), factor))
            kernel.every(max(1, round(CLOCK_MS * factor / 10)), around.listen)
            say(f"broker at {poles}")
            pace.begin()
            yield street

    def _recorder(self, kernel: Kernel) -> Recorder:
        return Recorder(kernel, self.options.site, lambda: self.time.unix(kernel.now_ms), self.transcript)

    def _cast(self, kernel: Kernel, network: Network, around: Surroundings, recorder: Recorder) -> Street:
        options = self.options
        real_speed = None if options.broker == "none" else options.speed
        self.street = Street(
            options.site, _boards(options), self.scenario, self.time, options.seed, self.engine, kernel, network,
            around, recorder, self.folder, lambda pole: {**self.access.settings(pole, real_speed), **options.settings},
            {**self.access.files, **options.files},
        )  # fmt: skip
        return self.street

    def _radio(self, pole: str) -> Radio:
        return self.street.poles[pole].wiring.radio

    def _online(self, pole: str) -> bool:
        return self._radio(pole).carries


def _report(options: Options, street: Street, lasted_s: float) -> dict[str, Any]:
    scenario, recorder = street.scenario, street.recorder
    end_ms = round(scenario.hours * 3_600_000)
    resets = street.resets()
    totals = RunTotals(
        site=options.site.name,
        scenario=scenario.name,
        engine=options.engine,
        broker=options.broker,
        seed=options.seed,
        poles=len(street.poles),
        hours=scenario.hours,
        wall_s=lasted_s,
        messages=recorder.messages,
        bytes=recorder.bytes,
        max_heap_bytes=street.max_heap(),
        counts={
            "steps": sum(stage.pole.steps for stage in street.poles.values()),
            "failures": len(street.failures()),
            "reported": sum(1 for kinds in recorder.reported.values() if kinds),
            **{f"boots_{cause}": count for cause, count in resets.items()},
            **{f"acks_{reason}": count for reason, count in recorder.acks.items()},
        },
    )
    flash = flash_figures((stage.pole.flash for stage in street.poles.values()), scenario.hours)
    return build_report(totals, street.time, street.darkness, street.detection(end_ms), flash)
