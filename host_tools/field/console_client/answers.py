"""A pole's answers as values with names and types.  Units are those of the wire: V, A, W, kWh, C, lux, mg, mA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from host_tools.text import safe

_DEEPEST = 8  # levels of an answer that are read


class Status(NamedTuple):
    """The pole's identity and state; ``unix`` and ``rssi_dbm`` are None where the pole has none."""

    site: str
    pole: str
    board: str
    firmware: str
    config_version: int
    boot_count: int
    reset_cause: str
    uptime_s: int | None
    unix: int | None
    clock: str
    level: int
    target: int
    reason: str
    owner: str
    until: int | None
    online: bool
    problem: str  # with the broker, as the pole reports it
    address: str
    rssi_dbm: int | None
    heap: int
    held: int
    faults: tuple[str, ...]
    journal: tuple[str, int, int]  # epoch, first sequence held, next to be given out

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Status:
        """Raises KeyError, TypeError or ValueError where *answer* is none of a pole's."""
        epoch, first, following = answer.get("events") or ("", 0, 0)
        return cls(
            site=_text(answer["site"]), pole=_text(answer["pole"]), board=_text(answer["board"]),
            firmware=_text(answer["firmware"]), config_version=int(answer.get("configVersion") or 0),
            boot_count=int(answer.get("bootCount") or 0), reset_cause=_text(answer.get("resetCause") or ""),
            uptime_s=_whole(answer.get("uptime")),
            unix=_whole(answer["unix"]), clock=_text(answer["clock"]), level=int(answer["level"]),
            target=int(answer["target"]), reason=_text(answer["reason"]), owner=_text(answer["owner"]),
            until=_whole(answer["until"]), online=bool(answer["online"]), problem=_text(answer.get("problem") or ""),
            address=_text(answer.get("address") or ""), rssi_dbm=_whole(answer.get("rssi")),
            heap=int(answer.get("heap") or 0), held=int(answer.get("held") or 0),
            faults=tuple(_text(name) for name in answer.get("faults") or ()),
            journal=(_text(epoch), int(first), int(following)),
        )  # fmt: skip


class Reading(NamedTuple):
    """One reading of all sensors; None for parts that the board does not have or that did not answer."""

    voltage_v: float | None
    current_a: float | None
    power_w: float | None
    power_factor: float | None
    energy_kwh: float | None
    temperature_c: float | None
    lux: float | None
    acceleration_mg: tuple[int, int, int] | None
    door_open: bool | None
    leakage_ma: float | None
    gear: bool | None
    relay: bool
    dim: float  # percent, the dimmer's setting, constant light output included
    capabilities: tuple[str, ...]
    rtc: int | None

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Reading:
        """Raises KeyError, TypeError or ValueError where *answer* is none of a pole's."""
        felt = answer.get("acceleration")
        return cls(
            voltage_v=_number(answer.get("supplyVoltage")), current_a=_number(answer.get("supplyCurrent")),
            power_w=_number(answer.get("activePower")), power_factor=_number(answer.get("powerFactor")),
            energy_kwh=_number(answer.get("activeEnergy")), temperature_c=_number(answer.get("temperature")),
            lux=_number(answer.get("lux")),
            acceleration_mg=None if felt is None else (int(felt[0]), int(felt[1]), int(felt[2])),
            door_open=_flag(answer.get("door")), leakage_ma=_number(answer.get("leakage")),
            gear=_flag(answer.get("gear")), relay=bool(answer["relay"]), dim=float(answer["dim"]),
            capabilities=tuple(_text(name) for name in answer.get("capabilities") or ()), rtc=_whole(answer.get("rtc")),
        )  # fmt: skip

    @property
    def electrical(self) -> tuple[float | None, float | None, float | None]:
        """The meter's values: two readings with equal values are the same frame of the meter."""
        return self.voltage_v, self.current_a, self.power_w


class Event(NamedTuple):
    """One record of the journal; ``payload`` is what was sent to the city."""

    sequence: int
    payload: Mapping[str, Any]


def printable(value: Any, depth: int = 0) -> Any:
    """*value*, of JSON, in which every text may be printed, names of fields too."""
    if isinstance(value, str):
        return safe(value)
    if depth >= _DEEPEST:
        return "?"
    if isinstance(value, dict):
        return {safe(str(name)): printable(inner, depth + 1) for name, inner in value.items()}
    return [printable(inner, depth + 1) for inner in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    return safe(str(printable(value)))


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _flag(value: Any) -> bool | None:
    return None if value is None else bool(value)
