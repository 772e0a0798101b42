"""The tables that a board file may have, and the allowed values of their fields, by the chip that is the driver.

Of a role that a board may leave out, the chips are the modules in ``parts/<role>/``: a new one is a new file there, and
one at the same place below ``firmware/pole/drivers`` and ``simulator/hardware``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from host_tools.boards import parts
from host_tools.boards.chips import Chip
from host_tools.boards.uses import BUS, UART

FLASH_MB = (4, 8, 16)
REQUIRED = ("relay", "dimmer", "watchdog")

# table: the role of its chip, which is the name of a folder
ROLES = {
    "meter": "meter", "rtc": "rtc", "photocell": "sensor", "accelerometer": "sensor", "door": "sensor",
    "leakage": "sensor", "gear": "gear", "supply": "sensor",
}  # fmt: skip
# those with which nothing is to be chosen, and their fields
_FIXED: dict[str, dict[str, Any]] = {
    "relay": {"driver": ("relay",), "pin": "out", "closed": (0, 1)},
    "dimmer": {"driver": ("pwm",), "pin": "out", "frequency": range(100, 40001), "inverted": bool},
    "heap": {"driver": ("uart",), "uart": UART, "tx": "out", "rx": "in"},
    "watchdog": {"timeout_s": range(5, 601)},
}
TABLES = ("relay", "dimmer", *ROLES, "heap", "watchdog")  # as they are named in sentences


@cache
def drivers(table: str) -> dict[str, dict[str, Any]]:
    """{chip that may be the driver of *table*: its fields beside ``driver``}; empty where there is no choice."""
    if table not in ROLES:
        return {}
    out = {}
    for module in iter_modules(import_module(f"{parts.__name__}.{ROLES[table]}").__path__):
        tables = _module(ROLES[table], module.name).TABLES
        if table in tables:
            out[module.name] = tables[table]
    return out


def least_micropython(board: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """{table of the checked *board*: the least version of MicroPython that its driver needs}, of those that say one."""
    out = {}
    for table, role in ROLES.items():
        if table in board:
            least = getattr(_module(role, board[table]["driver"]), "MICROPYTHON", None)
            if least:
                out[table] = least
    return out


def problems_of(table: str, part: Mapping[str, Any]) -> list[str]:
    """What its chip finds wrong with *part*, the table called *table*, of which each field is right by itself."""
    find = getattr(_module(ROLES[table], part["driver"]), "problems", None) if table in ROLES else None
    return [f"{table}.{problem}" for problem in find(part)] if find else []


def _module(role: str, chip: str) -> Any:
    return import_module(f"{parts.__name__}.{role}.{chip}")


def fields(table: str, given: Any) -> dict[str, Any]:
    """The fields of *table* where it says *given*: those of its driver, or of the first where it names none."""
    if table in _FIXED:
        return _FIXED[table]
    choice = drivers(table)
    named = given.get("driver") if isinstance(given, Mapping) else None
    chosen = choice.get(named) if isinstance(named, str) else None
    return {"driver": tuple(choice), **(chosen if chosen is not None else next(iter(choice.values())))}


def allowed_on(chip: Chip, table: str, given: Any) -> dict[str, Any]:
    """The same on a board with *chip*."""
    own = {UART: chip.uarts, BUS: chip.buses}
    return {field: _own(own, allowed) for field, allowed in fields(table, given).items()}


def _own(own: Mapping[object, Any], allowed: Any) -> Any:
    return own[allowed] if allowed is UART or allowed is BUS else allowed
