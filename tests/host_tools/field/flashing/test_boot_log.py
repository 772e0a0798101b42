"""What a chip says after its reset, from what people captured of real ones (the issues are named)."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from host_tools.field.flashing.boot_log import (  # fmt: skip
    BROWNOUT,
    FAILED,
    FAULT_S,
    GRACE_S,
    HELD,
    LOOPS,
    SILENT_S,
    STARTED,
    UNHEARD,
    BootLog,
    Start,
)

ESP32 = "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n"
LOADED = "configsip: 0, SPIWP:0xee\r\nmode:DIO, clock div:2\r\nload:0x3fff0030,len:4540\r\nentry 0x400805e4\r\n"
C3 = "ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\n"
FLASH_READ = (
    "rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\nflash read err, 1000\r\nets_main.c 371 \r\n"
)

LOGS = {
    "esp32 starts": (ESP32 + LOADED, STARTED, ""),
    "c3 starts": (
        C3 + "rst:0x1 (POWERON),boot:0xd (SPI_FAST_FLASH_BOOT)\r\nSPIWP:0xee\r\nentry 0x403cc710\r\n", STARTED, "",
    ),
    "c3 starts in spite of its sum (platform-espressif32#821)": (
        C3 + "rst:0x1 (POWERON),boot:0xc (SPI_FAST_FLASH_BOOT)\r\nSHA-256 comparison failed:\r\nCalculated: 23\r\n"
        "Expected: ff\r\nAttempting to boot anyway...\r\nentry 0x403cc710\r\n", STARTED, "",
    ),
    "slow flash, once (esp-idf#4589)": (
        ESP32 + "flash read err, 1000\r\nets_main.c 371 \r\nets Jun  8 2016 00:22:57\r\n\r\n"
        "rst:0x10 (RTCWDT_RTC_RESET),boot:0x17 (SPI_FAST_FLASH_BOOT)\r\n" + LOADED, STARTED, "",
    ),
    "esp32 held (arduino-esp32#5840)": (
        "ets Jun  8 2016 00:22:57\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))"
        "\r\nwaiting for download\r\n", HELD, "",
    ),
    "s3 held": ("ESP-ROM:esp32s3-20210327\r\nrst:0x1 (POWERON),boot:0x23 (DOWNLOAD(USB/UART0))\r\n", HELD, ""),
    "c3 held": (C3 + "rst:0x15 (USB_UART_CHIP_RESET),boot:0x5 (DOWNLOAD(USB/UART0/1))\r\n", HELD, ""),
    "its own usb (espflash#556)": (
        "rst:0x15 (USB_UART_HPSYS),boot:0x4 (DOWNLOAD(USB/UART0/SDIO_FEI_FEO))\r\nSaved PC:0x4080041e\r\n"
        "waiting for download\r\n", HELD, "",
    ),
    "held, and the first line garbled": ("\x9b\x12et\x00s Jun rst:0x1 (POW\r\nwaiting for download\r\n", HELD, ""),
    "flash is not read (esptool#553)": (3 * ("ets Jun  8 2016\r\n\r\n" + FLASH_READ), FAILED, "flash read err"),
    "c3 nothing there (esp-idf#12110)": (
        C3 + "rst:0x7 (TG0WDT_SYS_RST),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\nSaved PC:0x4004d1f8\r\n"
        + 4 * "invalid header: 0xffffffff\r\n", FAILED, "invalid header: 0xffffffff",
    ),
    "c3 loader (esp-idf-template#27)": (
        2 * (C3 + "rst:0x7 (TG0WDT_SYS_RST),boot:0xc (SPI_FAST_FLASH_BOOT)\r\nSPIWP:0xee\r\nets_loader.c 78\r\n"),
        FAILED, "ets_loader.c 78",
    ),
    "no partition table (lvgl_micropython#63)": (
        C3 + "rst:0x3 (RTC_SW_SYS_RST),boot:0xc (SPI_FAST_FLASH_BOOT)\r\nentry 0x403cc710\r\n"
        "E (24) flash_parts: partition 0 invalid magic number 0xfdcc\r\n"
        "E (24) boot: Failed to verify partition table\r\n"
        "E (24) boot: load partition table error!\r\n", FAILED, "load partition table error!",
    ),
    "weak supply (esp32-camera#115)": (
        ESP32 + LOADED + "\r\n\r\nBrownout detector was triggered\r\n\r\n", BROWNOUT, "Brownout detector was triggered",
    ),
    "weak supply, by its cause": (
        "rst:0xf (RTCWDT_BROWN_OUT_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n", BROWNOUT, "RTCWDT_BROWN_OUT_RESET",
    ),
    "wrong mode (micropython-esp32#9)": (
        3 * "rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\nmode:QIO, clock div:2\r\n"
        "load:0xffffffff,len:-1\r\nets Jun  8 2016 00:22:57\r\n", LOOPS, "RTCWDT_RTC_RESET",
    ),
    "nothing": ("", UNHEARD, ""),
    "another speed": ("\xff\x80\x00x\x98\xe6\r\n\x9f\x00\r\n", UNHEARD, ""),
    "another program": ("login: ", UNHEARD, ""),
}  # fmt: skip


def heard(*pieces: bytes) -> Start:
    log = BootLog()
    for piece in pieces:
        log.feed(piece)
    return log.start


@pytest.mark.parametrize(("text", "how", "line"), LOGS.values(), ids=LOGS)
def test_each_is_told_apart_and_a_fault_by_the_chips_own_line(text: str, how: str, line: str) -> None:
    start = heard(text.encode("latin-1"))
    assert start.how == how and line in start.line and bool(start.line) == bool(line)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*LOGS]), st.lists(st.integers(0, 700), max_size=8))
def test_it_does_not_matter_in_which_pieces_it_comes(name: str, cuts: list[int]) -> None:
    data = LOGS[name][0].encode("latin-1")
    at = [0, *sorted(cuts), len(data)]
    assert heard(*(data[a:b] for a, b in pairwise(at))) == heard(data)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=900))
def test_noise_is_no_start_that_was_heard(noise: bytes) -> None:
    assume(not re.search(rb"[ -~]{8}", noise))  # Hypothesis also draws what a chip really says, from our own source
    assert heard(noise).how == UNHEARD


def test_it_is_listened_no_longer_than_it_takes_to_be_sure() -> None:
    log = BootLog()
    assert log.patience_s == (SILENT_S, SILENT_S)
    log.feed((ESP32 + LOADED).encode())
    assert log.patience_s[1] == GRACE_S and not log.decided
    log.feed(b"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n")
    assert log.patience_s == (FAULT_S, FAULT_S)
    log.feed(b"waiting for download\r\n")
    assert log.decided


def test_what_a_chip_says_cannot_write_on_the_terminal() -> None:
    start = heard(b"invalid header: 0x\x1b[2J\x1b]0;owned\x07" + 500 * b"x" + b"\r\n")
    assert start.how == FAILED and "\x1b" not in start.line and len(start.line) <= 80
