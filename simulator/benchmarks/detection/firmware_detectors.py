"""The firmware's detectors on one pole, with what they keep over a restart: as control.py and kept.py handle them."""

from __future__ import annotations

from typing import Any

from pole.drivers.reading import Reading
from pole.health import setup
from pole.health.calibration import curve_of
from pole.health.event_types import EVENT_TYPES


class Watching:
    """Detectors of a pole with *settings*, over a lamp that has burnt for *hours*; they are made by ``restart``.

    *curve* is the lamp's own, as it was measured at commissioning; None: it was not.
    """

    def __init__(self, settings: dict[str, Any], curve: list[list[int]] | None, hours: int) -> None:
        self._settings = settings
        self._curve = curve
        self._hours = hours
        self._active = 0
        self.restart()

    def restart(self) -> None:
        """Restart of the node: the detectors begin with their stored state only."""
        self._watch = setup.watch(self._settings, self._curve, self._active, self._hours)

    @property
    def probe(self) -> int:
        """Hundredths of a percent to be added to the dimmer's output."""
        probe: int = self._watch.state.probe
        return probe

    @property
    def cap(self) -> int | None:
        """The percent that the level must not exceed."""
        cap: int | None = self._watch.cap
        return cap

    @property
    def photocell_failed(self) -> bool:
        """Whether the photocell was found to be at fault."""
        return bool(self._watch.state.active >> EVENT_TYPES.index("photocellFailure") & 1)

    def sample(self, reading: Reading, relay: bool, dim: int, sun: int, clocked: bool, ticks: int) -> int:
        """As ``Watch.sample``."""
        wait: int = self._watch.sample(reading, relay, dim, sun, clocked, ticks)
        return wait

    def news(self, relay: bool) -> list[tuple[str, bool]]:
        """(event type, whether it begins) of the changes since the last call; stores what is to be stored."""
        watch = self._watch
        if watch.news:
            self._active = watch.state.active
        if watch.state.learned and not relay:
            self._curve = curve_of(watch.state)
            watch.state.learned = False
        news = [(event_type, begins) for event_type, _attributes, begins in watch.news]
        watch.news = []
        return news
