"""Plays a scenario: makes each happening begin and end in the kernel's time, as its kind has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from host_tools.site.model import Site
from simulator.happenings.catalogue import KINDS
from simulator.happenings.scene import Scene, Stage, Surroundings
from simulator.kernel import Kernel
from simulator.scenario.happening import Scenario


class Player:
    """Plays *scenario* on the poles of *stages*."""

    def __init__(
        self,
        kernel: Kernel,
        scenario: Scenario,
        site: Site,
        stages: Mapping[str, Stage],
        around: Surroundings,
        unix_ms: Callable[[], int],
    ) -> None:
        scene = Scene(kernel, site, stages, around, unix_ms)
        for happening in scenario.happenings:
            act = KINDS[happening.kind].act
            if happening.severity == 0.0 and not act.with_severity_0:
                continue  # nothing of it
            act.prepare(scene, happening)
            kernel.at(happening.at_ms, partial(act.begin, scene, happening))
            if happening.over_ms is not None:
                kernel.at(happening.over_ms, partial(act.end, scene, happening))
