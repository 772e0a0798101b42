"""The tables that a board file may have, and what each of their fields may be."""

from __future__ import annotations

from typing import Any

from host_tools.boards.chips import Chip

FLASH_MB = (4, 8, 16)
USES = ("in", "out", "adc", "pull")  # what a field wants of a pin
REQUIRED = ("relay", "dimmer", "watchdog")
UART, BUS = object(), object()  # one of those that the chip has

# table: field: a driver's name, the values it may have, a range of integers, bool, or the use of a pin
TABLES: dict[str, dict[str, Any]] = {
    "relay": {"driver": "relay", "pin": "out", "closed": (0, 1)},
    "dimmer": {"driver": "pwm", "pin": "out", "frequency": range(100, 40001), "inverted": bool},
    "meter": {"driver": "bl0942", "uart": UART, "tx": "out", "rx": "in", "baud": (4800, 9600, 19200, 38400)},
    "rtc": {"driver": "ds3231", "bus": BUS, "scl": "out", "sda": "out"},
    "photocell": {"driver": "adc", "pin": "adc", "full_scale_lux": range(10, 16385)},
    "accelerometer": {"driver": "lis3dh", "bus": BUS, "scl": "out", "sda": "out"},
    "door": {"driver": "contact", "pin": "pull", "open": (0, 1)},
    "leakage": {"driver": "adc", "pin": "adc", "full_scale_ma": range(100, 16385)},
    "gear": {"driver": "lw14", "bus": BUS, "scl": "out", "sda": "out"},
    "supply": {"driver": "contact", "pin": "pull", "present": (0, 1), "hold_up_ms": range(200, 60001)},
    "heap": {"driver": "uart", "uart": UART, "tx": "out", "rx": "in"},
    "watchdog": {"timeout_s": range(5, 601)},
}


def allowed_on(chip: Chip, table: str) -> dict[str, Any]:
    """The fields of *table* on a board with *chip*."""
    own = {UART: chip.uarts, BUS: chip.buses}
    return {field: own.get(allowed, allowed) for field, allowed in TABLES[table].items()}


def fits(value: Any, allowed: Any) -> bool:
    """Whether *value* is one of those *allowed*."""
    if allowed is bool:
        return isinstance(value, bool)
    if isinstance(allowed, str):
        return bool(value == allowed)
    return isinstance(value, int) and not isinstance(value, bool) and value in allowed


def words(allowed: Any) -> str:
    """The values *allowed*, for people."""
    if allowed is bool:
        return "true or false"
    if isinstance(allowed, range):
        return f"{allowed[0]} to {allowed[-1]}"
    if isinstance(allowed, str):
        return repr(allowed)
    *most, last = [repr(value) for value in allowed]
    return f"{', '.join(most)} or {last}" if most else last
