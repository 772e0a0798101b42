"""The faults and unusual conditions of one pole, by name, with their severity.

Several happenings may put the same fault on a pole, at the same time or one after the other; each is kept under its
own number until it is cleared, and the worst of them counts.
"""

from __future__ import annotations

from dataclasses import field, make_dataclass
from typing import TYPE_CHECKING, Any

from simulator.happenings.act import EFFECTS
from simulator.happenings.catalogue import KINDS

NAMES = tuple(kind.name for kind in KINDS.values() if kind.fault)
# {effect: the faults that have it}
DERIVED = {
    effect: tuple(kind.name for kind in KINDS.values() if kind.fault and effect in kind.fault.effects)
    for effect in EFFECTS
}

if TYPE_CHECKING:

    class Faults:
        """The faults in force on one pole, each 0 (none) to 1; a field is called as the kind of happening that causes
        it.  Of a fault that is all or nothing, anything above 0 is the whole of it.

        ageing acts from the start of the run on, by what the plant was made with, and not here.
        """

        mains_lost: bool  # the effects: see simulator/happenings/act.py
        disturbed: bool
        of_the_light: bool
        restless: bool

        def __init__(self, **severities: float) -> None: ...

        def __getattr__(self, fault: str) -> float: ...

else:

    def _work_out_effects(faults: Any) -> None:
        for effect, causes in DERIVED.items():
            object.__setattr__(faults, effect, any(getattr(faults, cause) > 0.0 for cause in causes))

    Faults = make_dataclass(
        "Faults",
        [(name, float, 0.0) for name in NAMES] + [(effect, bool, field(init=False)) for effect in EFFECTS],
        namespace={"__post_init__": _work_out_effects},
        frozen=True,
        slots=True,
    )

HEALTHY = Faults()

Held = dict[int, tuple[str, float]]  # {number of the happening: (name of the fault, severity)}


def combined(held: Held) -> Faults:
    """The combined faults of all in *held*."""
    worst: dict[str, float] = {}
    for name, severity in held.values():
        worst[name] = max(worst.get(name, 0.0), severity)
    return Faults(**worst)
