"""Checks which use each pin of a chip allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from host_tools.boards.chips import Chip
from host_tools.boards.tables import TABLES, allowed_on, fields
from host_tools.boards.uses import USES, fits


def pin_problem(chip: Chip, pin: Any, use: str) -> Iterator[str]:
    """At most one thing that is wrong with *pin* for *use*."""
    if not isinstance(pin, int) or isinstance(pin, bool):
        yield "which is not a pin number"
    elif pin not in chip.pins:
        yield f"a pin which the {chip.title} does not have ({chip.pins_text})"
    elif pin in chip.flash:
        yield f"which belongs to the flash ({_span(chip.flash)})"
    elif pin in chip.console:
        yield f"which belongs to the console ({' and '.join(map(str, chip.console))})"
    elif pin in chip.usb:
        yield f"which belongs to the USB port ({' and '.join(map(str, chip.usb))})"
    elif use == "out" and pin in chip.input_only:
        yield f"which can only be an input ({_span(chip.input_only)})"
    elif use == "pull" and pin in chip.input_only:
        yield f"which has no pull-up ({_span(chip.input_only)})"
    elif use == "adc" and pin not in chip.adc:
        yield f"which does not measure while Wi-Fi runs; use {_span(chip.adc)}"
    elif use == "count" and not chip.counters:
        yield f"and nothing counts pulses there: the {chip.title} has no pulse counter"


def wiring_problems(chip: Chip, board: dict[str, Any]) -> Iterator[str]:
    """Pins with two wires, and wires with two pins: only the parts on one I2C bus share pins, and they must."""
    on_wire: dict[str, tuple[str, int]] = {}
    on_pin: dict[int, tuple[str, str]] = {}
    for field, pin in pins(board):
        table, name = field.split(".")
        allowed = allowed_on(chip, table, board[table])
        bus = board[table].get("bus")
        if any(pin_problem(chip, pin, allowed[name])) or ("bus" in allowed and not fits(bus, allowed["bus"])):
            continue  # that is reported elsewhere
        wire = f"bus {bus} {name}" if "bus" in allowed else field
        first, its = on_wire.setdefault(wire, (field, pin))
        other, its_wire = on_pin.setdefault(pin, (field, wire))
        if pin != its:
            yield f"{field} is {pin} and must be {its}, as {first} is: they are on the same bus."
        elif wire != its_wire:
            yield f"{field} is {pin}, which is {other} already."


def pins(board: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Every pin that *board* names: (table.field, pin)."""
    for table in TABLES:
        given = board.get(table)
        for field, use in fields(table, given).items():
            if use in USES and isinstance(given, dict):
                pin = given.get(field)
                if isinstance(pin, int) and not isinstance(pin, bool):
                    yield f"{table}.{field}", pin


def _span(pins: Sequence[int]) -> str:
    return f"{pins[0]} to {pins[-1]}"
