"""Reads a chip's boot log after a reset: it starts, waits for download, or does not start.

The lines are those of the ROMs of ESP32, S3 and C3 and of ESP-IDF's second-stage bootloader, at 115200 baud (Espressif:
"Boot Mode Selection" and "Boot Troubleshooting" of esptool's documentation) and what users captured of them:

- ``rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)``: why the chip was reset, and the mode set by its straps;
- ``waiting for download`` follows where the strap IO0 (IO9 of a C3) is low;
- ``entry 0x400805e4`` is the ROM's last line: the bootloader in the flash takes over;
- one ``flash read err`` before a start that succeeds is normal for some flash chips (esp-idf issue 4589).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from host_tools.text import safe

STARTED, HELD, FAILED, BROWNOUT, LOOPS, UNHEARD = "started", "held", "failed", "brownout", "loops", "unheard"
SILENT_S = 0.5  # without a byte; the capacitor at EN takes up to 0.15 s
GRACE_S = 0.03  # after the ROM's last line: what the second-stage bootloader cannot use it says 24 ms after the reset
QUIET_S = 0.3  # after a line that decides nothing
FAULT_S = 1.5  # after the first sign of a fault: a chip that is reset by its watchdog tries again within 0.4 s

_RESET = re.compile(r"rst:0x[0-9a-f]+ \((?P<cause>\w+)\),boot:0x[0-9a-f]+ \((?P<boot>\w+)")
_DOWNLOAD = re.compile(r"waiting for download|boot:0x[0-9a-f]+ \((?:DOWNLOAD|UART|SDIO|USB|SPI_DOWNLOAD)")
_ENTRY = re.compile(r"entry 0x[0-9a-f]{8}")
_BROWNOUT = re.compile(r"Brownout detector was triggered|rst:0x[0-9a-f]+ \(\w*BROWN_?OUT\w*\)", re.IGNORECASE)
_FAULT = re.compile(
    # the ROM's
    r"invalid header: 0x|flash read err|csum err|invalid segment length|invalid chip id|secure boot check fail"
    r"|ets_loader\.c \d+|SHA-256 comparison failed|Falling back to built-in command interpreter"
    # the second-stage bootloader's, and the crash of what it started
    r"|No bootable app|load partition table error|Failed to verify partition table|E \(boot\): |Can't run"
    r"|Guru Meditation|abort\(\) was called|Stack canary|diya: flash this pole again",
    re.IGNORECASE,
)
_ANYWAY = "Attempting to boot anyway"
_RESETS = 3  # as many, and it is not the one spare attempt of a slow flash chip
_LONGEST = 400  # characters of a line without an end
_SHOWN = 80


@dataclass(frozen=True)
class Start:
    """How a start went: one of the words above, and the *line* that says so."""

    how: str
    line: str = ""


class BootLog:
    """Takes the boot log after one reset, in pieces of any size."""

    def __init__(self) -> None:
        self._rest = ""
        self._held = self._entered = self._brownout = False
        self._fault = self._cause = ""
        self._resets = 0
        self._heard = False

    def feed(self, data: bytes) -> None:
        """*data* came next."""
        self._heard = self._heard or bool(data)
        *lines, self._rest = re.split(r"[\r\n]", self._rest + data.decode("ascii", "replace"))
        for line in lines:
            self._line(line)
        if len(self._rest) > _LONGEST:
            self._line(self._rest)
            self._rest = ""

    def _line(self, line: str) -> None:
        if found := _RESET.search(line):
            self._resets += 1
            self._entered = False
            self._cause = found["cause"]
        if _DOWNLOAD.search(line):
            self._held = True
        elif _BROWNOUT.search(line):
            self._fault, self._brownout = line, True
        elif _FAULT.search(line):
            self._fault = line
        elif _ANYWAY in line:
            self._fault = ""
        elif _ENTRY.search(line):
            self._entered, self._fault, self._brownout = True, "", False

    @property
    def decided(self) -> bool:
        """Whether the result can no longer change."""
        return self._held or self._resets >= _RESETS

    @property
    def patience_s(self) -> tuple[float, float]:
        """How long to wait for more: seconds after the reset, and after the last byte; the earlier counts."""
        if not self._heard:
            return SILENT_S, SILENT_S
        if self._fault or self._resets > 1:
            return FAULT_S, FAULT_S
        return FAULT_S, GRACE_S if self._entered else QUIET_S

    @property
    def start(self) -> Start:
        """The result, from the lines so far."""
        if self._held:
            return Start(HELD)
        if self._fault:
            return Start(BROWNOUT if self._brownout else FAILED, safe(self._fault.strip())[:_SHOWN])
        if self._resets >= _RESETS:
            return Start(LOOPS, safe(self._cause))
        return Start(STARTED if self._entered or self._resets else UNHEARD)
