"""What runs on a virtual chip: `simulator.serial_pole.app.App`, on a thread of its own, in a pole of its own."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread

from host_tools.bundle.compiling import compile_tree
from host_tools.images.esp_image import ImageError
from simulator.engines.vm import find_micropython
from simulator.engines.vm_process import VmProcess
from simulator.hardware.chip import PWRON_RESET
from simulator.hardware.memory import Nvs
from simulator.kernel import Kernel, RealPace
from simulator.plant.pole import PolePlant
from simulator.serial_pole.flash_file import FlashFile
from simulator.serial_pole.life import street
from simulator.serial_pole.life.flash_parts import FlashParts
from simulator.serial_pole.life.network import OwnNetwork
from simulator.serial_pole.life.nvs import FlashNvs
from simulator.serial_pole.life.running import Running
from simulator.serial_pole.life.second_stage import Booted, boot
from simulator.street.virtual_pole import BOOT_MS
from simulator.street.wiring import Own, Wiring
from simulator.virtual import hostops, ops

HEAP_BYTES = 240 * 1024  # of the 64-bit virtual machine, which also holds what is C on a chip: prompts, TLS
CACHE = Path(__file__).parents[3] / "build" / "mpy"
VIRTUAL = Path(hostops.__file__).parent
AGAIN_MS = 300  # until the bootloader tries again what it could not start
ADDRESS = "10.0.0.2"  # of every pole on the network its radio joins
FOREVER_MS = 1 << 40
_compiling = Lock()


class Life:
    """The chip with the station address *mac* and its pole.  *log* takes lines about what happens.

    ``light_log`` has every change of the lamp's light as (Unix s, %), the first when the pole is wired.
    """

    def __init__(self, mac: bytes = bytes((2, 0, 0, 0, 0, 1)), log: Callable[[str], None] = lambda _text: None) -> None:
        self.light_log: list[tuple[float, float]] = []
        self._mac = mac
        self._log = log
        self._todo: deque[Callable[[], None]] = deque()
        self._bell: socket.socket | None = None
        self._thread: Thread | None = None
        self._present: _Start | None = None
        self._lock = Lock()

    # -- App

    def start(self, flash: FlashFile, cause: int, send: Callable[[bytes], None], reset: Callable[[], None]) -> None:
        with self._lock:
            if self._thread is None:
                self._pole = _Pole(self._mac, self._log, self.light_log)
                self._bell, ear = socket.socketpair()
                self._bell.setblocking(False)
                ear.setblocking(False)
                self._thread = Thread(target=self._run, args=(ear,), name="life of a virtual pole", daemon=True)
                self._thread.start()
        start = self._present = _Start(flash, cause, send, reset)
        self._do(lambda: self._pole.begin(start))

    def receive(self, data: bytes) -> None:
        start = self._present
        if start:
            self._do(lambda: self._pole.type(start, data))

    def stop(self) -> None:
        start, self._present = self._present, None
        if start:
            start.cut()
            self._do(lambda: self._pole.end(start))

    # -- what happens to the pole

    def close(self) -> None:
        """The end: of the pole, too."""
        self.stop()
        thread, self._thread = self._thread, None
        if thread:
            self._do(self._pole.kernel.stop)
            thread.join()
            assert self._bell
            self._bell.close()

    def light_percent(self) -> float:
        """The light the lamp gives now, in percent of what a new one gives; a chip that does nothing has it lit."""
        return self.light_log[-1][1] if self.light_log else 100.0

    @property
    def running(self) -> bool:
        """Whether MicroPython has the console: what is typed before is lost, as on a chip."""
        start = self._present
        return start is not None and start.running is not None

    def wifi(self, in_reach: bool) -> None:
        """From now on the access point is in reach, or not."""
        self._do(lambda: self._pole.reach(in_reach))

    def hurt(self, fault: str, severity: float) -> None:
        """From now on the pole's plant has *fault*, one of ``simulator.plant.faults.NAMES``, of *severity* 0 to 1."""
        self._do(lambda: self._pole.hurt(fault, severity))

    def _do(self, action: Callable[[], None]) -> None:
        self._todo.append(action)
        if self._bell:
            with suppress(BlockingIOError):  # it rings already
                self._bell.send(b"!")

    def _run(self, ear: socket.socket) -> None:
        def hear(_mask: int) -> None:
            with suppress(BlockingIOError):
                ear.recv(4096)
            while self._todo:
                self._todo.popleft()()

        pole = self._pole
        pole.kernel.every(60_000, lambda: None)  # no wait is too long for the system
        pole.selector.register(ear, selectors.EVENT_READ, hear)
        try:
            pole.kernel.run(FOREVER_MS)
        finally:
            pole.close()
            ear.close()


