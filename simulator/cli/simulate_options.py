"""The options of `diya simulate`: each as a value, or one sentence that says what it must be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from host_tools.errors import CommandError
from host_tools.output_file import try_output
from simulator.scenario.mistakes import bound_of_name

if TYPE_CHECKING:
    from host_tools.site.model import Site
    from simulator.caller import Caller

SEED_MOST = 2**63 - 1
HOURS_LEAST, HOURS_MOST = 0.01, 10 * 366 * 24
SPEED_WITH_BROKER = 60.0  # simulated seconds a real one, unless said otherwise
PICTURES = ("--plot", "--heatmap")


def read_caller(address: str | None, token_file: Path | None, broker: str) -> Caller | None:
    """What makes the scenario's calls to the console at *address*; None without one."""
    from simulator.caller import Caller

    if address is None:
        if token_file is not None:
            raise CommandError("--token-file is for the calls to a --console, which is not given")
        return None
    if broker == "none":
        raise CommandError("--console needs --broker: the console hears the street through it")
    if urlsplit(address).scheme not in ("http", "https"):
        raise CommandError(f"--console is {address!r} and must be an address such as http://127.0.0.1:8080/")
    if token_file is None:
        raise CommandError("--console needs --token-file: a token for all doors, which an admin makes at Desk")
    try:
        token = token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--token-file is {token_file}, which cannot be read as a token: {error}") from error
    return Caller(address, token, lambda line: click.echo(line, err=True))


def try_files(files: Mapping[str, Path | None]) -> None:
    """Refuses a file that could not be written after the run, or that two options name."""
    seen: dict[Path, str] = {}
    for option in PICTURES:
        picture = files[option]
        if picture and picture.suffix.lower() not in ("", ".png"):
            raise CommandError(f"{option} is {picture}, and the picture is a PNG: its name must end in .png")
    for option, path in files.items():
        try_output(option, path)
        if path and path.resolve() in seen:
            raise CommandError(f"{option} is {path}, which {seen[path.resolve()]} names too: they need a file each")
        if path and (path.is_file() or not path.exists()):
            seen[path.resolve()] = option


def read_start(text: str) -> datetime:
    """The local time at which the run starts."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        start = None
    if start is None or start.tzinfo or not 2024 <= start.year <= 2060:
        raise CommandError(f"--from is {text!r} and must be a local time from 2024 to 2060 such as 2026-11-24T12:00")
    return start


def check_hours(hours: float | None) -> float | None:
    """*hours* as they are."""
    if hours is not None and not HOURS_LEAST <= hours <= HOURS_MOST:
        raise CommandError(f"--hours is {hours:g} and must be {HOURS_LEAST:g} to {HOURS_MOST}")
    return hours


def read_speed(text: str | None, broker: str) -> float | None:
    """Simulated seconds a real one; None: as fast as the computer can."""
    if text is None:
        return None if broker == "none" else SPEED_WITH_BROKER
    if text == "max":
        if broker != "none":
            raise CommandError("--speed is max and needs --broker none: a real broker lives in real time")
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 100_000:
        raise CommandError(f"--speed is {text!r} and must be max, or 0.01 to 100000 simulated seconds a second")
    return speed


def choose_jobs(jobs: int | None, speed: float | None) -> int:
    """How many processes simulate: *jobs*, or as many as there are cores; one where time goes with a clock."""
    if speed is None:
        return jobs or _cores()
    if jobs is not None and jobs > 1:
        raise CommandError(
            f"--jobs is {jobs} and must be 1 where --speed or --broker ties the street to the clock: use --zone, and a "
            "process for each zone"
        )
    return 1


def _cores() -> int:
    """The cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def poles_of_zone(site: Site, zone: str | None) -> tuple[str, ...] | None:
    """The poles of *site* in its group *zone* (a zone, ward, feeder or class of road); None where none is named."""
    if zone is None:
        return None
    poles = site.in_group(zone)
    if not poles:
        groups = site.groups()
        what = "a zone, ward, feeder or road class of this run"
        bound = bound_of_name(zone, groups, what, f" (it has {len(groups)} of them)")
        raise CommandError(f"--zone is {zone!r} and must be {bound}")
    return tuple(pole.name for pole in poles)
