"""Happenings to the node: its meter, photocell, clock, other parts and memory."""

from __future__ import annotations

from simulator.happenings.act import FRAMES, HEAT, SKY, Fault, Restart, Trouble, While
from simulator.happenings.kind import (
    AFTER_DUSK,
    ALL,
    ALONE,
    ANY_TIME,
    BENIGN,
    CHIP,
    COMPARED,
    DAY,
    OWN,
    UNHEARD,
    WITNESS,
    Drawn,
    Kind,
)  # fmt: skip
from simulator.happenings.scene import Happening, Scene, Stage

DRIFT_PPM = 10_000  # that a clock gains at severity 1.0


def _serve_time(scene: Scene, pole: str, severity: float) -> None:
    scene.around.time_served(pole, severity == 0.0)


def _lose_time(scene: Scene, _happening: Happening, pole: str) -> None:
    def lose(stage: Stage) -> None:
        if stage.wiring.clock:
            stage.wiring.clock.lose()

    scene.without_power(pole, lose)


def _drift(scene: Scene, pole: str, severity: float) -> None:
    stage, ppm = scene.stages[pole], round(DRIFT_PPM * severity)
    stage.pole.drift(ppm)
    if stage.wiring.clock:
        stage.wiring.clock.drift(ppm)


def _jump(stage: Stage, happening: Happening) -> None:
    if stage.wiring.clock:
        stage.wiring.clock.jump(happening.seconds)


def _stop(scene: Scene, pole: str, severity: float) -> None:
    clock = scene.stages[pole].wiring.clock
    if clock:
        clock.stop(severity > 0.0)


def _corrupt(stage: Stage, happening: Happening) -> None:
    stage.pole.flash.corrupt(happening.number)


def _fragment(scene: Scene, pole: str, severity: float) -> None:
    scene.stages[pole].wiring.chip.dram.short = severity > 0.0


# accepted of what restarts its pole, or cannot be used: it is not there for the rest either

# A pole judges its photocell from an hour after sunrise on, and by night, which is half an hour after sunset.
BY_DAY_MS, BY_NIGHT_MS = 3_900_000, 2_100_000

