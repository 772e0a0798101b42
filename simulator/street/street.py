"""A street of poles: the plant, the chips, the firmware on an engine, the network around them, and the results."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from host_tools.site.model import Pole, Site
from host_tools.site.pole_settings import pole_config
from simulator.engines.engine import Engine
from simulator.happenings.catalogue import KINDS
from simulator.happenings.kind import CHIP
from simulator.happenings.scene import Surroundings
from simulator.hardware.around import meter_type
from simulator.kernel import Kernel
from simulator.network.endpoint import Network
from simulator.plant.mains import Feeder
from simulator.plant.pole import PolePlant
from simulator.plant.weather import Weather
from simulator.report.darkness import Darkness
from simulator.report.night import NightLog
from simulator.run_time import RunTime
from simulator.scenario.happening import Scenario
from simulator.street.city_time import CityTime
from simulator.street.commissioning import commission
from simulator.street.player import Player
from simulator.street.pole_runner import VirtualPole
from simulator.street.recorder import Recorder
from simulator.street.troubles import CITY_TIME, SERVER_TIME
from simulator.street.wiring import Wiring

SAMPLE_MS = 300_000  # of the plot, and of the progress bar
STARTED_MS = 60_000  # by then every pole has started, and its light is no longer that of a relay at rest


class StreetPole:
    """One pole with everything that belongs to it."""

    def __init__(self, street: Street, pole: Pole, board: Mapping[str, Any], settings: dict[str, Any]) -> None:
        self._street = street
        self._hold_up_ms = board.get("supply", {}).get("hold_up_ms", 0)
        kernel = street.kernel
        site = street.site
        self.name = pole.name
        self.plant = PolePlant(
            pole,
            site.luminaires[pole.luminaire],
            street.feeder(pole.feeder or pole.name),
            street.weather,
            street.seed,
            board=board,
            meter=meter_type(board),
            ageing=street.scenario.ageing(pole.name),
        )
        number = street.numbers[pole.name] + 2
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        self.wiring = Wiring(kernel, board, self.plant, street.seed, street.unix_ms, address)
        self.wiring.changed = self.tell_light
        self.follow: Callable[[float], None] = lambda light: None  # called with the light, 0 to 1 of its type's
        folder = street.folder / pole.name
        (folder / "vfs").mkdir(parents=True)
        (folder / "vfs" / "board.json").write_text(json.dumps(board))
        (folder / "vfs" / "config.json").write_text(json.dumps(settings))
        for name, content in street.files.items():
            (folder / "vfs" / name).write_bytes(content)
        self.pole = VirtualPole(kernel, pole.name, folder, street.engine, self.wiring.chip, street.network)
        if "meter" in board:
            table = [list(point) for point in site.luminaires[pole.luminaire].points if point[0] > 0]
            commission(self.plant, self.pole.flash, table)

    def power(self) -> None:
        """Starts or ends the firmware with the mains, and reports the light to the judge."""
        if self.plant.powered:
            self.pole.power_on()
        else:
            self.pole.power_off(self._hold_up_ms)
        self.tell_light()

    def tell_light(self) -> None:
        """Tells the judge of darkness what the lamp gives now."""
        now = self._street.kernel.now_ms
        ordered_off = self._street.recorder.ordered_off(self.name)
        light = self.plant.light(now)
        self._street.darkness.change(self.name, now, light, self.plant.excused, ordered_off)
        self.follow(light)


class Street:
    """All poles of *site* over *scenario*; ``run`` simulates it.

    *overrides* gives what to put over the settings of a pole, by its name; *files* are put into every pole's ``vfs``.
    *numbers* has the number of each pole, from which its network address follows.
    """

    def __init__(
        self,
        site: Site,
        boards: Mapping[str, Mapping[str, Any]],
        scenario: Scenario,
        time: RunTime,
        seed: int,
        engine: Engine,
        kernel: Kernel,
        network: Network,
        around: Surroundings,
        recorder: Recorder,
        folder: Path,
        overrides: Callable[[str], Mapping[str, Any]],
        files: Mapping[str, bytes],
        numbers: Mapping[str, int],
    ) -> None:
        self.site = site
        self.numbers = numbers
        self.scenario = scenario
        self.time = time
        self.seed = seed
        self.engine = engine
        self.kernel = kernel
        self.network = network
        self.around = around
        self.recorder = recorder
        self.folder = folder
        self.files = files
        self.weather = Weather(site.latitude, site.longitude, seed, time)
        self.darkness = Darkness(site.poles, site.lit_percent, time)
        self.log = NightLog(time)  # of the light that the lamps gave, and of their power
        self.told = NightLog(time)  # of the levels that the poles reported
        self.city_time = CityTime(kernel, self.unix_ms, around.publish)
        recorder.ask_time = self.city_time.asked
        network.time_ahead_ms = lambda pole: self.poles[pole].pole.troubles.ahead_ms(SERVER_TIME)
        self.city_time.ahead_ms = lambda pole: self.poles[pole].pole.troubles.ahead_ms(CITY_TIME)
        self.poles: dict[str, StreetPole] = {}
        self._feeders: dict[str, Feeder] = {}
        for pole in site.poles:
            settings = {**pole_config(site, pole, time.start_unix), **overrides(pole.name)}
            self.city_time.knows(pole.name, settings)
            self.poles[pole.name] = StreetPole(self, pole, boards[pole.board], settings)
        recorder.excuse = lambda name: self.poles[name].tell_light()
        recorder.tell_level = self._tell_level
        chips = {name for each in scenario.happenings if KINDS[each.kind].time == CHIP for name in each.poles}
        recorder.wrong_clock = lambda name: name in chips
        Player(kernel, scenario, site, self.poles, around, self.unix_ms)

    def unix_ms(self) -> int:
        """The true time, Unix milliseconds."""
        return self.time.unix_ms(self.kernel.now_ms)

    def feeder(self, name: str) -> Feeder:
        """The feeder called *name*, the same for all its poles."""
        if name not in self._feeders:
            self._feeders[name] = Feeder(name, self.seed, self.time)
        return self._feeders[name]

    def run(self, hours: float, progress: Callable[[int, int, str], None]) -> None:
        """Runs *hours*; *progress* is called with (ms done, of so many, local time) every few simulated minutes."""
        end_ms = round(hours * 3_600_000)

        def sample() -> None:
            now = self.kernel.now_ms
            for stage in self.poles.values():
                sensed = stage.plant.sense(now)
                self.log.sample(stage.name, now, 100.0 * stage.plant.light(now), sensed.power_w)
                if stage.name in self.recorder.levels:
                    self._tell_level(stage.name)
            progress(now, end_ms, f"{self.time.local(now):%d %b %H:%M}")

        for stage in self.poles.values():
            stage.power()
        self.kernel.every(SAMPLE_MS, sample)
        self.kernel.at(STARTED_MS, sample)
        try:
            self.kernel.run(end_ms)
        finally:
            for stage in self.poles.values():
                stage.pole.close()
        self.darkness.finish(end_ms)

    def _tell_level(self, name: str) -> None:
        self.told.sample(name, self.kernel.now_ms, self.recorder.levels[name], 0.0)

    def sighted(self, number: int, pole: str) -> tuple[int | None, int | None]:
        """When the fault of happening *number*, and its end, could first be sensed by *pole* (ms of the run)."""
        plant, troubles = self.poles[pole].plant, self.poles[pole].pole.troubles
        if troubles.had(number):
            return troubles.seen_ms(number), troubles.gone_ms(number)
        return plant.observable_ms(number), plant.end_observable_ms(number)

    def resets(self) -> Counter[str]:
        """How often poles started, by cause."""
        return sum((stage.pole.resets for stage in self.poles.values()), Counter())

    def failures(self) -> list[str]:
        """The failures of any firmware, one text each."""
        return [f"{stage.name}: {text}" for stage in self.poles.values() for text in stage.pole.failures]

    def max_heap(self) -> int | None:
        """Highest heap in use in any pole, bytes; None where the engine does not measure it."""
        return max((stage.pole.heap_peak for stage in self.poles.values()), default=0) or None
