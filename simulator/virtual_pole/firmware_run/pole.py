"""The pole around a virtual chip: its plant, its wiring, its network, and the chip's runs.

All of it belongs to one thread, that of ``Life``, which serves one selector.
"""

from __future__ import annotations

import json
import selectors
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from host_tools.field.images.esp_image import ImageError
from host_tools.firmware_build.compile import compile_tree
from host_tools.firmware_build.find_micropython import find_micropython
from host_tools.user_folders import writable_cache
from simulator.device_modules import hostops, ops
from simulator.engines.vm_process import VmProcess
from simulator.hardware.chip import PWRON_RESET
from simulator.hardware.dram import Dram
from simulator.hardware.memory import Nvs
from simulator.kernel import HeldPace, Kernel, RealPace
from simulator.plant.pole import PolePlant
from simulator.street.pole_runner import BOOT_MS
from simulator.street.wiring import Own, Wiring
from simulator.virtual_pole.firmware_run import plant_setup
from simulator.virtual_pole.firmware_run.bootloader import Booted, boot
from simulator.virtual_pole.firmware_run.network import OwnNetwork
from simulator.virtual_pole.firmware_run.nvs import FlashNvs
from simulator.virtual_pole.firmware_run.partitions import FlashParts
from simulator.virtual_pole.firmware_run.vm import Running
from simulator.virtual_pole.flash_file import FlashFile

HEAP_BYTES = 288 * 1024  # of the 64-bit virtual machine, which also holds what is C on a chip: prompts, TLS
VIRTUAL = Path(hostops.__file__).parent
AGAIN_MS = 300  # until the bootloader tries again what it could not start
ADDRESS = "10.0.0.2"  # of every pole on the network its radio joins
_compiling = Lock()


class Start:
    """One run of the chip, from the end of its ROM to its next reset; ``cut`` ends it on any thread."""

    def __init__(self, flash: FlashFile, cause: int, send: Callable[[bytes], None], reset: Callable[[], None]) -> None:
        self.flash = flash
        self.cause = cause
        self.send = send
        self.reset = reset
        self.on = True
        self.parts: FlashParts | None = None
        self.running: Running | None = None

    def cut(self) -> None:
        self.on = False
        if self.parts:
            self.parts.close()
        if self.running:
            self.running.kill()


class LiveClock(NamedTuple):
    """The time of a pole that is not the computer's: at its first start it is *begins* (Unix s), and then *speed*
    seconds pass in a real one.  While MicroPython computes it stands still, so that a busy computer makes nothing late.
    """

    begins: int
    speed: float


class LivePole:
    """The pole of the chip with the station address *mac*; it notes its light in *light_log*, as (Unix s, %).

    *clock*: None for the computer's time, else how fast its time goes and when it begins.
    """

    def __init__(
        self, mac: bytes, log: Callable[[str], None], light_log: list[tuple[float, float]], clock: LiveClock | None
    ) -> None:
        self.selector = selectors.DefaultSelector()
        if clock is None:
            self.kernel = Kernel(RealPace(1.0, self.selector))
            self._begins_ms, folders = None, ["live", ""]
        else:
            self.kernel = Kernel(HeldPace(clock.speed, self.selector, self._computes))
            self._begins_ms, folders = 1000 * clock.begins, ["live/paced", "live", ""]
        self._machine = partial(_machine, folders)
        self._mac = mac
        self._log = log
        self._light_log = light_log
        self.network = OwnNetwork(self.kernel, self.selector, self.unix_ms, lambda _pole: self._wiring.radio.carries)
        self._board: str | None = None
        self._plant: PolePlant
        self._wiring: Wiring
        self._start: Start | None = None
        self._cause: int | None = None  # of the reset that was asked for, where it is not a plain one
        self._in_reach = True

    @property
    def dram(self) -> Dram:
        return self._wiring.chip.dram

    def unix_ms(self) -> int:
        """Unix ms at the pole."""
        return time.time_ns() // 1_000_000 if self._begins_ms is None else self._begins_ms + self.kernel.now_ms

    def _computes(self) -> bool:
        """Whether MicroPython runs and does not wait."""
        running = self._start.running if self._start else None
        return running is not None and running.computes

    def begin(self, start: Start) -> None:
        if not start.on:
            return
        self._start = start
        try:
            booted = boot(start.flash)
            self._wire(start, booted)
        except ImageError as error:
            self._log(f"nothing to start: {error}")
            start.send(f"E (boot): {error}\r\n".encode())
            self.kernel.after(AGAIN_MS, lambda: start.reset() if start.on else None)
            return
        cause, self._cause = self._cause, None
        chip = self._wiring.chip
        chip.power_on(cause if cause is not None and start.cause != PWRON_RESET else start.cause)
        chip.on_output(-1)
        self.kernel.after(BOOT_MS, lambda: self._run(start, booted))

    def _wire(self, start: Start, booted: Booted) -> None:
        table = booted.table
        start.parts = parts = FlashParts(start.flash, table.values(), booted.slot)
        if not start.on:
            parts.close()
        vfs = table.get("vfs")
        files = plant_setup.files_of(start.flash.read(vfs.offset, vfs.size)) if vfs else {}
        board, config = plant_setup.board_of(files, booted), files.get("config.json", {})
        self.network.time_host = config.get("time.host", "pool.ntp.org")
        nvs = FlashNvs(parts, table["nvs"]) if "nvs" in table else Nvs()
        described = json.dumps([board, config.get("pole"), config.get("luminaire")])
        if described == self._board:
            self._wiring.chip.refit(parts, nvs)
            return
        self._board = described
        own = Own(self._mac, parts, nvs)
        self._plant, self._wiring = plant_setup.solder(self.kernel, self.unix_ms, board, config, ADDRESS, own)
        self._wiring.radio.reach(self._in_reach)
        self._wiring.changed = self._note_light
        self._note_light()

    def _run(self, start: Start, booted: Booted) -> None:
        if not start.on:
            return

        def reset(cause: int | None) -> None:
            self._cause = cause
            start.reset()

        start.running = Running(
            self.kernel, self.selector, self.network, self._wiring.chip, self._plant.name, booted.banner,
            self._machine, start.send, reset,
        )  # fmt: skip
        if not start.on:
            start.running.kill()

    def end(self, start: Start) -> None:
        if start is not self._start:
            return
        self._start = None
        if start.running:
            start.running.end()
        if self._board is not None:
            self._wiring.chip.gpio.release()

    def type(self, start: Start, data: bytes) -> None:
        if start.on and start.running:
            start.running.type(data)

    def reach(self, in_reach: bool) -> None:
        self._in_reach = in_reach
        if self._board is not None:
            self._wiring.radio.reach(in_reach)
            self.network.changed(self._plant.name)

    def _note_light(self) -> None:
        percent = round(100 * self._plant.light(self.kernel.now_ms), 1)
        if not self._light_log or self._light_log[-1][1] != percent:
            self._light_log.append((self.unix_ms() / 1000, percent))

    def close(self) -> None:
        if self._start:
            self.end(self._start)
        self.network.close()
        self.selector.close()


def _machine(folders: Sequence[str], arguments: Sequence[str], output: int) -> VmProcess:
    """A virtual machine that boots from the flash of the chip that serves it; *folders*: of the virtual modules."""
    with _compiling:
        virtual = compile_tree(VIRTUAL, writable_cache("mpy"))
    command = [*find_micropython(), "-X", f"heapsize={HEAP_BYTES + 2 * ops.FLASH_BLOCK}"]
    return VmProcess(command, ["launch_live", *arguments], [str(virtual / one) for one in folders], output)
