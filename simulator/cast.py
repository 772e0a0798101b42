"""Puts a street and its surroundings together: on a modelled network in virtual time, or on a real broker."""

from __future__ import annotations

import contextlib
import selectors
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from host_tools.broker import embedded_broker
from simulator.engines.engine import Engine
from simulator.happenings.scene import Surroundings
from simulator.hardware.radio import Radio
from simulator.kernel import Kernel, RealPace
from simulator.network.broker_access import Access
from simulator.network.broker_model import BrokerModel
from simulator.network.endpoint import Network
from simulator.network.impaired import ImpairedNetwork
from simulator.network.modelled import ModelledNetwork
from simulator.network.real import RealNetwork
from simulator.run_options import Options, boards_of
from simulator.run_time import RunTime
from simulator.scenario.happening import Scenario
from simulator.street.recorder import Recorder
from simulator.street.street import Street
from simulator.street.surroundings import ModelledSurroundings, RealSurroundings
from simulator.street.transcript import Transcript

CLOCK_MS = 1000  # between two messages with the simulated time, in real milliseconds


@dataclass
class Cast:
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
        return Recorder(kernel, self.options.own, lambda: self.time.unix(kernel.now_ms), self.transcript)

    def _cast(self, kernel: Kernel, network: Network, around: Surroundings, recorder: Recorder) -> Street:
        options = self.options
        if options.impairment:
            network = ImpairedNetwork(kernel, network, options.impairment, options.seed)
        real_speed = None if options.broker == "none" else options.speed
        self.street = Street(
            options.own, boards_of(options), self.scenario, self.time, options.seed, self.engine, kernel, network,
            around, recorder, self.folder, lambda pole: {**self.access.settings(pole, real_speed), **options.settings},
            {**self.access.files, **options.files}, {pole.name: n for n, pole in enumerate(options.site.poles)},
        )  # fmt: skip
        return self.street

    def _radio(self, pole: str) -> Radio:
        return self.street.poles[pole].wiring.radio

    def _online(self, pole: str) -> bool:
        return self._radio(pole).carries
