"""A pole's state as lines for a person: a label and a text each, in the chosen language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from host_tools.field.console_client.answers import Event, Reading, Status
from host_tools.language import Language


class Row(NamedTuple):
    """A label and a text; ``bad``: it needs attention."""

    label: str
    text: str
    bad: bool = False


def rows(language: Language, status: Status, reading: Reading) -> Iterator[Row]:
    """Everything that is known now, the light first."""
    say = language.say

    def row(label: str, key: str, bad: bool = False, **values: Any) -> Row:
        return Row(say(f"pole.label_{label}"), say(f"pole.{key}", **values), bad)

    light = "light" if status.level == status.target else "light_moving"
    yield row("light", light, level=status.level, target=status.target, dim=reading.dim)
    yield row("why", "why", reason=status.reason, owner=status.owner)
    if status.until is not None:
        yield row("until", "until", at=local(status.until))
    if reading.power_w is not None:
        yield row(
            "meter", "meter", power=reading.power_w, voltage=reading.voltage_v or 0.0,
            current=reading.current_a or 0.0, factor=reading.power_factor or 0.0,
        )  # fmt: skip
    elif "meter" in reading.capabilities:
        yield row("meter", "silent", True)
    if reading.energy_kwh is not None:
        yield row("energy", "energy", energy=reading.energy_kwh)
    yield row("relay", "closed" if reading.relay else "open")
    if reading.temperature_c is not None:
        yield row("temperature", "temperature", temperature=reading.temperature_c)
    if reading.lux is not None:
        yield row("photocell", "photocell", lux=reading.lux)
    if reading.acceleration_mg is not None:
        x, y, z = reading.acceleration_mg
        yield row("tilt", "tilt", x=x, y=y, z=z)
    if reading.door_open is not None:
        yield row("door", "open" if reading.door_open else "closed", reading.door_open)
    if reading.leakage_ma is not None:
        yield row("leakage", "leakage", leakage=reading.leakage_ma)
    if reading.gear is not None:
        yield row("gear", "answers" if reading.gear else "silent", reading.relay and not reading.gear)
    if status.unix is None:
        yield row("clock", "no_clock", True)
    else:
        yield row("clock", "clock", at=local(status.unix), quality=status.clock)
    if status.online:
        yield row("broker", "online", address=status.address)
    else:
        yield row("broker", "offline_why" if status.problem else "offline", True, why=status.problem)
    if status.rssi_dbm is not None:
        yield row("radio", "radio", rssi=status.rssi_dbm)
    epoch, first, following = status.journal
    yield row("journal", "journal", epoch=epoch, count=max(following - first, 0), last=following - 1)
    yield row("heap", "heap", heap=status.heap // 1024, boots=status.boot_count, cause=status.reset_cause)
    if status.faults:
        yield row("faults", "faults", True, faults=", ".join(status.faults))
    else:
        yield row("faults", "no_faults")


def title(language: Language, status: Status, port: str) -> str:
    return language.say("pole.title", pole=status.pole, site=status.site, board=status.board, firmware=status.firmware,
                        config=status.config_version, port=port)  # fmt: skip


def event_line(language: Language, event: Event) -> str:
    """One event of the journal on a line."""
    payload = event.payload
    flag = payload.get("startEndFlag")
    key = "event_begins" if flag else "event_once" if flag is None else "event_ends"
    at = payload.get("timestamp")
    attributes = payload.get("attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    shown = " ".join(f"{name}={value}" for name, value in attributes.items())
    return language.say(
        f"pole.{key}", number=event.sequence, at=local(at) if isinstance(at, int) else "-",
        what=str(payload.get("eventType", "?")), attributes=shown,
    ).rstrip()  # fmt: skip


def local(unix: int) -> str:
    """Local time at the laptop; the number itself where no calendar holds it."""
    try:
        return f"{datetime.fromtimestamp(unix):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        return str(unix)
