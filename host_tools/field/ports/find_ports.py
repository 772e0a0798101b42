"""Finds the ports at which a pole may be: every USB serial adapter that is plugged in, with a readable name."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace

from serial.tools import list_ports

from host_tools.field.ports.adapters import adapter_name, probable_chip
from host_tools.text import text


@dataclass(frozen=True)
class PortInfo:
    """A port: *device* is what is opened (`/dev/ttyUSB0`, `COM3`, `socket://...`), the rest says which adapter it is.

    *chip* is named only where the chip's own USB is the adapter and its numbers tell.  *location* is the USB socket.
    """

    device: str
    adapter: str = ""
    serial: str = ""
    chip: str = ""
    vid: int = 0
    pid: int = 0
    location: str = ""

    def __str__(self) -> str:
        return f"{self.device}, {self.adapter}" if self.adapter else self.device


def is_url(port: str) -> bool:
    """Whether *port* is `socket://HOST:PORT` or `rfc2217://HOST:PORT`, and not a device of this machine."""
    return port.startswith(("socket://", "rfc2217://"))


def find() -> list[PortInfo]:
    """Every USB serial port of this machine, by name.  Other ports of a laptop are left out."""
    found = [
        PortInfo(
            device=port.device,
            adapter=adapter_name(port.vid, port.pid, text(port.product or "", 60)),
            serial=text(port.serial_number or "", 60),
            chip=probable_chip(port.vid, port.pid),
            vid=port.vid,
            pid=port.pid,
            location=port.location or "",
        )
        for port in list_ports.comports()
        if port.vid is not None and port.pid is not None
    ]
    return sorted(found, key=lambda port: port.device)


def true_name(device: str) -> str:
    """One name for the port that *device* names: a link in /dev/serial/by-id is followed, and a URL left as it is.

    macOS has two devices for each port (`tty.` and `cu.`, of which pyserial lists the second), Windows names COM ports
    without regard to case, and from 10 on as `\\\\.\\COM10`.
    """
    if is_url(device):
        return device
    if sys.platform == "win32":
        return device.removeprefix("\\\\.\\").upper()
    real = os.path.realpath(device)
    return real.replace("/dev/tty.", "/dev/cu.", 1) if sys.platform == "darwin" else real


def port_info(device: str) -> PortInfo:
    """What is known of *device*, which keeps the name given (also one that `find` does not list, such as a URL)."""
    wanted = true_name(device)
    found = next((port for port in find() if true_name(port.device) == wanted), None)
    return PortInfo(device) if found is None else replace(found, device=device)


def different(devices: Iterable[str]) -> list[PortInfo]:
    """The ports that *devices* name, in their order; of two names of one port the first."""
    first: dict[str, str] = {}
    for device in devices:
        first.setdefault(true_name(device), device)
    return [port_info(device) for device in first.values()]


def adapter_key(port: PortInfo | str) -> str:
    """A name for the adapter itself, the same at any USB socket and with any number of its port.

    Many adapters have no serial number, or one that all of their kind have ("0001"): their USB socket is named then.
    An adapter of several ports (FT4232H, CP2105) has a key for each, by its USB interface.
    """
    info = port_info(port) if isinstance(port, str) else port
    if not info.vid:
        return true_name(info.device)
    own = len(info.serial) >= 6 and len(set(info.serial)) > 2 and info.serial not in ("123456", "12345678")
    which = info.serial if own else f"@{info.location or true_name(info.device)}"
    interface = info.location.partition(":")[1:] if own else ()  # Linux names it only where there are several
    return f"usb:{info.vid:04x}:{info.pid:04x}:{which}{''.join(interface)}"
