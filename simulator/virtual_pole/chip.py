"""The virtual chip: in reset, in its loader, or running what was flashed."""

from __future__ import annotations

from collections.abc import Callable

from host_tools.field.flashing import slip
from simulator.virtual_pole import rom
from simulator.virtual_pole.app_interface import HARD_RESET, POWER_ON, App
from simulator.virtual_pole.chips import SECURE_DOWNLOAD, ChipKind, registers
from simulator.virtual_pole.faults import Faults
from simulator.virtual_pole.flash_file import FlashFile
from simulator.virtual_pole.loader.loader import Loader
from simulator.virtual_pole.loader.protocol import SYNC_FRAME
from simulator.virtual_pole.reactor import Reactor, Timer
from simulator.virtual_pole.registers import Registers
from simulator.virtual_pole.serial_line import CONSOLE_BAUD, Line
from simulator.virtual_pole.timed_flash import TimedFlash

_SYNC = slip.frame(SYNC_FRAME)
_COMPLAIN_S = 0.25  # how often the ROM prints that it finds nothing to start


class Chip:
    """*has_lines*: the port carries DTR and RTS.  Without them a SYNC frame leads into the loader, from wherever the
    chip is, and a host that closes the port *pulse_s* after the last answer is taken to have pulsed RTS in between.
    """

    def __init__(
        self,
        reactor: Reactor,
        line: Line,
        kind: ChipKind,
        flash: FlashFile,
        mac: bytes,
        faults: Faults,
        app: App,
        has_lines: bool,
        pulse_s: float,
        log: Callable[[str], None],
    ) -> None:
        self.log = log
        self._reactor = reactor
        self._line = line
        self._kind = kind
        self._file = flash
        self._flash = TimedFlash(flash)
        self._mac = mac
        self._faults = faults
        self._app = app
        self._has_lines = has_lines
        self._no_loader = kind.can_shut_loader and SECURE_DOWNLOAD in faults.security
        self._pulse_s = pulse_s
        self._loader: Loader | None = None
        self._running: object | None = None  # the present run of the app
        self._complaint: Timer | None = None
        self._held = b""  # what may be the beginning of a SYNC frame
        self._out_of_step = False  # a host has come back to a stub that is half way through something
        line.to_chip = self._received

    # -- power and reset

    def power_on(self) -> None:
        self._start(POWER_ON, download=False)

    def hold(self) -> None:
        """EN low, or no power: everything stops where it is."""
        if self._loader is not None:
            self._loader.end()
            self._loader = None
        if self._running is not None:
            self._running = None
            self._app.stop()
        if self._complaint is not None:
            self._complaint.cancel()
            self._complaint = None
        self._held = b""
        self._flash.cut(self._reactor.now())

    def release(self, download: bool) -> None:
        """EN is up again, with IO0 low for *download*."""
        self._start(POWER_ON, download)  # to an ESP32 its EN pin is its power

    def _start(self, cause: int, download: bool) -> None:
        self.hold()
        download = (download or self._faults.stuck_in_loader) and not self._no_loader
        self._line.baud = None if download else CONSOLE_BAUD
        self._line.from_chip(rom.boot_log(self._kind, download))
        if download:
            self._enter_loader()
            return
        problem = rom.bootloader_problem(self._kind, self._file, self._faults.security)
        if problem is not None:
            self.log(f"{problem}: asks to be flashed")
            self._complain(f"{problem}\r\n".encode())
            return
        self._line.from_chip(rom.load_log(self._kind, self._file))
        if self._faults.brownout:
            self.log("its supply breaks down")
            self._complain(rom.BROWNOUT)
            return
        self.log("starts what was flashed")
        run = self._running = object()

        def if_still(action: Callable[[], object]) -> None:
            if self._running is run:
                action()

        def send(data: bytes) -> None:
            self._reactor.call(lambda: if_still(lambda: self._line.from_chip(data)))

        def reset() -> None:
            self._reactor.call(lambda: if_still(lambda: self._start(HARD_RESET, download=False)))

        self._app.start(self._file, cause, send, reset)

    def _complain(self, text: bytes) -> None:
        self._line.from_chip(text)
        self._complaint = self._reactor.at(self._reactor.now() + _COMPLAIN_S, lambda: self._complain(text))

    # -- the loader's desk

    def now(self) -> float:
        return self._reactor.now()

    def at(self, when: float, action: Callable[[], None]) -> Timer:
        return self._reactor.at(when, action)

    def send(self, data: bytes) -> float:
        return self._line.from_chip(data)

    @property
    def baud(self) -> int:
        return self._line.speed

    def set_baud(self, baud: int) -> None:
        self._line.baud = baud
        self.log(f"line at {baud} baud")

    def leave_loader(self) -> None:
        self._start(HARD_RESET, download=False)

    def _enter_loader(self) -> None:
        words = registers(self._kind, self._mac, self._faults.security)
        self._loader = Loader(
            self._kind,
            self._flash,
            Registers(self._kind, words, self._file.size),
            self._faults.security,
            self,
            not self._faults.no_stub,
        )
        self._out_of_step = False
        self.log("loader in ROM waits")

    # -- the port

    def connected(self) -> None:
        """A host opened the port."""
        if not self._has_lines and self._loader is not None:
            self._loader.synced = self._loader.stays = False
            self._line.baud = None  # it begins at its own speed, and there is nothing to tell the two apart
            self._out_of_step = self._loader.busy or self._loader.lost > 0

    def disconnected(self) -> None:
        """The host closed the port, or says that it sends nothing more."""
        loader = self._loader
        if self._has_lines or loader is None or not loader.synced or loader.stays or loader.busy:
            return
        if self.now() - self._line.last_byte_at >= self._pulse_s:
            self.log("reset by the host")
            self._start(POWER_ON, download=False)

    def _received(self, data: bytes) -> None:
        if self._loader is not None:
            if self._out_of_step:  # only a reset helps, and a host that comes back wants one
                data, sync = self._find_sync(data)
                if sync:
                    self._from_the_start(sync)
                    return
            self._loader.receive(data)
            return
        if self._running is None and self._complaint is None:
            return  # held in reset
        if not self._has_lines and not self._no_loader:
            data, sync = self._find_sync(data)
            if sync:
                self._from_the_start(sync)
                return
        if data and self._running is not None:
            self._app.receive(data)

    def _from_the_start(self, sync: bytes) -> None:
        """Into the loader in ROM, which answers *sync*."""
        self.hold()
        self._line.baud = None
        self._enter_loader()
        assert self._loader is not None
        self._loader.receive(sync)

    def _find_sync(self, data: bytes) -> tuple[bytes, bytes]:
        """What of *data* is for the program, and the SYNC frame and what follows if there is one."""
        data, self._held = self._held + data, b""
        at = data.find(_SYNC)
        if at >= 0:
            return data[:at], data[at:]
        at = data.rfind(slip.END)
        if at >= 0 and _SYNC.startswith(data[at:]):
            data, self._held = data[:at], data[at:]
        return data, b""
