"""`diya virtual-pole`: a pole at a serial port of this machine, without any hardware."""

from __future__ import annotations

import threading
from pathlib import Path
from time import monotonic

import click

from simulator.virtual_pole import faults as faults_
from simulator.virtual_pole.chips import CHIPS
from simulator.virtual_pole.pole import PORTS, SerialPole

_MIB = click.IntRange(1, 128)


@click.command(
    "virtual-pole",
    help="Be a pole at a serial port, which esptool flashes and which runs what was flashed.  The first line printed "
    "is the port; then comes what happens there.  Ends with Ctrl-C.",
)
@click.option("--chip", type=click.Choice([*CHIPS]), default="esp32", show_default=True)
@click.option(
    "--port",
    type=click.Choice(PORTS),
    default="socket",
    show_default=True,
    help="A TCP socket, a terminal, or a network port with modem lines.",
)
@click.option(
    "--flash",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What is in its flash, kept there (default: blank, and forgotten).",
)
@click.option("--flash-size", metavar="MIB", type=_MIB, help="Of its flash (default: the file's, else the module's).")
@click.option("--baud-limit", metavar="N", type=click.IntRange(300), help="The line is never faster, in bits a second.")
@click.option("--fault", "faults", metavar="FAULT", multiple=True, help=f"May be repeated: {faults_.HELP}.")
def virtual_pole(
    chip: str, port: str, flash: Path | None, flash_size: int | None, baud_limit: int | None, faults: tuple[str, ...]
) -> None:
    begun = monotonic()
    lock = threading.Lock()
    early: list[str] = []  # until the port is said
    said = threading.Event()

    def log(text: str) -> None:
        line = f"{monotonic() - begun:8.3f} {text}"
        with lock:
            if said.is_set():
                click.echo(line)
            else:
                early.append(line)

    try:
        with SerialPole(chip, port, flash, baud_limit, faults, flash_size, log=log) as pole:
            with lock:
                click.echo("\n".join([pole.url, *early]))
                said.set()
            threading.Event().wait()
    except KeyboardInterrupt:  # also one that comes as soon as the port is said
        return
