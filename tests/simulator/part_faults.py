"""Parts of a pole that raise, once or for good, at the start or at dusk, and what became of the street's light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from simulator.device_modules import hostops, ops
from simulator.hardware import little_files
from simulator.street.street import Street
from tests.simulator.streets import MINUTE_MS, Lived, live

BOARD = "virtual"  # boards/virtual.toml has all the pins below but the last, which BOARD_WITH_SUPPLY has
BOARD_WITH_SUPPLY = "virtual-holdup"
RELAY, DIMMER, LEAKAGE, DOOR, SUPPLY = 18, 19, 39, 33, 23
RTC, ACCELEROMETER, GEAR = 0x68, 0x18, 0x23
ERRORS: tuple[type[Exception], ...] = (OSError, ValueError, MemoryError, RuntimeError)
ONLINE_MS = 10 * MINUTE_MS
START = "2026-11-24T17:02"  # the lamp is switched on 15 minutes later, and the sun sets at 17:33
AT = {"start": 0, "dusk": 13 * MINUTE_MS}
Asked = Callable[[int, int, int], bool]  # is it this part that operation (number, a, b) asks?


def _one(*numbers: int) -> Asked:
    return lambda op, _a, _b: op in numbers


def _pin(pin: int, *numbers: int) -> Asked:
    return lambda op, a, _b: a == pin and op in numbers


def _chip_on_bus(address: int) -> Asked:
    return lambda op, _a, b: op in (ops.I2C_WRITE, ops.I2C_READ_MEM) and b & 0xFF == address


# what fails: (the part that is named, "*" where that is any, and when it is that part)
FAULTS: dict[str, tuple[str, Asked]] = {
    "relay pin": ("relay", _pin(RELAY, ops.PIN_SET)),
    "relay pin, whatever is done": ("relay", _pin(RELAY, ops.PIN_SET, ops.PIN_INIT)),
    "PWM duty": ("dimmer", _one(ops.PWM_SET)),
    "PWM": ("dimmer", _one(ops.PWM_SET, ops.PWM_START)),
    "dimmer pin, whatever is done": ("dimmer", _pin(DIMMER, ops.PWM_SET, ops.PWM_START, ops.PIN_INIT)),
    "watchdog, fed": ("watchdog", _one(ops.WDT_FEED)),
    "watchdog": ("watchdog", _one(ops.WDT_START, ops.WDT_FEED)),
    "UART opened": ("meter", _one(ops.UART_OPEN)),
    "UART written": ("meter", _one(ops.UART_WRITE)),
    "UART read": ("meter", _one(ops.UART_READ)),
    "I2C": ("gear|rtc", _one(ops.I2C_OPEN, ops.I2C_READ_MEM, ops.I2C_WRITE)),
    "clock chip": ("rtc", _chip_on_bus(RTC)),
    "accelerometer": ("accelerometer", _chip_on_bus(ACCELEROMETER)),
    "gear's interface": ("gear", _chip_on_bus(GEAR)),
    "ADC": ("photocell|leakage", _one(ops.ADC_READ)),
    "leakage input": ("leakage", _pin(LEAKAGE, ops.ADC_READ)),
    "door contact": ("door", _pin(DOOR, ops.PIN_GET)),
    "contact at the supply": ("supply", _pin(SUPPLY, ops.PIN_GET)),
    "contact at the supply, whatever is done": ("supply", _pin(SUPPLY, ops.PIN_GET, ops.PIN_INIT)),
    "flash read": ("*", _one(ops.FLASH_READ)),
    "flash programmed": ("*", _one(ops.FLASH_PROGRAM)),
    "flash": ("*", _one(ops.FLASH_READ, ops.FLASH_PROGRAM, ops.FLASH_ERASE)),
    "NVS read": ("nvs", _one(ops.NVS_GET)),
    "NVS written": ("nvs", _one(ops.NVS_SET)),
    "NVS committed": ("nvs", _one(ops.NVS_COMMIT)),
    "RTC memory read": ("rtcMemory", _one(ops.RTC_MEMORY_GET)),
    "RTC memory written": ("rtcMemory", _one(ops.RTC_MEMORY_SET)),
    "reset cause": ("chip", _one(ops.RESET_CAUSE)),
    "chip's number": ("chip", _one(ops.UNIQUE_ID)),
    "random numbers": ("random", _one(ops.ENTROPY)),
    "Wi-Fi's address and signal": ("", _one(ops.WLAN_ADDRESS, ops.WLAN_RSSI, ops.WLAN_STATUS)),
}
ONCE = {  # without these for good there is no network, and the light is all that can be asked for
    "Wi-Fi switched on": ("", _one(ops.WLAN_ACTIVE)),
    "Wi-Fi joins": ("", _one(ops.WLAN_CONNECT)),
    "Wi-Fi asked": ("", _one(ops.WLAN_JOINED)),
    "name look-up": ("", _one(hostops.RESOLVE)),
    "socket": ("", _one(hostops.SOCKET)),
    "connection": ("", _one(hostops.CONNECT)),
    "sending": ("", _one(hostops.SEND)),
    "receiving": ("", _one(hostops.RECV)),
    "closing": ("", _one(hostops.CLOSE)),
}
# opened once more at once, for the size of the heap on pins of its own; a new pole's flash cannot be mounted at first
UNNAMED_ONCE = {"UART opened", "flash read", "flash programmed", "flash"}
# asked at the start only, or not within half an hour
STARTING = {"UART opened", "flash read", "reset cause", "chip's number", "NVS read", "NVS written", "NVS committed"} | {
    "RTC memory read", "RTC memory written", "random numbers", "Wi-Fi switched on", "Wi-Fi joins", "Wi-Fi asked",
    "name look-up",
    "socket", "connection", "closing", "Wi-Fi's address and signal",
}  # fmt: skip


@dataclass
class Outcome:
    lived: Lived
    raised: int  # how often
    since: int = 0  # from when on, ms

    def problem(self, part: str, networked: bool) -> str:
        """Why this is not what the house promises, "" where it is; *part*: the one to be named."""
        lived = self.lived
        dark = lived.report["dark_minutes"]
        if dark:
            return f"dark for {dark} min"
        resets = sum(lived.street.resets().values()) - 1
        if resets > 4:
            return f"{resets} resets"
        if not self.raised:
            return "it was never asked"
        if not networked:
            return ""
        end = round(lived.street.kernel.now_ms)
        births = [ms for ms, _birth in lived.said("P0001", "birth") if ms >= self.since]
        told = [ms for ms, _state in lived.said("P0001", "state")]
        if births and births[0] > self.since + ONLINE_MS:
            return f"online again at {births[0]} ms"
        if not births and (resets or not self.since):
            return "never online again"
        if not told or told[-1] < end - 16 * MINUTE_MS:
            return f"heard of last at {told[-1:]} of {end} ms"
        named = {
            event["attributes"]["part"]
            for _ms, event in lived.said("P0001", "event")
            if event["eventType"] == "partFailure"
        }
        if part and not (named if part == "*" else named & set(part.split("|"))):
            return f"{part} is not named: {sorted(named)}"
        return ""


def try_fault(
    asked: Asked,
    error: type[Exception],
    *,
    for_good: bool,
    at: str,
    engine: str,
    hours: float = 0.8,
    board: str = BOARD,
) -> Outcome:
    """Lives one pole from half an hour before sunset on; the part that is *asked* raises *error* from *at* on."""
    raised = [0]

    with pytest.MonkeyPatch.context() as patch:

        def begin(street: Street) -> None:
            pole = street.poles["P0001"].pole
            pole.loud = True
            handle = pole.handle

            def check(op: int, a: int = 0, b: int = 0) -> None:
                if street.kernel.now_ms >= AT[at] and asked(op, a, b) and (for_good or not raised[0]):
                    raised[0] += 1
                    raise error(5)

            def faulty(op: int, a: int = 0, b: int = 0, data: bytes = b"") -> tuple[int, bytes]:
                check(op, a, b)
                return handle(op, a, b, data)

            pole.handle = faulty  # type: ignore[method-assign]
            if engine == "cpython":  # which has a littlefs that a flash cannot raise through
                _fail_files(patch, check)

        lived = live(hours, poles=1, board=board, start=START, engine=engine, begin=begin)
    return Outcome(lived, raised[0], AT[at])


def _fail_files(patch: pytest.MonkeyPatch, check: Callable[[int], None]) -> None:
    """Files of the CPython engine raise where *check* does, as its flash is read or programmed."""
    begin, put, mount = little_files._Reading.__init__, little_files.LittleFiles._put, little_files.LittleFiles.mount

    def reading(self: Any, files: Any, name: str) -> None:
        check(ops.FLASH_READ)
        begin(self, files, name)

    def putting(self: Any, name: str, flags: int, data: bytes) -> None:
        check(ops.FLASH_PROGRAM)
        put(self, name, flags, data)

    def mounting(self: Any) -> None:
        check(ops.FLASH_READ)
        mount(self)

    patch.setattr(little_files._Reading, "__init__", reading)
    patch.setattr(little_files.LittleFiles, "_put", putting)
    patch.setattr(little_files.LittleFiles, "mount", mounting)
