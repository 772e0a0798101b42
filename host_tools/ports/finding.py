"""The ports at which a pole may be: every USB serial adapter that is plugged in, with a name a person knows it by."""

from __future__ import annotations

from dataclasses import dataclass

from serial.tools import list_ports

from host_tools.ports.adapters import adapter_name, probable_chip


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
    """Every USB serial port of this machine, by name.  A laptop's other ports are no place for a pole."""
    found = [
        PortInfo(
            device=port.device,
            adapter=adapter_name(port.vid, port.pid, port.product or ""),
            serial=port.serial_number or "",
            chip=probable_chip(port.vid, port.pid),
            vid=port.vid,
            pid=port.pid,
            location=port.location or "",
        )
        for port in list_ports.comports()
        if port.vid is not None and port.pid is not None
    ]
    return sorted(found, key=lambda port: port.device)


def port_info(device: str) -> PortInfo:
    """What is known of *device* (also one that `find` does not list, such as a URL)."""
    return next((port for port in find() if port.device == device), PortInfo(device))


def adapter_key(port: PortInfo | str) -> str:
    """A name for the adapter itself, the same wherever it is plugged in and whatever number its port gets.

    Many adapters have no serial number, or one that all of their kind have ("0001"): their USB socket is named then.
    """
    info = port_info(port) if isinstance(port, str) else port
    if not info.vid:
        return info.device
    own = len(info.serial) >= 6 and len(set(info.serial)) > 2 and info.serial not in ("123456", "12345678")
    return f"usb:{info.vid:04x}:{info.pid:04x}:{info.serial if own else '@' + (info.location or info.device)}"
