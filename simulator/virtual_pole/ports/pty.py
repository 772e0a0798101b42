"""A port that is a pseudo-terminal, under a name that stays when the cable is pulled and plugged in again."""

from __future__ import annotations

import os
import select
import shutil
import tempfile
import tty
from pathlib import Path

from simulator.virtual_pole.ports.port import Listener
from simulator.virtual_pole.reactor import Reactor

_READ = 4096  # bytes, which is what the kernel holds for it
_AHEAD_S = 0.005
_LOOK_S = 0.02  # how often to check whether a host has opened it: there is no notice
_MOST_UNSENT = 1 << 20


class PtyPort:
    """The host's end is a link to the terminal, raw from the start.  It has no modem lines."""

    has_lines = False
    pulse_s = 0.0  # esptool gives a reset up at once when the terminal has no lines

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor
        self._folder = Path(tempfile.mkdtemp(prefix="diya-pole-"))
        self._name = self._folder / "tty"
        self._fd: int | None = None
        self._open = False
        self._unsent = b""

    @property
    def url(self) -> str:
        return str(self._name)

    def plug_in(self, listener: Listener) -> None:
        self._listener = listener
        self._fd, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self._fd, False)
        name = os.ttyname(slave)
        os.close(slave)  # only so can be seen when a host opens and closes it
        self._name.unlink(missing_ok=True)
        self._name.symlink_to(name)
        self._open = False
        self._look(self._fd)

    def unplug(self) -> None:
        self._name.unlink(missing_ok=True)
        if self._fd is not None:
            self._reactor.unwatch(self._fd)
            os.close(self._fd)
            self._fd = None
            self._open = False

    def remove(self) -> None:
        """Removes the link and the terminal."""
        self.unplug()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _look(self, fd: int) -> None:
        if fd != self._fd or self._open:
            return
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        events = poll.poll(0)
        if events and not events[0][1] & select.POLLIN:  # hung up, nothing to read: no host
            self._reactor.at(self._reactor.now() + _LOOK_S, lambda: self._look(fd))
            return
        self._open = True
        self._unsent = b""
        self._listener.connected()
        self._reactor.watch(fd, self._read)

    def _read(self) -> None:
        assert self._fd is not None
        fd = self._fd
        try:
            data = os.read(fd, _READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._reactor.unwatch(fd)
            self._open = False
            self._listener.disconnected()
            if self._fd == fd:
                self._look(fd)
            return
        ready_at = self._listener.received(data) - _AHEAD_S
        if self._fd == fd and ready_at > self._reactor.now():
            self._reactor.unwatch(fd)
            self._reactor.at(ready_at, lambda: self._read_on(fd))

    def _read_on(self, fd: int) -> None:
        if fd == self._fd and self._open:
            self._reactor.watch(fd, self._read)

    def send(self, data: bytes) -> None:
        if self._fd is None or not self._open or len(self._unsent) > _MOST_UNSENT:
            return
        waiting = bool(self._unsent)
        self._unsent += data
        if not waiting:
            self._push(self._fd)

    def _push(self, fd: int) -> None:
        if fd != self._fd or not self._open:
            return
        try:
            self._unsent = self._unsent[os.write(fd, self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent = b""
        if self._unsent:
            self._reactor.at(self._reactor.now() + 0.002, lambda: self._push(fd))
