"""The acts by which kinds of happening are played: the effect of their beginning and of their end on the poles.

An act has no state, because many streets share it: all state is in the scene.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.happenings.scene import Happening, Scene, Stage

# what else a fault of the plant makes of its pole (simulator/plant/faults.py)
MAINS_LOST = "mains_lost"  # there is no mains at all
DISTURBED = "disturbed"  # its voltage is not what it should be
OF_THE_LIGHT = "of_the_light"  # lamp, relay or gear is at fault: darkness is not the firmware's doing
RESTLESS = "restless"  # the light changes by itself
EFFECTS = (MAINS_LOST, DISTURBED, OF_THE_LIGHT, RESTLESS)

# what a fault of the plant shows in (simulator/plant/observable.py)
MAINS, POWER, VOLTAGE, POWER_FACTOR, FRAMES = "mains", "power", "voltage", "power factor", "frames"
HEAT, SKY, LEAK, LEAN, BLOW, DOOR, GEAR = "heat", "sky", "leak", "lean", "blow", "door", "gear"

# the parts of a node that can raise, by the kind of happening in which they do
ADC, METER, BUS, FLASH = "adc_fails", "meter_fails", "bus_fails", "flash_fails"
PARTS = (ADC, METER, BUS, FLASH)

# when it is over, from (severity, ms at which it begins, ms of its ``until`` or None); None: never in this run
Over = Callable[[float, int, int | None], int | None]


class Act:
    """One way to play a happening, pole by pole."""

    with_severity_0 = False  # whether it is played where nothing of it is there

    def prepare(self, scene: Scene, happening: Happening) -> None:
        """Called before the run."""

    def begin(self, scene: Scene, happening: Happening) -> None:
        """It begins, on each of its poles."""
        for pole in scene.poles_of(happening):
            self.begin_on(scene, happening, pole)

    def end(self, scene: Scene, happening: Happening) -> None:
        """It is over, on each of its poles."""
        for pole in scene.poles_of(happening):
            self.end_on(scene, happening, pole)

    def begin_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        """It begins on *pole*."""

    def end_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        """It is over on *pole*."""


@dataclass(frozen=True)
class Fault(Act):
    """A fault of the plant: its field in ``plant.faults.Faults`` is called as the kind, its physics are in plant/.

    ``shows_in``: the quantity in which a pole can see it, "" where there is none; ``effects``: some of ``EFFECTS``.
    ``over``: for what ends by itself.
    """

    with_severity_0 = True
    shows_in: str = ""
    effects: tuple[str, ...] = ()
    over: Over | None = None

    def begin_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        scene.stages[pole].plant.inject(happening.number, happening.kind, happening.severity, scene.kernel.now_ms)
        scene.stages[pole].power()

    def end_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        scene.stages[pole].plant.clear(happening.number, scene.kernel.now_ms)
        scene.stages[pole].power()


class Trouble(Act):
    """A fault that a pole meets when it uses a part: a wrong time of a source, or a part that raises.

    Which part raises, and which source is wrong, is in street/troubles.py, under the name of the kind.
    """

    def prepare(self, scene: Scene, happening: Happening) -> None:
        if happening.kind in PARTS:  # an engine has to know from its start that calls may raise
            for pole in scene.poles_of(happening):
                scene.stages[pole].pole.loud = True

    def begin_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        stage = scene.stages[pole]
        stage.pole.troubles.begin(happening.number, happening.kind, happening.seconds)
        _protect(stage)

    def end_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        stage = scene.stages[pole]
        stage.pole.troubles.end(happening.number, happening.kind)
        _protect(stage)


def _protect(stage: Stage) -> None:
    """The flash takes what is written, or not."""
    pole = stage.pole
    pole.flash.protected = pole.troubles.fails(FLASH)
    pole.flash.on_program = lambda: pole.troubles.meet(FLASH, pole.troubles.fails(FLASH))


@dataclass(frozen=True)
class While(Act):
    """A state while it lasts: ``put(scene, pole, severity)`` is called with the highest severity of those that go
    on, and with 0.0 when there is none any more.  ``first(scene, happening, pole)``: what each does when it begins.
    """

    put: Callable[[Scene, str, float], None] | None = None
    first: Callable[[Scene, Happening, str], None] | None = None

    def begin_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        scene.on.setdefault((happening.kind, pole), {})[happening.number] = happening.severity
        if self.put:
            self.put(scene, pole, scene.severity(happening.kind, pole))
        if self.first:
            self.first(scene, happening, pole)

    def end_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        del scene.on[happening.kind, pole][happening.number]
        if self.put:
            self.put(scene, pole, scene.severity(happening.kind, pole))


@dataclass(frozen=True)
class Restart(Act):
    """A change that is made while the pole has no power for a moment."""

    change: Callable[[Stage, Happening], None]

    def begin_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        scene.without_power(pole, lambda stage: self.change(stage, happening))
