"""Discharge lamps, and lamps whose power follows the voltage."""

from __future__ import annotations

import pytest

from host_tools.site.model import Luminaire
from simulator.plant.arc import Arc
from simulator.plant.circuit import Circuit
from simulator.plant.faults import HEALTHY, Faults
from simulator.plant.luminaire import LuminaireModel

MIN_MS = 60_000
FLAT = ((0, 0.6, 0.1), (10, 168.0, 0.9), (100, 168.0, 0.9))


def model(technology: str = "hps", driver: str = "follows-voltage", pole: str = "P0001") -> LuminaireModel:
    return LuminaireModel(Luminaire("lamp", 150, 15000, FLAT, technology=technology, driver=driver), pole, 7)


@pytest.mark.parametrize(("technology", "least_ms", "most_ms"), [("hps", 60_000, 180_000), ("mh", 480_000, 900_000)])
def test_a_hot_arc_strikes_only_when_it_has_cooled(technology: str, least_ms: int, most_ms: int) -> None:
    for number in range(20):
        arc = Arc(technology, f"P{number:04}", 7)
        arc.settle(True, HEALTHY, 0)
        assert 0.4 < arc.part(1000) < 0.5 and arc.part(20 * MIN_MS) > 0.99  # it runs up within 20 min
        arc.settle(False, HEALTHY, 30 * MIN_MS)
        arc.settle(True, HEALTHY, 30 * MIN_MS + 5000)
        assert arc.part(30 * MIN_MS + least_ms - 1) == 0.0
        assert arc.part(30 * MIN_MS + most_ms + 1) > 0.4


def test_a_deep_sag_puts_the_arc_out_and_a_shallow_one_does_not() -> None:
    for severity, burns in ((0.5, True), (0.9, False)):
        arc = Arc("hps", "P0001", 7)
        arc.settle(True, HEALTHY, 0)
        arc.settle(True, Faults(mains_sag=severity), 10 * MIN_MS)
        assert (arc.part(11 * MIN_MS) > 0) is burns
        arc.settle(True, HEALTHY, 20 * MIN_MS)
        assert arc.part(25 * MIN_MS) > 0.4


def test_a_ballast_without_its_arc_takes_a_current_and_few_watts() -> None:
    circuit = Circuit(model(), "P0001", 7)
    circuit.settle(HEALTHY, 0)
    burning = circuit.flow(HEALTHY, 240.0, 1.0, 25.0, 20 * MIN_MS)
    circuit.relay_closed = False
    circuit.settle(HEALTHY, 30 * MIN_MS)
    circuit.relay_closed = True
    circuit.settle(HEALTHY, 30 * MIN_MS + 1000)
    dark = circuit.flow(HEALTHY, 240.0, 1.0, 25.0, 30 * MIN_MS + 2000)
    assert 160 < burning.watts < 176
    assert 1 < dark.watts < 5 and dark.amperes > 0.3


@pytest.mark.parametrize(("technology", "low", "high"), [("led", 1.1, 1.9), ("hps", 1.9, 2.5), ("mh", 1.75, 2.25)])
def test_power_follows_the_voltage_where_the_type_says_so(technology: str, low: float, high: float) -> None:
    full, less = (model(technology).draw(1.0, volts, 1.0)[0] for volts in (240.0, 216.0))
    assert 0.9**high <= less / full <= 0.9**low
    full, less = (model(technology, "constant-power").draw(1.0, volts, 1.0)[0] for volts in (240.0, 216.0))
    assert abs(less / full - 1) < 0.01


def test_a_discharge_lamp_is_not_dimmed() -> None:
    lamp = model()
    assert lamp.rated(0.3) == lamp.rated(1.0)
    assert lamp.light(0.3) == 1.0 and lamp.light(0.0) == 0.0
