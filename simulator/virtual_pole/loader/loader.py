"""Takes frames, has the ROM's or the stub's commands carried out, and answers when a real chip would have.

Commands are carried out at once, on a clock of their own (``time``) which each moves on by what it costs; the answer
goes out at that time, and the next frame waits for it.  What a command does after its answer (the stub programs one
block while it receives the next) moves ``time`` on too, but not the answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from host_tools.field.flashing import slip
from simulator.virtual_pole.chips import SECURE_DOWNLOAD, ChipKind
from simulator.virtual_pole.loader.commands import Commands
from simulator.virtual_pole.loader.protocol import ANSWER, HEADER, REQUEST, SYNC, Desk, Refusal
from simulator.virtual_pole.loader.receiver import Receiver
from simulator.virtual_pole.loader.rom_commands import RomCommands
from simulator.virtual_pole.loader.stub_commands import StubCommands
from simulator.virtual_pole.registers import Registers
from simulator.virtual_pole.timed_flash import TimedFlash

_STUB_STARTS_S = 0.011  # it gives the ROM 10 ms for its last answer, and sets up clock and flash


class Loader:
    """One stay in the loader, from the reset that led into it to the one that ends it.

    ``stays``: the host asked for the loader to go on waiting.  ``synced``: a host has sent it a command.
    """

    def __init__(
        self,
        kind: ChipKind,
        flash: TimedFlash,
        registers: Registers,
        security: frozenset[str],
        desk: Desk,
        starts_stub: bool = True,
    ) -> None:
        self.kind = kind
        self.flash = flash
        self.registers = registers
        self.security = security
        self.desk = desk
        self._starts_stub = starts_stub
        self._hangs = False  # in invalid code
        self.time = desk.now()
        self.after: Callable[[], None] | None = None  # what the present command does once it is answered
        self.take_frame: Callable[[bytes], None] | None = None  # where frames go that are not commands
        self.stays = False
        self.synced = False
        self._slip = slip.Frames()
        self._receiver: Receiver | None = None  # the stub's
        self._frames: deque[bytes] = deque()
        self._scheduled = 0  # actions that are due later
        self._waits = False
        self._ended = False
        self._commands: Commands = RomCommands(self)

    @property
    def busy(self) -> bool:
        """Whether something is half done: a frame, a command, or a write whose blocks have not all come."""
        receives = self._receiver or self._slip
        waits = bool(receives.inside or self._frames or self._commands.unfinished)
        return waits or self._hangs or self.time > self.desk.now()

    @property
    def lost(self) -> int:
        """Frames that found no buffer; their sender is out of step with the stub for good."""
        return self._receiver.lost if self._receiver else 0

    def receive(self, data: bytes) -> None:
        """Bytes from the line."""
        if self._hangs:
            return
        if self._receiver is None:
            self._frames.extend(self._slip.feed(data))
        else:
            lost = self._receiver.lost
            under_way = self.time > self.desk.now()
            self._frames.extend(self._receiver.feed(data, not (under_way and self._frames)))
            if self._receiver.lost > lost:
                self.desk.log("a frame found no buffer")
        self._next()

    def end(self) -> None:
        """The chip was reset: nothing is answered any more."""
        self._ended = True
        self._frames.clear()

    def _next(self) -> None:
        while self._frames and not self._waits and not self._ended:
            now = self.desk.now()
            if self.time > now:
                self._waits = True
                self.desk.at(self.time, self._go_on)
                return
            self.flash.settle(now)
            self.time = now
            frame = self._frames.popleft()
            if self.take_frame is not None:
                self.take_frame(frame)
            else:
                self._command(frame)

    def _go_on(self) -> None:
        self._waits = False
        self._next()

    def _command(self, frame: bytes) -> None:
        if len(frame) < HEADER.size or frame[0] != REQUEST:
            return
        _, operation, size, check = HEADER.unpack_from(frame)
        body = frame[HEADER.size :]
        commands = self._commands
        value, data, error = 0, b"", 0
        self.after = None
        try:
            if size != len(body):
                raise Refusal(commands.BAD_LENGTH)
            if commands.carried_over:
                error, commands.carried_over = commands.carried_over, 0
                raise Refusal(error)
            command = commands.table.get(operation)
            if command is None or (SECURE_DOWNLOAD in self.security and operation not in commands.ALLOWED_WHEN_SECURED):
                raise Refusal(commands.UNKNOWN)
            value, data = command(body, check)
        except Refusal as refusal:
            error, data, self.after = refusal.code, b"", None
        status = error.to_bytes(2, "big") + bytes(commands.STATUS_BYTES - 2)
        times = 8 if operation == SYNC and not error else 1  # as every loader does, ROM or stub
        if error == commands.UNKNOWN and commands.REFUSALS > 1:
            operation, times = 0, commands.REFUSALS
        answer = HEADER.pack(ANSWER, operation, len(data) + len(status), value) + data + status
        for _ in range(times):
            self.send(answer)
        if self.after is not None:
            try:
                self.after()
            except Refusal as refusal:
                commands.carried_over = refusal.code

    # -- for the commands

    def send(self, frame: bytes) -> None:
        """Sends *frame* at ``time``."""
        wire = slip.frame(frame)

        def send() -> None:
            if self._receiver is not None:
                self._receiver.looked()
            self.desk.send(wire)

        self.do(send)

    def do(self, action: Callable[[], None]) -> None:
        """Does *action* at ``time``, after all those before it, unless the chip is reset before."""
        if self.time <= self.desk.now() and not self._scheduled:
            action()
            return

        def later() -> None:
            self._scheduled -= 1
            if not self._ended:
                action()

        self._scheduled += 1
        self.desk.at(self.time, later)

    def start_stub(self) -> None:
        """Starts the code in RAM: it sends its greeting, and handles the commands from now on."""
        if not self._starts_stub:
            self._hangs = True
            self.desk.log("flasher stub does not start")
            return
        self._commands = StubCommands(self)
        self._receiver = Receiver()
        self.time += _STUB_STARTS_S
        self.send(b"OHAI")
        self.desk.log("flasher stub runs")

    def back_to_rom(self) -> None:
        """The stub ends and the ROM's loader waits again."""
        self._commands = RomCommands(self)
        self._receiver = None
        self.stays = True
        self.desk.log("loader in ROM waits")

    def leave(self) -> None:
        """The loader ends and the program in the flash starts, once the answer is through."""
        self.after = lambda: self.do(self.desk.leave_loader)
