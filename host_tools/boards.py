"""Boards: one TOML file each in ``boards/``, which says what is wired to which pin of the ESP32.

A board file is checked as a whole; every mistake is one sentence that names field, value and bound.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from host_tools.errors import DiyaError

_HERE = Path(__file__).resolve().parent
_FOLDERS = (_HERE.parent / "boards", _HERE / "board_files")  # in a checkout; in an installed package

_PINS = frozenset(range(40)) - {20, 24, 28, 29, 30, 31}
_FLASH = range(6, 12)
_INPUT_ONLY = range(34, 40)
_CONSOLE = (1, 3)
_ADC1 = range(32, 40)
_STRAPS = (0, 2, 5, 12, 15)

_HEAD = {"name": str, "chip": str, "flash_mb": (2, 4, 8, 16)}
_USES = ("in", "out", "adc", "pull")
# table: field: a driver's name, the values it may have, a range of integers, bool, or the use of a pin
_TABLES: dict[str, dict[str, Any]] = {
    "relay": {"driver": "relay", "pin": "out", "closed": (0, 1)},
    "dimmer": {"driver": "pwm", "pin": "out", "frequency": range(100, 40001), "inverted": bool},
    "meter": {"driver": "bl0942", "uart": (1, 2), "tx": "out", "rx": "in", "baud": (4800, 9600, 19200, 38400)},
    "rtc": {"driver": "ds3231", "bus": (0, 1), "scl": "out", "sda": "out"},
    "photocell": {"driver": "adc", "pin": "adc", "full_scale_lux": range(10, 16385)},
    "accelerometer": {"driver": "lis3dh", "bus": (0, 1), "scl": "out", "sda": "out"},
    "door": {"driver": "contact", "pin": "pull", "open": (0, 1)},
    "leakage": {"driver": "adc", "pin": "adc", "full_scale_ma": range(100, 16385)},
    "gear": {"driver": "lw14", "bus": (0, 1), "scl": "out", "sda": "out"},
    "supply": {"driver": "contact", "pin": "pull", "present": (0, 1), "hold_up_ms": range(200, 60001)},
    "watchdog": {"timeout_s": range(5, 601)},
}
_REQUIRED = ("relay", "dimmer", "watchdog")


class BoardError(DiyaError):
    """A board is not known, or its file holds mistakes: ``problems``, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def list_boards() -> list[str]:
    """Names of the boards that come with Diya."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def load_board(name: str) -> dict[str, Any]:
    """The checked board *name*: its file's tables as they stand there.  Raises BoardError."""
    path = _folder() / f"{name}.toml"
    if name not in list_boards():
        raise BoardError([f"There is no board {name!r}; there are {', '.join(list_boards())}."])
    try:
        board = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BoardError([f"{path.name} is not TOML: {error}."]) from error
    problems = check_board(board)
    if board.get("name") != name:
        problems.append(f"name is {board.get('name')!r} and must be {name!r}, as the file is called.")
    if problems:
        raise BoardError([f"{path.name}: {problem}" for problem in problems])
    return board


def check_board(board: dict[str, Any]) -> list[str]:
    """Every mistake in *board* (a parsed board file), one sentence each; empty when it is sound."""
    problems = [*_head_problems(board)]
    for table, fields in _TABLES.items():
        if table in board:
            problems += _table_problems(table, board[table], fields)
        elif table in _REQUIRED:
            problems.append(f"[{table}] is missing; every board needs one.")
    return problems + [*_wiring_problems(board)]


def board_warnings(board: dict[str, Any]) -> list[str]:
    """What works but may hurt on a checked *board*: pins whose level at reset decides how the ESP32 starts."""
    return [
        f"{field} is {pin}, a strapping pin: its level at reset decides how the ESP32 starts."
        for field, pin in _pins(board)
        if pin in _STRAPS
    ]


def _folder() -> Path:
    return next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])


