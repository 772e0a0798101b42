"""A chip in its loader at an open port, and what is read of it before anything is written."""

from __future__ import annotations

import contextlib
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import serial

from host_tools.field.flashing import loader_chips, modem_lines
from host_tools.field.flashing.boot_log import UNHEARD, BootLog, Start
from host_tools.field.flashing.errors import Lost, Secured, WrongBoard
from host_tools.field.flashing.loader import ROM_BAUD, Loader, Refused
from host_tools.field.images.esp_image import ImageError
from host_tools.field.images.partitions import OFFSET, Partition, decode
from host_tools.field.ports import PortInfo, quiet_open

_TABLE = 12 * 32  # bytes read of the table: more rows than any of ours has
_ENCRYPTED, _SECURE_BOOT = 0x7F << 20, 3 << 4  # in words 0 and 6 of the ESP32's eFuses
_SECURE_FLAGS = 0b101  # secure boot, secure download
_LISTEN_S = 0.01  # longest wait of one read while a chip starts
_USB_SERIAL = (0x303A, 0x1001)  # the chip's own


@dataclass(frozen=True)
class Chip:
    """A chip's own data: *flash* in bytes, 0 if unknown."""

    facts: loader_chips.Facts
    mac: str
    flash: int


def own_usb(port: PortInfo) -> bool:
    """Whether *port* is the chip's own USB, without an adapter."""
    return (port.vid, port.pid) == _USB_SERIAL


@contextlib.contextmanager
def connection(port: PortInfo, touched: bool = False) -> Iterator[Loader]:
    """The chip at *port* in its loader, at 115200 baud.

    Raises Lost when none answers, with what that means for a pole that was *touched* already; or as `quiet_open`.
    """
    opened = quiet_open(port.device, timeout=0.05, refusal_s=0)
    try:
        loader = Loader(opened)
        if not _enter(loader, own_usb(port)):
            raise Lost("flash.silent_writing" if touched else "flash.silent", port=port.device)
        yield loader
    finally:
        if port.device.startswith(
            "socket://"
        ):  # pyserial waits 0.3 s after it has closed one, in case it is opened again at once
            threading.Thread(target=_close, args=(opened,), daemon=True).start()
        else:
            _close(opened)


def _close(port: serial.SerialBase) -> None:
    with contextlib.suppress(serial.SerialException, OSError):
        port.close()


def _enter(loader: Loader, own_usb: bool) -> bool:
    remote = "://" in str(loader.port.port)  # one line after the other, and a round trip for each
    for latch_s in modem_lines.LATCH_S[1:] if remote else modem_lines.LATCH_S:
        loader.port.baudrate = ROM_BAUD
        has_lines = modem_lines.enter_loader(loader.port, latch_s, own_usb)
        if not loader.sync(5 if has_lines else 15):
            if has_lines:
                continue
            return False
        if not loader.is_stub:
            return True
        loader.leave_stub()
        if loader.sync(5) and not loader.is_stub:
            return True
    return False


def restart(loader: Loader, port: PortInfo, meanwhile: Callable[[], None]) -> Start:
    """Start the software in the flash and read its boot log; *meanwhile* is called while the chip is in reset.

    There is no log where the reset removes the chip's own USB, or the port has no modem lines.
    """

    def prepare() -> None:
        meanwhile()
        loader.port.baudrate = ROM_BAUD
        loader.drop_input()

    if not modem_lines.restart(loader.port, own_usb(port), prepare):
        finish = getattr(loader.port, "finish_sending", None)
        if finish is None:
            return Start(UNHEARD)
        finish()
    return _listen(loader.port)


def _listen(port: serial.SerialBase) -> Start:
    """The result of the start, from the boot log until it is decided."""
    log = BootLog()
    port.timeout = _LISTEN_S
    begin = last = time.monotonic()
    with contextlib.suppress(serial.SerialException, OSError):  # its own USB may come back as a new port
        while not log.decided:
            since_reset, since_last = log.patience_s
            if time.monotonic() >= min(begin + since_reset, last + since_last):
                break
            if data := port.read(max(1, port.in_waiting)):
                log.feed(data)
                last = time.monotonic()
    return log.start


def facts_of(loader: Loader, port: PortInfo, board: dict[str, Any]) -> loader_chips.Facts:
    """Which kind of chip is there.  Raises Secured, and WrongBoard unless it is that of *board*."""
    try:
        flags, count, number = loader.security()
        secured = bool(flags & _SECURE_FLAGS) or count.bit_count() % 2 == 1
        name = loader_chips.IDS.get(number, f"chip {number}")
    except Refused:
        name = loader_chips.MAGIC.get(loader.register(loader_chips.MAGIC_AT), "unknown chip")
        secured = name == loader_chips.ESP32.name and _esp32_secured(loader)
    if secured:
        raise Secured("flash.secured", port=port.device, chip=name)
    if name != board["chip"]:
        raise WrongBoard("flash.wrong_chip", port=port.device, chip=name, board=board["name"], wanted=board["chip"])
    return loader_chips.FACTS[name]


def identify(loader: Loader, port: PortInfo, board: dict[str, Any], facts: loader_chips.Facts) -> Chip:
    """Which one of its kind it is, its flash attached.  Raises WrongBoard unless *board* has that size of flash."""
    if own_usb(port):
        loader.hold_watchdogs(facts)
    low, high = loader.register(facts.mac), loader.register(facts.mac + 4)
    mac = ":".join(f"{byte:02x}" for byte in struct.pack(">HI", high & 0xFFFF, low))
    chip = Chip(facts, mac, loader.attach_flash(facts))
    wanted = board["flash_mb"]
    if chip.flash != wanted << 20:
        raise WrongBoard(
            "flash.wrong_size", port=port.device, board=board["name"], wanted=wanted, found=chip.flash >> 20
        )
    return chip


def _esp32_secured(loader: Loader) -> bool:
    base = loader_chips.ESP32.mac - 4
    count = loader.register(base) & _ENCRYPTED
    return count.bit_count() % 2 == 1 or bool(loader.register(base + 24) & _SECURE_BOOT)


def partitions(loader: Loader) -> dict[str, Partition]:
    """What is on the chip now; empty where there is no table."""
    try:
        return decode(loader.read_flash(OFFSET, _TABLE), "table")
    except ImageError:
        return {}
