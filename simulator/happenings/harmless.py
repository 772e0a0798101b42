"""Happenings that are no fault: nothing may be reported of them."""

from __future__ import annotations

from simulator.happenings.act import DISTURBED, Fault
from simulator.happenings.kind import BENIGN, Drawn, Kind

KINDS = (
    Kind(
        "mains_wobble",
        "No fault: the voltage wanders within minutes.",
        "1.0 wanders by up to 8 % to either side.",
        act=Fault(effects=(DISTURBED,)),
        drawn=Drawn(0.4, 1.0, BENIGN),
    ),
    Kind(
        "dips",
        "No fault: the voltage dips to 60 % for half a second, again and again.",
        "1.0 are 20 dips an hour; 0.5 are 10.",
        act=Fault(effects=(DISTURBED,)),
        drawn=Drawn(0.4, 1.0, BENIGN),
    ),
    Kind(
        "cold_night",
        "No fault: it is cold.",
        "1.0 takes 25 K from the temperature of the air.",
        act=Fault(),
        unsensed=True,
        drawn=Drawn(0.4, 1.0, BENIGN),
    ),
    Kind(
        "headlights",
        "No fault: every 10 minutes a car stands for 4 minutes and shines into the photocell.",
        "1.0 adds 400 lux.",
        act=Fault(),
    ),
    Kind(
        "fog",
        "No fault: to the photocell it is dusk early, and dawn late.",
        "1.0 is dusk 40 minutes early.",
        act=Fault(),
        drawn=Drawn(0.5, 1.0, BENIGN),
    ),
    Kind(
        "ageing",
        "No fault: the lamp is old from the start of the run on, and the curve its pole has learned knows it.",
        "1.0 has lost 30 % of the light and 10 % of the power of its type's table.",
        act=Fault(),
        unsensed=True,
        whole_night=True,
    ),
    Kind(
        "meter_noise",
        "No fault: the readings of the energy meter are noisy.",
        "1.0 is three times the noise of its chip.",
        act=Fault(),
        drawn=Drawn(1.0, 1.0, BENIGN),
    ),
)
