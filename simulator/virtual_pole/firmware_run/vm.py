"""MicroPython on a virtual chip, from the end of its bootloader to its next reset.

Everything here happens on the thread of ``Life``.  The virtual machine is a process beside it, and runs on while its
requests are served: in real time its computations take time, and its watchdog does not wait for them.
"""

from __future__ import annotations

import selectors
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread

from simulator.device_modules import hostops, ops
from simulator.engines.vm_process import CTRL_C, Request, VmProcess
from simulator.hardware.chip import WDT_RESET, Chip
from simulator.kernel import Kernel
from simulator.network.endpoint import Network, Sockets
from simulator.virtual_pole.firmware_run.console_output import Output

BUSY_MS = 100  # a program that asks for nothing so long after Ctrl-C has to be interrupted from outside
SOFT_MS = 50  # between the end of one MicroPython and the start of the next, on the same chip


class Running:
    """Programs on *chip*, whose pole is called *name*; *start* makes a virtual machine, given its arguments.

    *send* takes what it prints.  *reset* is called when the chip has to be reset, with the cause if it is the watchdog.
    """

    def __init__(
        self,
        kernel: Kernel,
        selector: selectors.BaseSelector,
        network: Network,
        chip: Chip,
        name: str,
        banner: str,
        start: Callable[[Sequence[str], int], VmProcess],
        send: Callable[[bytes], None],
        reset: Callable[[int | None], None],
    ) -> None:
        self._kernel = kernel
        self._selector = selector
        self._chip = chip
        self._banner = banner
        self._start = start
        self._send = send
        self._reset = reset
        self._network = network
        self._name = name
        self._sockets = Sockets(name, network, self._poke)
        self._vm: VmProcess | None = None
        self._output: Output | None = None
        self._waits = False  # the program waits for the answer to IDLE
        self._deaf = False  # and no socket is to end that
        self._plan = 0  # of which wait
        self._bites_at: int | None = None
        self._begun_ms = kernel.now_ms
        self._asked = 0  # how often the program has waited for an answer
        self._killed = False
        self._boot(False)

    # -- from outside

    @property
    def computes(self) -> bool:
        """Whether there is a program that does not wait."""
        return self._vm is not None and not self._waits

    def type(self, data: bytes) -> None:
        """*data* comes in on the console."""
        vm = self._vm
        if vm is None:
            return
        vm.type(data)
        if self._waits:
            self._wake()
        elif vm.interrupted:
            asked = self._asked
            self._kernel.after(BUSY_MS, lambda: self._interrupt(vm, asked))

    def kill(self) -> None:
        """Ends the virtual machine at once; may be called on any thread.  ``end`` has to follow."""
        self._killed = True
        vm = self._vm
        if vm:
            with suppress(ProcessLookupError):
                vm.process.kill()

    def end(self) -> None:
        """The chip is in reset, or without power."""
        self._end()
        self._sockets.vanish()

    # -- the virtual machine

    def _boot(self, raw: bool) -> None:
        self._output = Output(self._selector, self._send)
        self._vm = self._start([str(int(raw)), self._banner], self._output.theirs)
        self._output.begin()
        self._vm.pipe.setblocking(False)
        self._waits = False
        self._selector.register(self._vm.pipe, selectors.EVENT_READ, lambda _mask: self._serve())

    def _end(self) -> None:
        vm, self._vm = self._vm, None
        self._plan += 1
        if vm:
            self._selector.unregister(vm.pipe)
            if self._output:
                self._output.close()
            vm.kill()

    def _print(self) -> None:
        if self._output:
            self._output.take()

    def _interrupt(self, vm: VmProcess, asked: int) -> None:
        """Ctrl-C for a program that computes, if it still does: it would not see it for as long as it does."""
        if vm is self._vm and vm.interrupted and asked == self._asked:
            vm.interrupted = False
            vm.process.send_signal(signal.SIGINT)

    def _serve(self) -> None:
        vm = self._vm
        if vm is None:
            return
        try:
            alive = vm.receive()
        except BlockingIOError:
            return
        except OSError:
            alive = False
        while self._vm is vm:
            request = vm.request()
            if request is None:
                break
            self._asked += not request[1]
            with suppress(OSError):  # it is gone, and the pipe will say so
                self._obey(vm, request)
        self._watch()
        if not alive and self._vm is vm and not self._killed:
            self._print()
            self._send(b"\r\nMicroPython has ended: the chip starts again\r\n")
            self._restart(None)

    def _obey(self, vm: VmProcess, request: Request) -> None:
        op, silent, a, b, data = request
        if op == hostops.IDLE:
            self._idle(a, bool(b))
        elif op == ops.RESET:
            self._print()
            self._restart(None)
        elif op == hostops.SOFT_RESET:
            self._print()
            self._soft_reset(bool(a))
        elif op == hostops.INTERRUPT:
            vm.interruptible = a == CTRL_C
            if not vm.interruptible:
                vm.interrupted = False
            vm.answer(0, b"")
        elif op == hostops.RESOLVE:
            Thread(target=self._resolve, args=(vm, data.decode()), daemon=True).start()
        else:
            handler = self._sockets if op > hostops.RESOLVE else self._chip
            value, out = handler.handle(op, a, b, data)
            if silent:
                return
            if vm.interrupted and not out:
                vm.wake(0, ())
            else:
                vm.answer(value, out)

    def _resolve(self, vm: VmProcess, host: str) -> None:
        """On a thread of its own: the resolver may take long, and the watchdog goes on meanwhile."""
        try:
            value, out = 0, self._network.resolve(self._name, host).encode()
        except OSError as error:
            value, out = -(error.errno or 1), b""
        with suppress(OSError):
            vm.answer(value, out)

    def _restart(self, cause: int | None) -> None:
        self._end()
        self._reset(cause)

    def _soft_reset(self, raw: bool) -> None:
        self._end()
        self._chip.soft_reset()
        self._sockets.close()
        plan = self._plan
        self._kernel.after(SOFT_MS, lambda: self._boot(raw) if plan == self._plan else None)

    # -- waiting

    def _idle(self, ms: int, deaf: bool) -> None:
        vm = self._vm
        assert vm is not None
        self._waits = True
        self._deaf = deaf
        self._plan += 1
        self._chip.dram.waits()
        if vm.interrupted or vm.typed or self._ready():
            self._wake()
        elif ms >= 0:
            plan = self._plan
            self._kernel.after(ms, lambda: self._wake() if plan == self._plan else None)

    def _wake(self) -> None:
        vm = self._vm
        if vm and self._waits:
            self._waits = False
            self._plan += 1
            with suppress(OSError):
                vm.wake(self._kernel.now_ms - self._begun_ms, self._ready())

    def _poke(self) -> None:
        """A socket may have something."""
        if self._waits and self._ready():
            self._wake()

    def _ready(self) -> list[tuple[int, int]]:
        return [] if self._deaf else self._sockets.ready()

    # -- the watchdog

    def _watch(self) -> None:
        """Keeps one event in the queue for the moment at which the watchdog would reset the chip."""
        deadline = self._chip.watchdog.deadline
        if deadline is not None and self._bites_at is None and self._vm:
            self._bites_at = deadline
            self._kernel.at(deadline, self._bite)

    def _bite(self) -> None:
        self._bites_at = None
        if self._vm is None or self._chip.watchdog.deadline is None:
            return
        if self._chip.watchdog.expired(self._kernel.now_ms):
            self._print()
            self._send(b"E (task_wdt): Task watchdog got triggered\r\n")
            self._restart(WDT_RESET)
        else:
            self._watch()
