"""Measures the time to flash a whole pole at 921600 baud: with `diya flash`, with plain esptool, and the usual way.

Every figure is of whole processes, from the start of Python to its end, against virtual poles in processes of their
own; erasing, programming and MD5 take there as long as on a real flash chip.  The usual way is MicroPython by esptool,
and then each file by `mpremote cp`, as forums recommend.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from rich.console import Console
from rich.table import Table

from host_tools.field.bundle import Bundle
from host_tools.field.bundle.build import Ingredients, build
from host_tools.field.bundle.bundle import write
from host_tools.field.flashing.plan import padded
from host_tools.field.images import micropython
from host_tools.installed import diya_script
from host_tools.keys.key import Key
from host_tools.keys.signing import Signer
from host_tools.site import load_site
from simulator.virtual_pole.stand_in_image import stand_in_image

BAUD = 921600
PORTS = 8
BOARD, CHIP = "esp32-devkitc", "esp32"
_PYTHON = [sys.executable, "-m"]
_ESPTOOL = [*_PYTHON, "esptool", "--chip", CHIP, "--baud", str(BAUD)]


def show(console: Console) -> None:
    """Runs and prints the table."""
    with tempfile.TemporaryDirectory() as name, chdir(name):  # outside the checkout: what is installed is measured
        folder = Path(name)
        bundle = _bundle(folder / "bench.diya")
        regions = bundle.regions("P0001", True)
        on_line = sum(len(zlib.compress(padded(region.data), 9)) for region in regions)
        bound = on_line * 10 / BAUD
        table = Table(
            title=f"a whole pole at {BAUD} baud: {on_line:,} compressed bytes, which take the line {bound:.2f} s",
            title_justify="left",
        )
        for column in ("", "seconds", "times the line's bound"):
            table.add_column(column, justify="right" if column else "left")

        def row(what: str, seconds: float, share: float) -> None:
            table.add_row(what, f"{seconds:.2f}", f"{share:.3f}")

        with _poles(1) as (url,):
            one = _flash(folder, {url: "P0001"})
            unchanged = _flash(folder, {url: "P0001"})
        row("diya flash", one, one / bound)
        row("diya flash, nothing changed", unchanged, unchanged / bound)
        with _poles(1) as (url,):
            plain = _took([*_ESPTOOL, "--port", url, "write-flash", *_files(folder, regions)])
        row("esptool write-flash of the same bytes", plain, plain / bound)
        with _poles(1) as (url,):
            usual = _usual(folder, url, bundle)
        row("the usual way: esptool, then mpremote cp", usual, usual / bound)
        with _poles(PORTS) as urls:
            many = _flash(folder, {url: f"P{number:04}" for number, url in enumerate(urls, 1)})
        row(f"diya flash, {PORTS} ports at once", many, many / bound)
        console.print(table)
        console.print(f"{PORTS} ports at once do {PORTS * one / many:.2f} times what one does\n")


def _bundle(path: Path) -> Bundle:
    """A bundle of Sagar's first poles with a MicroPython as large as a real one."""
    site = load_site("sagar", PORTS)
    site = site.with_poles([replace(pole, board=BOARD) for pole in site.poles])
    image = micropython.read(stand_in_image(CHIP), "stand-in.bin")
    keys = {pole.name: Key(pole.name, pole.name.encode().ljust(32, b"k")) for pole in site.poles}
    signer = Signer(rsa.generate_private_key(65537, 3072))
    write(path, build(Ingredients(site, {CHIP: image}, keys, date(2026, 11, 24)), signer))
    return Bundle.open(path)


@contextmanager
def _poles(count: int) -> Iterator[list[str]]:
    """The ports of *count* blank virtual poles."""
    with ExitStack() as stack:
        urls = []
        for _ in range(count):
            words = [diya_script(), "virtual-pole", "--chip", CHIP, "--baud-limit", str(BAUD)]
            pole = stack.enter_context(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
            stack.callback(pole.terminate)
            assert pole.stdout is not None
            urls.append(pole.stdout.readline().strip())
        yield urls


def _flash(folder: Path, poles: dict[str, str]) -> float:
    words = [diya_script(), "flash", str(folder / "bench.diya")]
    for url in poles:
        words += ["--port", url]
    return _took(words, "".join(f"{pole}\n" for pole in poles.values()), folder)


def _usual(folder: Path, url: str, bundle: Bundle) -> float:
    """Seconds of the usual way: MicroPython as it is downloaded, a second for it to start, then file by file."""
    image, files = folder / "micropython.bin", folder / "files"
    image.write_bytes(stand_in_image(CHIP))
    files.mkdir()
    for name, data in bundle.files("P0001").items():
        (files / name).write_bytes(data)
    took = _took([*_ESPTOOL, "--port", url, "write-flash", "0x1000", str(image)])
    copy = [*_PYTHON, "mpremote", "connect", url, "sleep", "1", "fs", "cp", *map(str, sorted(files.iterdir())), ":"]
    return took + _took(copy)


def _files(folder: Path, regions: Sequence[tuple[str, int, bytes]]) -> list[str]:
    words = []
    for name, offset, data in regions:
        file = folder / f"{name}.bin"
        file.write_bytes(data)
        words += [hex(offset), str(file)]
    return words


def _took(words: Sequence[str], typed: str = "", state: Path | None = None) -> float:
    """Seconds that the process takes from its start to its end.  Raises CalledProcessError."""
    environment = dict(os.environ)
    if state is not None:
        environment |= {"DIYA_STATE": str(state), "DIYA_REGISTRY": str(state / f"{len(typed)}.sqlite")}
    begin = time.monotonic()
    subprocess.run(words, input=typed, text=True, capture_output=True, check=True, env=environment)
    return time.monotonic() - begin


if __name__ == "__main__":
    show(Console())
