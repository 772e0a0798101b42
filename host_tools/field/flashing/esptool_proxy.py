"""A proxy between esptool and the serial port: a socket on this machine that esptool uses as its port.

Why it is needed:

- The port stays open between our requests to the loader and esptool's pass, so the chip is reset once and not twice.
- esptool leaves the line idle while it prepares a block (it formats a hex dump that is never printed, which takes 10 ms
   and more) and while the chip computes an MD5.  `pipeline` uses that time.
- pyserial negotiates an RFC 2217 port again at each change of a time-out, which esptool does all the time.

Two threads, one for each side; the one which finds that something can be sent to the chip sends it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Protocol

import serial

from host_tools.field.flashing import slip
from host_tools.field.flashing.loader import POLL_S
from host_tools.field.flashing.pipeline import GAP
from host_tools.field.flashing.pipeline_steps import Step


class Order(Protocol):
    """The order of sending: `Ahead` with the flasher stub, `Through` with the loader in ROM."""

    refused: str
    damaged: int | None
    sent: int

    @property
    def failed(self) -> bool: ...

    @property
    def idle(self) -> bool: ...

    @property
    def room(self) -> bool: ...

    def ask(self, packet: bytes) -> bytes | None: ...

    def next(self) -> Step | None: ...

    def answer(self, packet: bytes) -> bytes | None: ...

    def late(self, now: float) -> None: ...


class Relay:
    """Forwards between the open *port*, at *baud*, and one client of ``address``, until ``close``, as *order* says."""

    def __init__(self, port: serial.SerialBase, baud: int, order: Order) -> None:
        self.port = port
        self.lost: Exception | None = None  # the port's error when it was lost
        self.when_lost: Callable[[], None] = lambda: None
        self.order = order
        self._baud = baud
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(POLL_S)
        self._client: socket.socket | None = None
        self._changed = threading.Condition()  # guards ``order`` and ``_sending``
        self._sending = False
        self._through = 0.0  # when the line has carried all that was sent
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), daemon=True)
            for work in (self._from_esptool, self._from_chip)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def address(self) -> str:
        """The address that esptool gets as its port."""
        return f"socket://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Stop forwarding; the port stays open."""
        self._ended.set()
        self._hang_up()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            client.close()

    def _guarded(self, work: Callable[[], None]) -> None:
        """A thread that fails ends both, and esptool with them."""
        try:
            work()
        except (serial.SerialException, OSError, TypeError) as error:  # pyserial's own on a port that was closed
            if not self._ended.is_set():
                self.lost = error
                self._ended.set()
                self._hang_up()
                self.when_lost()

    def _from_esptool(self) -> None:
        client = self._accept()
        if client is None:
            return
        client.settimeout(POLL_S)
        frames = slip.Frames()
        while not self._ended.is_set():
            try:
                data = client.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not data:
                return
            for packet in frames.feed(data):
                self._question(client, packet)

    def _accept(self) -> socket.socket | None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                self._client, _ = self._listener.accept()
                self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return self._client
        return None

    def _question(self, client: socket.socket, packet: bytes) -> None:
        with self._changed:
            answer = self.order.ask(packet)
        self._send()
        if answer is not None and self._wait(lambda: self.order.room or self.order.failed):
            with contextlib.suppress(OSError):
                client.sendall(slip.frame(answer))

    def _wait(self, until: Callable[[], bool]) -> bool:
        """Wait for that of ``order``; False if the end comes first."""
        with self._changed:
            while not until():
                if self._ended.is_set():
                    return False
                self._changed.wait(POLL_S)
        return True

    def settle(self) -> bool:
        """Wait until the chip has finished and verified all that it was sent; False if it has not.  Then it is over."""
        done = self._wait(lambda: self.order.idle or self.order.failed) and not self.order.failed
        self._ended.set()
        return done

    def _send(self) -> None:
        """Send what can be sent to the chip now, unless the other thread is sending: then that does it."""
        sent = False
        while not self._ended.is_set():
            with self._changed:
                if self._sending and not sent:
                    return
                steps = list(iter(self.order.next, None))
                self._sending = bool(steps)
                self._changed.notify_all()
            if not steps:
                return
            raw = b"".join(bytes(GAP if step.behind else 0) + slip.frame(step.packet) for step in steps)
            self._through = max(self._through, time.monotonic()) + 10 * len(raw) / self._baud
            for step in steps:
                step.deadline = self._through + (step.wait_s or 0)
            self.port.write(raw)
            sent = True

    def _from_chip(self) -> None:
        frames = slip.Frames()
        while not self._ended.is_set():
            data = self.port.read(max(1, self.port.in_waiting))
            with self._changed:
                passed_on = [self.order.answer(packet) for packet in frames.feed(data)] if data else []
                self.order.late(time.monotonic())
            self._send()
            for answer in passed_on:
                if answer is not None and self._client is not None:
                    with contextlib.suppress(OSError):
                        self._client.sendall(slip.frame(answer))
