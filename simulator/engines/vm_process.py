"""A MicroPython virtual machine as a process: its pipe to the simulator, and its console."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from simulator.device_modules import hostops

CTRL_C = 3
_REQUEST = struct.Struct("<BBHii")
_HEAD = _REQUEST.size
_ANSWER = struct.Struct("<iHH")
_INTERRUPTED = 1  # the kind of exception, as RAISED in virtual/_chip.py has it
RAISED = (OSError, ValueError, MemoryError, RuntimeError)  # 2 and up, as in simulator/device_modules/_chip.py
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """Between fork and exec: the kernel ends the machine when the thread that started it is gone, even one that
    computes without end.  Elsewhere than on Linux such a machine ends when it next uses its pipe."""
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


# one call of a virtual module (simulator/device_modules/_chip.py): operation, 1 where no answer is wanted, a, b, data
Request = tuple[int, int, int, int, bytes]


class VmProcess:
    """Started with *command*; modules are looked for at *path*.  *output* takes what it prints.

    ``pipe`` is ours, and its other end is the machine's: one request, one answer.  ``interruptible`` is whether Ctrl-C
    on the console is a KeyboardInterrupt; ``interrupted``: one was typed and not reported to the machine yet;
    ``typed``: something was typed and not reported yet.  It ends with the thread that starts it, at the latest.
    """

    def __init__(self, command: Sequence[str], arguments: Sequence[str], path: Sequence[str], output: IO[bytes] | int):
        self.interruptible = True
        self.interrupted = False
        self.typed = False
        self._buffer = b""
        self._at = 0  # where the next request begins in it
        self.pipe, theirs = socket.socketpair()
        stdin, self._console = os.pipe()
        os.set_blocking(self._console, False)
        try:
            with theirs:
                self.process = subprocess.Popen(
                    [*command, "-m", arguments[0], str(theirs.fileno()), *arguments[1:]],
                    env={**os.environ, "MICROPYPATH": os.pathsep.join([*path, ".frozen"])},
                    pass_fds=[theirs.fileno()],
                    stdin=stdin,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,  # Ctrl-C is for the simulator, which then ends its poles
                    preexec_fn=_die_with_parent,
                )
        except BaseException:
            os.close(self._console)
            self.pipe.close()
            raise
        finally:
            os.close(stdin)

    def type(self, data: bytes) -> None:
        """*data* comes in on the console; what is more than its buffer holds is lost, as on a chip."""
        while data:
            before, stop, data = data.partition(bytes((CTRL_C,))) if self.interruptible else (data, b"", b"")
            if before:
                with suppress(BlockingIOError, BrokenPipeError):
                    os.write(self._console, before)
                    self.typed = True
            if stop:
                self.interrupted = True

    def receive(self) -> bool:
        """Takes what has come through the pipe; False when the machine is gone.  Raises BlockingIOError."""
        data = self.pipe.recv(65536)
        self._buffer = self._buffer[self._at :] + data if len(self._buffer) > self._at else data
        self._at = 0
        return bool(data)

    def request(self) -> Request | None:
        """The next whole request that was received."""
        begin = self._at + _HEAD
        have = len(self._buffer)
        if have < begin:
            return None
        op, silent, length, a, b = _REQUEST.unpack_from(self._buffer, self._at)
        if have < begin + length:
            return None
        self._at = begin + length
        return op, silent, a, b, self._buffer[begin : self._at] if length else b""

    def answer(self, value: int, data: bytes) -> None:
        """Answers the request that waits.  Raises OSError where the machine is gone."""
        self.pipe.sendall(_ANSWER.pack(value, len(data), 0) + data)

    def fail(self, error: Exception) -> None:
        """Answers with *error*, one of ``RAISED``: the virtual module raises it.  Raises OSError where it is gone."""
        kind = next(number for number, one in enumerate(RAISED, 2) if isinstance(error, one))
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        self.pipe.sendall(_ANSWER.pack(code, 0, kind))

    def wake(self, ticks: int, ready: Sequence[tuple[int, int]]) -> None:
        """Answers IDLE: sockets are *ready*, something was typed, or the machine is interrupted."""
        if self.interrupted:
            self.interrupted = False
            self.pipe.sendall(_ANSWER.pack(ticks & 0x3FFFFFFF, 0, _INTERRUPTED))
            return
        if self.typed:
            self.typed = False
            ready = [(hostops.CONSOLE, 1), *ready]
        self.answer(ticks & 0x3FFFFFFF, bytes(byte for pair in ready for byte in pair))

    def computed_s(self) -> float:
        """Processor seconds it has taken; where the system tells none of another process (not Linux), the clock's."""
        clock = ctypes.c_int()
        if _libc is None or _libc.clock_getcpuclockid(self.process.pid, ctypes.byref(clock)):
            return time.monotonic()
        return time.clock_gettime(clock.value)

    def kill(self) -> None:
        """Ends it at once."""
        self.process.kill()
        self.process.wait()
        self.pipe.close()
        if self._console >= 0:
            os.close(self._console)
            self._console = -1
