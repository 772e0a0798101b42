"""The pins of each chip and their functions: the tables of the data sheets, as far as a board file needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Chip:
    """One kind of chip.  All pins are GPIO numbers.

    *pins* are those it has, *flash* those its flash is on, *console* those of its serial console and *usb* those of its
    own USB port (empty where it has none); *input_only* also lack pull resistors; *adc* measure while Wi-Fi runs,
    at 11 dB between *adc_mv*: below the first the calibrated converter says nothing sure, above the second neither;
    *straps* decide by their level at reset how it starts.  *uarts* and *buses* (I2C) are those a board may use,
    *counters* (of pulses) how many there are.
    """

    name: str
    title: str
    pins: frozenset[int]
    pins_text: str
    flash: range
    console: tuple[int, int]
    usb: tuple[int, ...]
    input_only: Sequence[int]
    adc: Sequence[int]
    adc_mv: tuple[int, int]
    straps: tuple[int, ...]
    uarts: tuple[int, ...]
    buses: tuple[int, ...]
    counters: int


CHIPS = {
    chip.name: chip
    for chip in (
        Chip(
            name="esp32",
            title="ESP32",
            pins=frozenset(range(40)) - {20, 24, 28, 29, 30, 31},
            pins_text="0 to 39 without 20, 24 and 28 to 31",
            flash=range(6, 12),
            console=(1, 3),
            usb=(),
            input_only=range(34, 40),
            adc=range(32, 40),
            adc_mv=(150, 2450),  # the range that Espressif suggests
            straps=(0, 2, 5, 12, 15),
            uarts=(1, 2),
            buses=(0, 1),
            counters=8,
        ),
        Chip(
            name="esp32s3",
            title="ESP32-S3",
            pins=frozenset(range(49)) - {22, 23, 24, 25},
            pins_text="0 to 48 without 22 to 25",
            flash=range(26, 38),  # with 33 to 37, which modules with octal memory use too
            console=(43, 44),
            usb=(19, 20),
            input_only=(),
            adc=range(1, 11),
            adc_mv=(50, 2900),  # the total error after calibration, and the range
            straps=(0, 3, 45, 46),
            uarts=(1, 2),
            buses=(0, 1),
            counters=4,
        ),
        Chip(
            name="esp32c3",
            title="ESP32-C3",
            pins=frozenset(range(22)),
            pins_text="0 to 21",
            flash=range(11, 18),  # with 11, which feeds it
            console=(20, 21),
            usb=(18, 19),
            input_only=(),
            adc=range(5),
            adc_mv=(35, 2500),
            straps=(2, 8, 9),
            uarts=(1,),
            buses=(0,),
            counters=0,
        ),
    )
}
