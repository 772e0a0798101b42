"""The scene of happenings: the poles, their surroundings, and the happenings that go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from host_tools.site.model import Site
from simulator.kernel import Kernel

OFF_MS = 1000  # without power, of a pole that is restarted to lose data


class Happening(Protocol):
    """A happening of a scenario, as an act needs it; ``scenario/happening.py`` says what its values mean."""

    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def places(self) -> Mapping[str, int]: ...
    @property
    def group(self) -> str | None: ...
    @property
    def everywhere(self) -> bool: ...
    @property
    def severity(self) -> float: ...
    @property
    def seconds(self) -> int: ...
    @property
    def order(self) -> Any: ...


class Plant(Protocol):
    """The electrical and optical part of a pole."""

    def inject(self, happening: int, fault: str, severity: float, now_ms: int) -> None:
        """*fault* begins because of *happening*."""

    def clear(self, happening: int, now_ms: int) -> None:
        """The fault of *happening* is over."""


class Stage(Protocol):
    """One pole, as a happening handles it: its plant, its node with the firmware, and the chips wired to that."""

    @property
    def plant(self) -> Plant: ...
    @property
    def wiring(self) -> Any: ...
    @property
    def pole(self) -> Any: ...

    def power(self) -> None:
        """Starts or ends the pole's firmware with its mains, and reports its light to the judge."""


class Surroundings(Protocol):
    """The surroundings of the poles: broker, network and time server."""

    def broker(self, running: bool) -> None:
        """Starts the broker, or kills it."""

    def reach(self, pole: str, reachable: bool) -> None:
        """The pole's access point is in reach, or not."""

    def time_served(self, pole: str, served: bool) -> None:
        """The time server answers this pole, or not."""

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """The city sends a message, which the broker is to *retain* or not."""


@dataclass
class Scene:
    """A street on which happenings are played; ``unix_ms()`` is the true time.

    ``stages`` are its poles.  A happening may also concern other poles of the site, which are simulated apart.
    ``on``: {(kind, pole): {number of the happening: severity}} of what goes on; ``down``: happenings that keep the
    broker down; ``flooded``: messages of floods so far, by pole.
    """

    kernel: Kernel
    site: Site
    stages: Mapping[str, Stage]
    around: Surroundings
    unix_ms: Callable[[], int]
    on: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    down: int = 0
    flooded: dict[str, int] = field(default_factory=dict)

    def poles_of(self, happening: Happening) -> list[str]:
        """The poles of this street that *happening* concerns."""
        return [pole for pole in self.stages if pole in happening.places]

    def severity(self, kind: str, pole: str) -> float:
        """The highest of *kind* that goes on at *pole*; 0.0: there is none."""
        return max(self.on.get((kind, pole), {}).values(), default=0.0)

    def without_power(self, pole: str, change: Callable[[Stage], None]) -> None:
        """Takes the power of *pole* for a moment, in which *change* is made."""
        stage = self.stages[pole]
        stage.pole.power_off()
        change(stage)
        self.kernel.after(OFF_MS, stage.power)
