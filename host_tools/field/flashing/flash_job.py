"""Flashes one pole, from an open port to its first start.

All checks come before a byte is written; then one pass of esptool, the reset, and the
entry in the registry.  The line is tried at 921600 baud first, and at lower rates when it drops or changes bytes.
Where the flasher stub does not come up, the loader in ROM does it, which takes longer.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import serial

from host_tools.field.flashing import chip_session, failure_reasons
from host_tools.field.flashing.baud_rates import BAUDS, whole_blocks
from host_tools.field.flashing.boot_log import STARTED
from host_tools.field.flashing.bundle_source import Bundle, Names
from host_tools.field.flashing.errors import Asked, FlashError, Lost, Noisy, NoStub, Stopped
from host_tools.field.flashing.esptool import Pass
from host_tools.field.flashing.esptool_output import Said
from host_tools.field.flashing.esptool_proxy import Order, Relay
from host_tools.field.flashing.flasher_stub import stub_for
from host_tools.field.flashing.loader import ROM_BAUD, Loader, Refused, Silent
from host_tools.field.flashing.pipeline import Ahead
from host_tools.field.flashing.plan import HEAD, OWN, Moved, Part, Plan, candidates, digest, is_first, make_plan, padded
from host_tools.field.flashing.progress import Row
from host_tools.field.flashing.region_files import Files
from host_tools.field.flashing.rom_forwarding import Through
from host_tools.field.images.partitions import decode
from host_tools.field.ports import PortInfo

NO_STUB = ("asked", "missing", "failed")  # by the user, in this esptool, when it was started


@dataclass
class Job:
    """Flash *pole* of *bundle* at *port*; ``row`` shows where it is, ``mac`` and ``written`` how it ended.

    ``no_stub``: why the loader in ROM does it; one of ``NO_STUB``, empty where the stub does.
    """

    bundle: Bundle
    pole: str
    port: PortInfo
    names: Names
    files: Files
    bauds: tuple[int, ...] = BAUDS
    erase_data: bool = False
    no_stub: str = ""

    def __post_init__(self) -> None:
        self.row = Row(self.port.device, self.pole, self.port.adapter)
        self.mac = ""
        self.first = True
        self.written: list[str] = []
        self.error: Exception | None = None
        self.touched = False  # whether the pole's flash was changed
        self.heard = False  # whether the boot log showed that the chip starts
        self.stop = threading.Event()
        self._pass: Pass | None = None
        self.took_s = 0.0

    def run(self) -> None:
        """Do it.  Raises DiyaError, after which the pole runs its old software or asks to be flashed again."""
        begin = time.monotonic()
        try:
            tries = self._tries()
            while tries:
                baud, one_by_one = tries.pop(0)
                try:
                    self._attempt(baud, one_by_one)
                    break
                except NoStub as error:
                    if error.__cause__ is None or not tries:  # else the line may be to blame
                        self.no_stub = "failed"
                        tries.insert(0, (baud, one_by_one))
                except (Noisy, Silent, Refused) as error:
                    if not tries:
                        raise failure_reasons.hopeless(error, self.port.device, baud) from None
            self.row.phase = "done" if self.written else "unchanged"
        finally:
            self.took_s = time.monotonic() - begin

    def _tries(self) -> list[tuple[int, bool]]:
        """Baud rates, and whether commands go one by one: at a chip's own USB, and after anything went wrong."""
        if chip_session.own_usb(self.port):
            return [(baud, True) for baud in self.bauds]
        first, *lower = self.bauds
        return [(first, False), *((baud, True) for baud in lower or [first])]

    @property
    def code(self) -> int:
        """The exit code for how it ended."""
        return 0 if self.error is None else getattr(self.error, "code", 1)

    def failed(self, error: Exception) -> None:
        """It ended with *error*."""
        if isinstance(error, Stopped):
            error = FlashError("flash.stopped_writing" if self.touched else "flash.stopped", port=self.port.device)
        self.error = error
        self.row.phase = "failed"

    def end(self) -> None:
        """End it from another thread."""
        self.stop.set()
        if self._pass is not None:
            self._pass.end()

    def _attempt(self, baud: int, one_by_one: bool) -> None:
        self.row.phase, self.row.baud = "connecting", baud
        # the regions are built while the chip comes out of reset
        with Pass(self.files.own()) as one, ThreadPoolExecutor(1) as making:
            self._pass = one
            self._regions = making.submit(self.bundle.regions, self.pole, True)
            try:
                with chip_session.connection(self.port, self.touched) as loader:
                    self._flash(loader, baud, one_by_one, one)
            except (
                serial.SerialException,
                OSError,
                TypeError,
            ) as error:  # TypeError: pyserial's, of a port that vanished
                if isinstance(error, OSError) and error.filename is not None:
                    raise  # a file of ours, not the port
                raise self._lost() from error
            finally:
                self._pass = None

    def _flash(self, loader: Loader, baud: int, one_by_one: bool, one: Pass) -> None:
        self.row.phase = "checking"
        board = self.bundle.board(self.pole)
        facts = chip_session.facts_of(loader, self.port, board)
        if baud != ROM_BAUD and not loader.change_baud(baud, facts):
            raise Noisy
        chip = chip_session.identify(loader, self.port, board, facts)
        self.mac = chip.mac
        self.names.ask(chip.mac, self.pole, self.bundle.site)
        plan = self._plan(loader, chip)
        if plan.write:
            self._write(loader, chip, plan, baud, one_by_one, one)
        else:
            self._restart(loader, chip)

    def _restart(self, loader: Loader, chip: chip_session.Chip, relay: Relay | None = None) -> None:
        self.row.phase = "restarting"

        def in_reset() -> None:
            if relay is not None:
                relay.close()  # it reads the port
            self.names.tell(self.mac, self.pole, self.bundle.site)

        start = chip_session.restart(loader, self.port, in_reset)
        self.heard = start.how == STARTED
        error = failure_reasons.not_started(start, self.pole, self.port.device, chip.facts.name)
        if error is not None:
            raise error

    def _plan(self, loader: Loader, chip: chip_session.Chip) -> Plan:
        wanted = decode(self.bundle.partition_table(self.pole), "the bundle's partition table")
        try:
            self.first = is_first(chip_session.partitions(loader), wanted, self.erase_data)
        except Moved as moved:
            raise Asked("flash.moved", port=self.port.device, offset=moved.where.offset, pole=self.pole) from None
        regions = [region for region in self._regions.result() if self.first or region.name not in OWN]
        heads = {region.name: loader.read_flash(region.offset, min(HEAD, len(region.data))) for region in regions}
        maybe = candidates(regions, heads)
        self._begin_stub(loader, chip.facts.name)
        there = set()
        for region in maybe:
            data = padded(region.data)
            if loader.flash_md5(region.offset, len(data)) == digest(data):
                there.add(region.name)
        return make_plan(regions, self.first, heads, there)

    def _begin_stub(self, loader: Loader, chip: str) -> None:
        if not self.no_stub:
            stub = stub_for(chip)
            if stub is None:
                self.no_stub = "missing"
            else:
                try:
                    loader.run(stub)
                except (Silent, Refused) as error:
                    raise NoStub from error
                if not loader.is_stub:
                    raise NoStub
        self.row.by_rom = bool(self.no_stub)

    def _write(
        self, loader: Loader, chip: chip_session.Chip, plan: Plan, baud: int, one_by_one: bool, one: Pass
    ) -> None:
        self._check_stop()
        self.row.phase = "preparing"
        files = [(region.offset, self.files.put(region)) for region in plan.write]
        if not one.ready():
            self._check_stop()
            key = "flash.esptool_fails_writing" if self.touched else "flash.esptool_fails"
            raise FlashError(key, port=self.port.device, why=one.said.last or "it says nothing")
        self.touched = True
        for offset in plan.erase:
            loader.erase_sector(offset, chip.facts)
        order: Order = Ahead(plan.write[-1].offset, one_by_one) if loader.is_stub else Through()
        with Relay(loader.port, baud, order) as relay:
            relay.when_lost = one.end
            one.write(chip.facts.name, relay.address, baud, files, not loader.is_stub)
            self._follow(one, relay, plan.write)
            self.written = [region.name for region in plan.write]
            self._restart(loader, chip, relay)

    def _follow(self, one: Pass, relay: Relay, regions: tuple[Part, ...]) -> None:
        total = sum(
            whole_blocks(len(region.data)) if self.no_stub else self.files.compressed(region) for region in regions
        )

        def heard(said: Said) -> bool:
            if said.phase in ("writing", "verifying") and not self.row.total:
                self.row.write(total)
            if self.row.total:
                self.row.phase = said.phase
                self.row.progress(relay.order.sent)
            return said.over and len(said.verified) == len(regions)

        self.row.total = 0
        one.follow(heard)
        if heard(one.said) and relay.settle():
            self.row.progress(relay.order.sent)
            return
        self._check_stop()
        raise self._why(one, relay, regions)

    def _why(self, one: Pass, relay: Relay, regions: tuple[Part, ...]) -> Exception:
        if relay.lost is not None:
            return self._lost()
        if relay.order.damaged is not None:
            name = next(region.name for region in regions if region.offset == relay.order.damaged)
            return FlashError("flash.damaged", port=self.port.device, region=name)
        return failure_reasons.ended(one.said, self.port.device, relay.order.refused)

    def _lost(self) -> Lost:
        key = "flash.lost_starting" if self.written else "flash.lost_writing" if self.touched else "flash.lost"
        return Lost(key, port=self.port.device)

    def _check_stop(self) -> None:
        if self.stop.is_set():
            raise Stopped
