"""Examines the ports: whether an adapter is plugged in, has a driver, and may be opened by this user."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from host_tools.errors import PortBusy, PortError, PortForbidden
from host_tools.field.doctor.finding import Finding, ok, problem, warning
from host_tools.field.ports import check_access, find
from host_tools.field.ports.adapters import WCH, adapter_name, driver_of, known
from host_tools.field.ports.groups import cure, inside, usual_group
from host_tools.field.ports.port_access import PROC

USB_DEVICES = Path("/sys/bus/usb/devices")


def ports() -> Iterator[Finding]:
    """A line for each port, or one that says why there is none."""
    found = find()
    for port in found:
        about = f"port {port.device}"
        chip = f", {port.chip}" if port.chip else ""
        try:
            check_access(port.device)
        except PortBusy as error:
            yield warning(about, *_parts(error))
        except (PortForbidden, PortError) as error:
            yield problem(about, *_parts(error))
        else:
            yield ok(about, f"{port.adapter}{chip}{f', serial number {port.serial}' if port.serial else ''}")
    if not found:
        yield warning("ports", "no USB serial adapter has a port", _plug_in())
        yield from group()


def group() -> Iterator[Finding]:
    """Whether this user may open serial ports, told before one is plugged in."""
    name = usual_group()
    if name and not inside(name):
        yield problem("permission", f"serial ports belong to the group {name}, which you are not in", cure(name))
    elif name:
        yield ok("permission", f"serial ports may be opened (group {name})")


def drivers(devices: Path = USB_DEVICES, proc: Path = PROC) -> Iterator[Finding]:
    """On Linux: adapters that are plugged in and have no port, and programs that get in a pole's way."""
    running = set(_running(proc))
    for folder in sorted(devices.glob("*")):
        numbers = _numbers(folder)
        if numbers is None or not known(*numbers):
            continue
        name = adapter_name(*numbers)
        if any(folder.glob("*/ttyUSB*")) or any(folder.glob("*/tty/tty*")):
            yield ok(f"driver of {name}", driver_of(numbers[0]))
        elif numbers[0] == WCH and "brltty" in running:
            yield problem(
                f"driver of {name}", "is plugged in, but brltty took it for a braille display",
                "`sudo apt remove brltty` (or mask its udev rule), then plug it in again",
            )  # fmt: skip
        else:
            module = driver_of(numbers[0])
            yield problem(
                f"driver of {name}", "is plugged in and has no port",
                f"`sudo modprobe {module}`; where there is no such module: `sudo apt install"
                " linux-modules-extra-$(uname -r)`, or its name on your system",
            )  # fmt: skip
    if "ModemManager" in running:
        yield warning(
            "ModemManager", "runs, and may write to a pole when it is plugged in, taking it for a modem",
            "`sudo systemctl disable --now ModemManager`, unless this laptop has a modem",
        )  # fmt: skip


def _plug_in() -> str:
    if sys.platform == "linux" and "microsoft" in _text(PROC / "version").lower():
        return "WSL sees a USB device only after `usbipd attach --wsl --busid ID` on the Windows side"
    return "plug a pole in, with a cable that carries data and not only power"


def _parts(error: PortError) -> tuple[str, str]:
    """What is wrong, and the cure: the two halves of such an error's sentence."""
    says, _, what_to_do = str(error).partition(": ")
    return says, what_to_do


def _numbers(folder: Path) -> tuple[int, int] | None:
    try:
        return int(_text(folder / "idVendor"), 16), int(_text(folder / "idProduct"), 16)
    except ValueError:
        return None


def _running(proc: Path) -> Iterator[str]:
    for file in proc.glob("[0-9]*/comm"):
        yield _text(file)


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""