def _head_problems(board: dict[str, Any]) -> Iterator[str]:
    for field, allowed in _HEAD.items():
        if field not in board:
            yield f"{field} is missing."
        elif allowed is str and not (isinstance(board[field], str) and board[field]):
            yield f"{field} is {board[field]!r} and must be text."
    if isinstance(board.get("chip"), str) and board["chip"] != "esp32":
        yield f"chip is {board['chip']!r} and must be 'esp32'."
    if "flash_mb" in board and not _fits(board["flash_mb"], _HEAD["flash_mb"]):
        yield f"flash_mb is {board['flash_mb']!r} and must be {_words(_HEAD['flash_mb'])}."
    for field in board:
        if field not in _HEAD and field not in _TABLES:
            yield f"{field} is not part of a board; its tables are {', '.join(_TABLES)}."


def _table_problems(table: str, given: Any, fields: dict[str, Any]) -> list[str]:
    if not isinstance(given, dict):
        return [f"{table} is {given!r} and must be a table."]
    problems = [f"{table}.{field} is missing." for field in fields if field not in given]
    for field, value in given.items():
        where = f"{table}.{field} is {value!r}"
        allowed = fields.get(field)
        if allowed is None:
            problems.append(f"{table}.{field} is not a field of [{table}], which are {', '.join(fields)}.")
        elif allowed in _USES and field != "driver":
            problems += [f"{where}, {problem}." for problem in _pin_problem(value, allowed)]
        elif not _fits(value, allowed):
            problems.append(f"{where} and must be {_words(allowed)}.")
    return problems


def _pin_problem(pin: Any, use: str) -> Iterator[str]:
    """At most one thing that is wrong with *pin* for *use*."""
    if not isinstance(pin, int) or isinstance(pin, bool):
        yield "which is not a pin number"
    elif pin not in _PINS:
        yield "a pin which the ESP32 does not have (0 to 39 without 20, 24 and 28 to 31)"
    elif pin in _FLASH:
        yield "which belongs to the flash (6 to 11)"
    elif pin in _CONSOLE:
        yield "which belongs to the console (1 and 3)"
    elif use == "out" and pin in _INPUT_ONLY:
        yield "which can only be an input (34 to 39)"
    elif use == "pull" and pin in _INPUT_ONLY:
        yield "which has no pull-up (34 to 39)"
    elif use == "adc" and pin not in _ADC1:
        yield "which does not measure while Wi-Fi runs; use 32 to 39"


def _wiring_problems(board: dict[str, Any]) -> Iterator[str]:
    """Pins with two wires, and wires with two pins: only the parts on one I2C bus share pins, and they must."""
    on_wire: dict[str, tuple[str, int]] = {}
    on_pin: dict[int, tuple[str, str]] = {}
    for field, pin in _pins(board):
        table, name = field.split(".")
        fields = _TABLES[table]
        bus = board[table].get("bus")
        if any(_pin_problem(pin, fields[name])) or ("bus" in fields and not _fits(bus, fields["bus"])):
            continue  # which has been said
        wire = f"bus {bus} {name}" if "bus" in fields else field
        first, its = on_wire.setdefault(wire, (field, pin))
        other, its_wire = on_pin.setdefault(pin, (field, wire))
        if pin != its:
            yield f"{field} is {pin} and must be {its}, as {first} is: they are on the same bus."
        elif wire != its_wire:
            yield f"{field} is {pin}, which is {other} already."


def _pins(board: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for table, fields in _TABLES.items():
        given = board.get(table)
        for field, use in fields.items():
            if use in _USES and field != "driver" and isinstance(given, dict):
                pin = given.get(field)
                if isinstance(pin, int) and not isinstance(pin, bool):
                    yield f"{table}.{field}", pin


def _fits(value: Any, allowed: Any) -> bool:
    if allowed is bool:
        return isinstance(value, bool)
    if isinstance(allowed, str):
        return bool(value == allowed)
    return isinstance(value, int) and not isinstance(value, bool) and value in allowed


def _words(allowed: Any) -> str:
    if allowed is bool:
        return "true or false"
    if isinstance(allowed, range):
        return f"{allowed[0]} to {allowed[-1]}"
    if isinstance(allowed, str):
        return repr(allowed)
    *most, last = [str(value) for value in allowed]
    return f"{', '.join(most)} or {last}"