class _Start:
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


class _Pole:
    """Everything that belongs to the life's thread."""

    def __init__(self, mac: bytes, log: Callable[[str], None], light_log: list[tuple[float, float]]) -> None:
        self.selector = selectors.DefaultSelector()
        self.kernel = Kernel(RealPace(1.0, self.selector))
        self._mac = mac
        self._log = log
        self._light_log = light_log
        self._network = OwnNetwork(self.kernel, self.selector, lambda _pole: self._wiring.radio.carries)
        self._board: str | None = None
        self._plant: PolePlant
        self._wiring: Wiring
        self._start: _Start | None = None
        self._cause: int | None = None  # of the reset that was asked for, where it is not a plain one
        self._in_reach = True
        self._hurts = 0

    def begin(self, start: _Start) -> None:
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

    def _wire(self, start: _Start, booted: Booted) -> None:
        table = booted.table
        start.parts = parts = FlashParts(start.flash, table.values())
        if not start.on:
            parts.close()
        vfs = table.get("vfs")
        files = street.files_of(start.flash.read(vfs.offset, vfs.size)) if vfs else {}
        board, config = street.board_of(files, booted), files.get("config.json", {})
        self._network.time_host = config.get("time.host", "pool.ntp.org")
        nvs = FlashNvs(parts, table["nvs"]) if "nvs" in table else Nvs()
        described = json.dumps([board, config.get("pole"), config.get("luminaire")])
        if described == self._board:
            self._wiring.chip.refit(parts, nvs)
            return
        self._board = described
        own = Own(self._mac, parts, nvs)
        self._plant, self._wiring = street.solder(self.kernel, board, config, ADDRESS, own)
        self._wiring.radio.reach(self._in_reach)
        self._wiring.changed = self._note_light
        self._note_light()

    def _run(self, start: _Start, booted: Booted) -> None:
        if not start.on:
            return

        def reset(cause: int | None) -> None:
            self._cause = cause
            start.reset()

        start.running = Running(
            self.kernel, self.selector, self._network, self._wiring.chip, self._plant.name, booted.banner,
            _machine, start.send, reset,
        )  # fmt: skip
        if not start.on:
            start.running.kill()

    def end(self, start: _Start) -> None:
        if start is not self._start:
            return
        self._start = None
        if start.running:
            start.running.end()
        if self._board is not None:
            self._wiring.chip.gpio.release()

    def type(self, start: _Start, data: bytes) -> None:
        if start.on and start.running:
            start.running.type(data)

    def reach(self, in_reach: bool) -> None:
        self._in_reach = in_reach
        if self._board is not None:
            self._wiring.radio.reach(in_reach)
            self._network.changed(self._plant.name)

    def hurt(self, fault: str, severity: float) -> None:
        self._hurts += 1
        self._plant.inject(self._hurts, fault, severity, self.kernel.now_ms)
        self._note_light()

    def _note_light(self) -> None:
        percent = round(100 * self._plant.light(self.kernel.now_ms), 1)
        if not self._light_log or self._light_log[-1][1] != percent:
            self._light_log.append((time.time(), percent))

    def close(self) -> None:
        if self._start:
            self.end(self._start)
        self._network.close()
        self.selector.close()


def _machine(arguments: Sequence[str], output: int) -> VmProcess:
    """A virtual machine that boots from the flash of whoever serves it."""
    with _compiling:
        virtual = compile_tree(VIRTUAL, CACHE)
    command = [*find_micropython(), "-X", f"heapsize={HEAP_BYTES + 2 * ops.FLASH_BLOCK}"]
    return VmProcess(command, ["launch_live", *arguments], [str(virtual / "live"), str(virtual)], output)
