"""A whole virtual pole at a serial port: port, line, chip, flash and what runs on it, on a thread of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any

from host_tools.errors import DiyaError
from simulator.virtual_pole.app_interface import App
from simulator.virtual_pole.chip import Chip
from simulator.virtual_pole.chips import CHIPS
from simulator.virtual_pole.faults import Faults, parse_faults
from simulator.virtual_pole.flash_file import FlashFile
from simulator.virtual_pole.modem_lines import ModemLines
from simulator.virtual_pole.ports.port import Port
from simulator.virtual_pole.ports.pty import PtyPort
from simulator.virtual_pole.ports.rfc2217 import Rfc2217
from simulator.virtual_pole.ports.tcp import TcpPort
from simulator.virtual_pole.reactor import Reactor
from simulator.virtual_pole.serial_line import Line

PORTS = ("socket", "pty", "rfc2217")
_ESPRESSIF = bytes.fromhex("240ac4")
_MEBIBYTE = 1024 * 1024


class SerialPole:
    """A pole with a *chip* of that name at a *port* of that kind, running until ``close``.

    *flash*: the file its flash is in; None: it starts blank and is not kept.  *baud_limit*: the line is never faster.
    *faults*: texts as `faults.HELP` lists them, or Faults.  *flash_mib*: size of the flash (default: the file's, else
    the chip's usual one).  *mac*: its address (default: one that belongs to the flash file).  *app*: what runs on it
    (default: `simulator.virtual_pole.firmware_run.Life`).  *log* takes lines about what happens, on the pole's thread.
    Raises DiyaError when chip, port, fault or flash file cannot be.
    """

    def __init__(
        self,
        chip: str = "esp32",
        port: str = "socket",
        flash: Path | None = None,
        baud_limit: int | None = None,
        faults: Faults | Iterable[str] = (),
        flash_mib: int | None = None,
        mac: bytes | None = None,
        app: App | None = None,
        log: Callable[[str], None] = lambda _text: None,
    ) -> None:
        faults = faults if isinstance(faults, Faults) else parse_faults(faults)
        kind = CHIPS.get(faults.chip or chip)
        if kind is None or port not in PORTS:
            raise DiyaError(f"a virtual pole has a chip of {', '.join(CHIPS)} and a port of {', '.join(PORTS)}")
        self.kind = kind
        self.mac = mac or _ESPRESSIF + sha256(os.urandom(8) if flash is None else bytes(flash.resolve())).digest()[:3]
        self._flash = FlashFile(flash, _flash_bytes(flash, flash_mib or kind.flash_mib))
        if faults.bad_block is not None:
            self._flash.bad = range(faults.bad_block, faults.bad_block + 4096)
        self.app: Any = app if app is not None else _life(self.mac, log)
        self._log = log
        self._back_after = faults.cable_back_after
        self._reactor = Reactor()
        self._port: Port = _PORT[port](self._reactor)
        self._line = Line(self._reactor, baud_limit, faults.noisy_above, faults.cable_at)
        self._line.to_host = self._port.send
        self._line.cut = self._pull
        self._chip = Chip(
            self._reactor,
            self._line,
            kind,
            self._flash,
            self.mac,
            faults,
            self.app,
            self._port.has_lines,
            self._port.pulse_s,
            log,
        )
        lines = ModemLines(self._reactor, self._chip.hold, self._chip.release)
        self._host = _HostsEnd(self._line, self._chip, lines)
        self._plugged_in = False
        self._plug_in()
        self._thread = Thread(target=self._reactor.run, name=f"virtual pole {self.url}", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Its port, as pyserial, esptool and mpremote take it."""
        return self._port.url

    @property
    def flash(self) -> FlashFile:
        """What is in its flash."""
        return self._flash

    @property
    def received(self) -> int:
        """Bytes that reached the chip so far."""
        return self._line.received

    @property
    def light_log(self) -> list[tuple[float, float]]:
        """Every change of its light as (Unix s, %)."""
        log: list[tuple[float, float]] = self.app.light_log
        return log

    def pull(self) -> None:
        """Pulls the cable now: no port, no power from it, the flash as it is."""
        self._reactor.call(self._pull)

    def plug_in(self) -> None:
        """Plugs the cable in again."""
        self._reactor.call(self._plug_in)

    def close(self) -> None:
        """Ends everything; what is in the flash is in the file."""
        if self._thread.is_alive():
            self._reactor.call(self._end)
            self._thread.join()
        self.app.close()
        self._flash.close()

    def __enter__(self) -> SerialPole:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- on the pole's thread

    def _end(self) -> None:
        self._chip.hold()
        self._port.unplug()
        if isinstance(self._port, PtyPort):
            self._port.remove()
        self._reactor.stop()

    def _plug_in(self) -> None:
        if not self._plugged_in:
            self._plugged_in = True
            self._line.plug_in()
            self._port.plug_in(self._host)
            self._chip.power_on()

    def _pull(self) -> None:
        if not self._plugged_in:
            return
        self._plugged_in = False
        self._line.pull()
        self._log(f"cable pulled after {self._line.received} bytes")
        self._port.unplug()
        self._chip.hold()
        if self._back_after is not None:
            self._reactor.at(self._reactor.now() + self._back_after, self._plug_in)


class _HostsEnd:
    """Passes the port's notices of the host on to line, lines and chip."""

    def __init__(self, line: Line, chip: Chip, lines: ModemLines) -> None:
        self._line = line
        self._chip = chip
        self._lines = lines
        self.received = line.from_host
        self.lines = lines.set

    def connected(self) -> None:
        self._chip.connected()

    def host_baud(self, baud: int) -> None:
        self._line.host_baud = baud

    def disconnected(self) -> None:
        self._line.host_baud = None
        self._chip.disconnected()
        self._lines.set(dtr=False, rts=False)  # as an adapter does


_PORT: dict[str, Callable[[Reactor], Port]] = {
    "socket": TcpPort,
    "pty": PtyPort,
    "rfc2217": lambda reactor: TcpPort(reactor, "rfc2217", Rfc2217),
}


def _flash_bytes(path: Path | None, mib: int) -> int:
    """The size of the flash: the file's, if there is one of a size a flash can have."""
    if path is not None:
        with suppress(FileNotFoundError):
            size = path.stat().st_size
            if size in (1 << power for power in range(20, 28)):
                return size
    return mib * _MEBIBYTE


def _life(mac: bytes, log: Callable[[str], None]) -> App:
    from simulator.virtual_pole.firmware_run import Life

    life: App = Life(mac=mac, log=log)
    return life