KINDS = (
    Kind(
        "meter_frozen",
        "The energy meter repeats its last frame.",
        f"1.0 repeats it for good; {ALL}",
        ("meterFailure",),
        act=Fault(FRAMES),
        drawn=Drawn(1.0, 1.0, ANY_TIME),
    ),
    Kind(
        "overheat",
        "The enclosure of the node gets hot, within some minutes.",
        "1.0 adds 60 K.",
        ("highTemperature",),
        act=Fault(HEAT),
        drawn=Drawn(0.8, 1.0, ANY_TIME, 1.4),
    ),
    Kind(
        "photocell_stuck_dark",
        "The photocell says dark, under any sky.",
        f"1.0 reads 0 lux; {ALL}",
        ("photocellFailure",),
        unnoticed_ms=BY_DAY_MS,
        act=Fault(SKY),
        drawn=Drawn(1.0, 1.0, DAY),
    ),
    Kind(
        "photocell_stuck_light",
        "The photocell says light, under any sky.",
        f"1.0 reads the full scale of its input; {ALL}",
        ("photocellFailure",),
        unnoticed_ms=BY_NIGHT_MS,
        act=Fault(SKY),
        drawn=Drawn(1.0, 1.0, AFTER_DUSK),
    ),
    Kind(
        "photocell_own_light",
        "The photocell sees the lamp's own light, that of a branch, of snow or of a white wall.",
        "1.0 adds 200 lux at full light.",
        ("photocellFailure",),
        act=Fault(SKY),
    ),
    Kind(
        "photocell_reversed",
        "The photocell is wired the wrong way round: the more light there is, the less it shows.",
        f"1.0 reads the full scale of its input less what it sees; {ALL}",
        ("photocellFailure",),
        unnoticed_ms=BY_DAY_MS,
        act=Fault(SKY),
    ),
    Kind(
        "photocell_loose",
        "A contact of the photocell is loose: half of the time, for 20 s at least, it reads its full scale.",
        f"1.0 does so; {ALL}",
        act=Fault(SKY),
        accepted=("photocellFailure",),
    ),
    Kind(
        "clock_lost",
        "The battery of the clock chip is dead, the node restarts without the time, and no network time answers.",
        f"1.0 is no idea of the time; {ALL}",
        ("clockLost",),
        act=While(_serve_time, _lose_time),
        accepted=("supplyLoss", "communicationFailure", "clockLost"),
        unnoticed_ms=130_000,
        restarts=True,
        time=OWN,
        drawn=Drawn(1.0, 1.0, ANY_TIME),
    ),
    Kind(
        "clock_drift",
        "The node's crystal and its clock chip run fast.",
        "1.0 gains 1 %, which are 36 s an hour.",
        late_ms={"clockDisagreement": 3_900_000},  # the time is compared once an hour
        act=While(_drift),
        accepted=("clockLost", "clockDisagreement"),
        time=OWN,
        drawn=Drawn(0.2, 1.0, BENIGN),
    ),
    Kind(
        "server_time_wrong",
        "The time servers answer a wrong time: by seconds (86400) ahead of the true one, behind it below 0.",
        ALONE,
        ("clockDisagreement",),
        act=Trouble(),
        unnoticed_ms=200_000,
        time=COMPARED,
        unsensed=True,
        seconds=True,
    ),
    Kind(
        "city_time_wrong",
        "The clock of the city's record is wrong by seconds (86400), and so is the time it answers to poles.",
        ALONE,
        ("clockDisagreement",),
        act=Trouble(),
        unnoticed_ms=200_000,
        time=COMPARED,
        unsensed=True,
        seconds=True,
    ),
    Kind(
        "rtc_wrong",
        "The clock chip jumps by seconds (86400), its mark of an agreed time stays, and the node restarts.",
        ALONE,
        lasts=False,
        act=Restart(_jump),
        accepted=("clockDisagreement", "supplyLoss", "communicationFailure"),
        restarts=True,
        time=CHIP,
        seconds=True,
    ),
    Kind(
        "rtc_stopped",
        "The clock chip stands still and does not say so; afterwards it goes on from where it stood.",
        f"1.0 stands still; {ALL}",
        act=While(_stop),
        accepted=("clockDisagreement",),
        time=CHIP,
    ),
    Kind(
        "adc_fails",
        "The converter of the analogue inputs, photocell and leakage, raises an error at each reading.",
        f"1.0 raises each time; {ALL}",
        ("partFailure",),
        act=Trouble(),
    ),
    Kind(
        "meter_fails",
        "The serial line of the energy meter raises an error whenever it is used.",
        f"1.0 raises each time; {ALL}",
        ("partFailure",),
        act=Trouble(),
        accepted=("meterFailure",),
    ),
    Kind(
        "bus_fails",
        "The I2C bus raises an error at each transfer: clock chip, accelerometer and gear cannot be reached.",
        f"1.0 raises each time; {ALL}",
        ("partFailure",),
        act=Trouble(),
        accepted=("controlGearCommFailure",),
        time=WITNESS,
    ),
    Kind(
        "flash_fails",
        "The flash can be read and takes nothing any more: every file that is written raises an error.",
        f"1.0 takes nothing; {ALL}",
        ("partFailure",),
        act=Trouble(),
    ),
    Kind(
        "data_corrupt",
        "The data partition of the flash is overwritten with random bytes, and the node restarts.",
        f"1.0 overwrites all of it; {ALL}",
        lasts=False,
        act=Restart(_corrupt),
        accepted=("supplyLoss", "communicationFailure"),
        restarts=True,
        time=OWN,
    ),
    Kind(
        "memory_short",
        "The chip's memory is in pieces: no TLS session can be opened, while one that is open goes on.",
        f"1.0 leaves no piece that is large enough; {ALL}",
        act=While(_fragment),
        accepted=("communicationFailure",),
        time=UNHEARD,
        unsensed=True,
        street_share=0.1,
    ),
)
