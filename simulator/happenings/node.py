"""Happenings to the node: its meter, photocell, clock, other parts and memory."""

from __future__ import annotations

from simulator.happenings.kind import ALL, ALONE, Kind

KINDS = (
    Kind(
        "meter_frozen",
        "The energy meter repeats its last frame.",
        f"1.0 repeats it for good; {ALL}",
        ("meterFailure",),
    ),
    Kind(
        "overheat",
        "The enclosure of the node gets hot, within some minutes.",
        "1.0 adds 60 K.",
        ("highTemperature",),
    ),
    Kind(
        "photocell_stuck_dark",
        "The photocell says dark, under any sky.",
        f"1.0 reads 0 lux; {ALL}",
        ("photocellFailure",),
    ),
    Kind(
        "photocell_stuck_light",
        "The photocell says light, under any sky.",
        f"1.0 reads the full scale of its input; {ALL}",
        ("photocellFailure",),
    ),
    Kind(
        "photocell_own_light",
        "The photocell sees the lamp's own light, that of a branch, of snow or of a white wall.",
        "1.0 adds 200 lux at full light.",
        ("photocellFailure",),
    ),
    Kind(
        "photocell_reversed",
        "The photocell is wired the wrong way round: the more light there is, the less it shows.",
        f"1.0 reads the full scale of its input less what it sees; {ALL}",
        ("photocellFailure",),
    ),
    Kind(
        "photocell_loose",
        "A contact of the photocell is loose: half of the time, for 20 s at least, it reads its full scale.",
        f"1.0 does so; {ALL}",
    ),
    Kind(
        "clock_lost",
        "The battery of the clock chip is dead, the node restarts without the time, and no network time answers.",
        f"1.0 is no idea of the time; {ALL}",
        ("clockLost",),
    ),
    Kind(
        "clock_drift",
        "The node's crystal and its clock chip run fast.",
        "1.0 gains 1 %, which are 36 s an hour.",
    ),
    Kind(
        "server_time_wrong",
        "The time servers answer a wrong time: by seconds (86400) ahead of the true one, behind it below 0.",
        ALONE,
        ("clockDisagreement",),
    ),
    Kind(
        "city_time_wrong",
        "The clock of the city's record is wrong by seconds (86400), and so is the time it answers to poles.",
        ALONE,
        ("clockDisagreement",),
    ),
    Kind(
        "rtc_wrong",
        "The clock chip jumps by seconds (86400), its mark of an agreed time stays, and the node restarts.",
        ALONE,
        lasts=False,
    ),
    Kind(
        "rtc_stopped",
        "The clock chip stands still and does not say so; afterwards it goes on from where it stood.",
        f"1.0 stands still; {ALL}",
    ),
    Kind(
        "adc_fails",
        "The converter of the analogue inputs, photocell and leakage, raises an error at each reading.",
        f"1.0 raises each time; {ALL}",
        ("partFailure",),
    ),
    Kind(
        "meter_fails",
        "The serial line of the energy meter raises an error whenever it is used.",
        f"1.0 raises each time; {ALL}",
        ("partFailure",),
    ),
    Kind(
        "bus_fails",
        "The I2C bus raises an error at each transfer: clock chip, accelerometer and gear cannot be reached.",
        f"1.0 raises each time; {ALL}",
        ("partFailure",),
    ),
    Kind(
        "flash_fails",
        "The flash can be read and takes nothing any more: every file that is written raises an error.",
        f"1.0 takes nothing; {ALL}",
        ("partFailure",),
    ),
    Kind(
        "data_corrupt",
        "The data partition of the flash is overwritten with random bytes, and the node restarts.",
        f"1.0 overwrites all of it; {ALL}",
        lasts=False,
    ),
    Kind(
        "memory_short",
        "The chip's memory is in pieces: no TLS session can be opened, while one that is open goes on.",
        f"1.0 leaves no piece that is large enough; {ALL}",
    ),
)
