"""The catalogue of happenings: an entry is the whole of it, and what an entry names is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from simulator.happenings import act
from simulator.happenings.catalogue import KINDS
from simulator.happenings.kind import EVENT_TYPES, Kind
from simulator.plant.faults import Faults
from simulator.plant.observable import PART
from simulator.street import troubles

SIMULATOR = Path(__file__).parents[3] / "simulator"
SHOWN = {*PART, act.MAINS}
FROM_THE_START = ("ageing",)  # the plant is made with it


def read_in(folder: Path) -> set[str]:
    """The attributes that the modules of *folder* read."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")]
    return {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_what_an_entry_names_is_there(kind: Kind) -> None:
    assert set(kind.events) | set(kind.accepted) <= set(EVENT_TYPES)
    if kind.fault:
        assert set(kind.fault.effects) <= set(act.EFFECTS)
        assert kind.fault.shows_in in {"", *SHOWN}
    if kind.drawn:
        assert 0 <= kind.drawn.low <= kind.drawn.high <= 1 and kind.drawn.spare >= 1
    assert bool(kind.events) <= bool(not kind.fault or kind.fault.shows_in), "what must be told can be seen"


def test_each_fault_of_the_plant_is_one_of_its_fields_and_acts_on_something() -> None:
    names = [kind.name for kind in KINDS.values() if kind.fault]
    for name in names:
        assert getattr(Faults(**{name: 0.5}), name) == 0.5
    used = read_in(SIMULATOR / "plant")
    cut = {kind.name for kind in KINDS.values() if kind.fault and act.MAINS_LOST in kind.fault.effects}
    assert set(names) - used - cut == set(FROM_THE_START)


def test_what_a_pole_meets_when_it_asks_is_met_somewhere() -> None:
    met = {kind.name for kind in KINDS.values() if isinstance(kind.act, act.Trouble)}
    assert met == {*troubles.PARTS, troubles.SERVER_TIME, troubles.CITY_TIME}


def test_the_effects_of_what_goes_on_are_worked_out() -> None:
    assert Faults(mains_cut=1.0).mains_lost and not Faults(mains_sag=1.0).mains_lost
    assert Faults(mains_sag=0.1).disturbed and Faults(flicker=0.1).restless and Faults(flicker=0.1).of_the_light
    assert not any(getattr(Faults(tilt=1.0), effect) for effect in act.EFFECTS)
    with pytest.raises(TypeError):
        Faults(lightning=1.0)
