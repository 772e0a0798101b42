"""What can happen to a simulated street: the kinds of happening a scenario may name.

One table: the scenario reader checks against it, the list for people is printed from it.
"""

from __future__ import annotations

from simulator.happenings.kind import ANYWHERE, EVENT_TYPES, FEEDER, GROUP, POLE, POLES, Kind

__all__ = [
    "ANYWHERE", "EVENT_TYPES", "FEEDER", "FORMER", "GROUP", "KINDS", "POLE", "POLES", "Kind", "happenings",
]  # fmt: skip

ALL = "it is all or nothing."

ALONE = f"1.0 has no other meaning; {ALL}"

KINDS = {
    kind.name: kind
    for kind in (
        # -- lamp, driver and relay
        Kind(
            "lamp_open",
            "The lamp is open: no light, and the driver runs without load.",
            f"1.0 leaves 2 % of the rated watts; {ALL}",
            ("lampFailure",),
        ),
        Kind(
            "string_open",
            "LED strings of the luminaire are open: their light is gone, and so is their power.",
            "1.0 takes all the light; 0.2 takes a fifth.",
            ("lampPowerTooLow",),
        ),
        Kind(
            "driver_short",
            "A part of the driver is shorted: it takes more power for the same light.",
            "1.0 adds 100 % to the power at every level.",
            ("lampPowerTooHigh",),
        ),
        Kind(
            "relay_welded",
            "The relay's contact is welded shut: the lamp cannot be switched off, only dimmed.",
            f"1.0 leaves the watts and the light of the lowest level when it should be off; {ALL}",
            ("lampUnexpectedOn",),
        ),
        Kind(
            "relay_stuck_open",
            "The relay's contact does not close: the luminaire has no mains.",
            f"1.0 leaves nothing but the leakage across the contact; {ALL}",
            ("relayFailure",),
        ),
        Kind(
            "dim_line_cut",
            "The dim line is cut: the driver goes to full, whatever it is told.",
            f"1.0 is full light and full watts at every level; {ALL}",
            ("dimmingFailure",),
        ),
        Kind(
            "driver_ignores_dim",
            "The driver stays at the level it has; once it has been without mains it comes up at full.",
            f"1.0 ignores every level; {ALL}",
            ("dimmingFailure",),
        ),
        Kind(
            "cycling",
            "The lamp goes out and comes back by itself, and runs up for a minute each time.",
            "1.0 does so every 2 minutes, out for 40 % of them; 0.1 every 20 minutes.",
            ("cyclingFailure",),
        ),
        Kind(
            "flicker",
            "Light and power of the lamp wander from one second to the next.",
            "1.0 wanders by up to 30 % to either side.",
            ("lampFlicker",),
        ),
        Kind(
            "pf_low",
            "The capacitor of the driver has lost its capacity: the power factor drops at the same power.",
            "1.0 takes 0.5 from the power factor, which stays at 0.2 at least.",
            ("powerFactorTooLow",),
        ),
        Kind(
            "gear_comm_lost",
            "The control gear no longer answers on its DALI line.",
            f"1.0 answers nothing; {ALL}",
            ("controlGearCommFailure",),
        ),
        # -- the supply
        Kind(
            "mains_sag",
            "The voltage of the mains is too low.",
            "1.0 takes 40 % of the voltage.",
            ("supplyVoltageTooLow",),
        ),
        Kind(
            "mains_swell",
            "The voltage of the mains is too high.",
            "1.0 adds 25 % to the voltage.",
            ("supplyVoltageTooHigh",),
        ),
        Kind(
            "mains_cut",
            "Poles lose their mains (also written power_cut): lamp dark, node without supply until it boots again.",
            f"1.0 takes away all 240 V; {ALL}",
            ("supplyLoss",),
        ),
        Kind(
            "feeder_trip",
            "The breaker of a feeder opens: every pole on it loses its mains (of a pole or group: on its feeders).",
            f"1.0 takes away all 240 V of the whole feeder; {ALL}",
            ("supplyLoss",),
        ),
        Kind(
            "power_cycle",
            "Poles lose their mains and get it back by themselves; they may report a supplyLoss and need not.",
            "1.0 is a cut of 10 minutes (or to until, if that is sooner); 0.1 of one minute.",
        ),
        Kind(
            "leakage",
            "Current flows to earth at the pole's inlet.",
            "1.0 is 300 mA; 0.5 to 3 mA are usual.",
            ("leakageDetected",),
        ),
        Kind(
            "theft",
            "Somebody takes current from the pole, behind its meter and before its relay.",
            "1.0 is 5 A more than the lamp explains.",
            ("currentTooHigh",),
        ),
        # -- the node
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
            "The photocell says dark, whatever the sky.",
            f"1.0 reads 0 lux; {ALL}",
            ("photocellFailure",),
        ),
        Kind(
            "photocell_stuck_light",
            "The photocell says light, whatever the sky.",
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
            "The data partition of the flash is overwritten with rubbish, and the node restarts.",
            f"1.0 overwrites all of it; {ALL}",
            lasts=False,
        ),
        Kind(
            "memory_short",
            "The chip's memory is in pieces: no TLS session can be opened, while one that is open goes on.",
            f"1.0 leaves no piece that is large enough; {ALL}",
        ),
        # -- the column
        Kind("tilt", "The column leans.", "1.0 leans it by 45 degrees.", ("orientationChanged",)),
        Kind(
            "impact",
            "Something strikes the column: once, or every 20 s up to until.",
            "1.0 is a blow of 8 g.",
            ("impactDetected",),
        ),
        Kind("door_open", "The door of the pole's cabinet stands open.", f"1.0 is open; {ALL}", ("cabinetDoorOpen",)),
        # -- the network
        Kind(
            "network_outage",
            "The Wi-Fi access point of the poles cannot be reached; the record reports it, not the pole.",
            f"1.0 lets no frame through; {ALL}",
            ("communicationFailure",),
        ),
        Kind(
            "names_unanswered",
            "The name server no longer answers: a look-up blocks the whole chip for 7 s and finds nothing.",
            f"1.0 answers none; {ALL}",
        ),
        Kind(
            "broker_down",
            "The city's MQTT broker is gone: connections are refused and open ones close; the record reports it.",
            f"1.0 is no broker at all; {ALL}",
            ("communicationFailure",),
            targets=(),
        ),
        Kind(
            "command",
            "The city sends an override: level (0-100 %), minutes, owner (operator) and rampToLevelTime (2 s).",
            ALONE,
            lasts=False,
        ),
        Kind(
            "mqtt_flood",
            "The poles' command topics are flooded: empty, tiny, too large, unreadable, malformed and old messages.",
            "1.0 are 20 messages at once every 10 s; 0.5 are 10.",
        ),
        Kind(
            "console_flood",
            "The console is flooded: noise, endless lines, and requests that make no sense.",
            "1.0 are 20 lines at once every 10 s; 0.5 are 10.",
        ),
        # -- what is no fault: nothing may be reported of it
        Kind(
            "mains_wobble",
            "No fault: the voltage wanders within minutes.",
            "1.0 wanders by up to 8 % to either side.",
        ),
        Kind(
            "dips",
            "No fault: the voltage dips to 60 % for half a second, again and again.",
            "1.0 are 20 dips an hour; 0.5 are 10.",
        ),
        Kind("cold_night", "No fault: it is cold.", "1.0 takes 25 K from the temperature of the air."),
        Kind(
            "headlights",
            "No fault: every 10 minutes a car stands for 4 minutes and shines into the photocell.",
            "1.0 adds 400 lux.",
        ),
        Kind("fog", "No fault: to the photocell it is dusk early, and dawn late.", "1.0 is dusk 40 minutes early."),
        Kind(
            "ageing",
            "No fault: the lamp is old from the start of the run on, and the curve its pole has learned knows it.",
            "1.0 has lost 30 % of the light and 10 % of the power of its type's table.",
        ),
        Kind(
            "meter_noise",
            "No fault: the readings of the energy meter are noisy.",
            "1.0 is three times the noise of its chip.",
        ),
    )
}
FORMER = {"power_cut": "mains_cut"}  # names that are still understood


def happenings() -> list[Kind]:
    """Every kind, in the order in which they are listed for people."""
    return list(KINDS.values())
