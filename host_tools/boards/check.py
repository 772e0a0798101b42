"""Checks a board file as a whole: every mistake is one sentence that names field, value and bound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from host_tools.boards.analogue import range_problems
from host_tools.boards.chips import CHIPS, Chip
from host_tools.boards.pins import pin_problem, pins, wiring_problems
from host_tools.boards.tables import FLASH_MB, REQUIRED, TABLES, allowed_on, drivers, problems_of
from host_tools.boards.uses import USES, fits, words

_HEAD = ("name", "chip", "flash_mb")


def check_board(board: dict[str, Any]) -> list[str]:
    """Every mistake in *board* (a parsed board file), one sentence each; empty when it is sound."""
    problems = [*_head_problems(board)]
    chip = _chip(board) or CHIPS["esp32"]  # for an unknown chip the rules of every board are still checked
    for table in TABLES:
        if table in board:
            problems += _table_problems(chip, table, board[table])
        elif table in REQUIRED:
            problems.append(f"[{table}] is missing; every board needs one.")
    return problems + [*range_problems(chip, board), *wiring_problems(chip, board)]


def board_warnings(board: dict[str, Any]) -> list[str]:
    """Warnings for a checked *board*: pins whose level at reset decides how the chip starts, and no UART with which the
    size of Python's heap could be set.
    """
    chip = CHIPS[board["chip"]]
    out = [
        f"{field} is {pin}, a strapping pin: its level at reset decides how the {chip.title} starts."
        for field, pin in pins(board)
        if pin in chip.straps
    ]
    if board["chip"] == "esp32" and "heap" not in board and "uart" not in board.get("meter", ()):
        which = (
            "[heap] is missing, and [meter] has no UART" if "meter" in board else "[heap] and [meter] are both missing"
        )
        out.append(f"{which}: Python's heap has no bound then, and TLS finds no memory on an ESP32.")
    return out


def _chip(board: dict[str, Any]) -> Chip | None:
    name = board.get("chip")
    return CHIPS.get(name) if isinstance(name, str) else None


def _head_problems(board: dict[str, Any]) -> Iterator[str]:
    for field in _HEAD:
        if field not in board:
            yield f"{field} is missing."
        elif field != "flash_mb" and not (isinstance(board[field], str) and board[field]):
            yield f"{field} is {board[field]!r} and must be text."
    if isinstance(board.get("chip"), str) and board["chip"] and not _chip(board):
        yield f"chip is {board['chip']!r} and must be {words(tuple(CHIPS))}."
    if "flash_mb" in board and not fits(board["flash_mb"], FLASH_MB):
        yield f"flash_mb is {board['flash_mb']!r} and must be {words(FLASH_MB)}."
    for field in board:
        if field not in _HEAD and field not in TABLES:
            yield f"{field} is not part of a board; its tables are {', '.join(TABLES)}."


def _table_problems(chip: Chip, table: str, given: Any) -> list[str]:
    if not isinstance(given, dict):
        return [f"{table} is {given!r} and must be a table."]
    fields = allowed_on(chip, table, given)
    if len(drivers(table)) > 1 and not fits(given.get("driver"), fields["driver"]):
        fields = {"driver": fields["driver"]}  # the other fields depend on it
        given = {field: value for field, value in given.items() if field == "driver"}
    problems = [f"{table}.{field} is missing." for field in fields if field not in given]
    for field, value in given.items():
        where = f"{table}.{field} is {value!r}"
        allowed = fields.get(field)
        if allowed is None:
            problems.append(f"{table}.{field} is not a field of [{table}], which are {', '.join(fields)}.")
        elif allowed in USES:
            problems += [f"{where}, {problem}." for problem in pin_problem(chip, value, allowed)]
        elif not fits(value, allowed):
            problems.append(f"{where} and must be {words(allowed)}.")
    return problems or problems_of(table, given)
