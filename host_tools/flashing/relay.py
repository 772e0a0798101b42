"""Between esptool and the serial port: a socket on this machine that esptool takes for its port.

Why one is needed:

- The port stays open between our questions to the loader and esptool's pass, so the chip is reset once and not twice.
- esptool prepares a block only when the one before is confirmed, and preparing takes it 10 ms and more (it formats a
  hex dump that nobody sees): for that time the line would be idle.  Here the next block is confirmed to esptool while
  the one before is still on the line.  To the chip nothing changes: it gets a block after it has confirmed the last.
- pyserial negotiates an RFC 2217 port anew at each change of a time-out, which esptool does all the time.

A block that the chip refuses fails the next command, and esptool ends; the MD5 that it asks for at the end of a region
is always the chip's own answer.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable

import serial

from host_tools.flashing import slip
from host_tools.flashing.loader import ANSWER, POLL_S

BLOCKS = (0x03, 0x11)  # FLASH_DATA, FLASH_DEFL_DATA: a block, as it is where nothing can be compressed
AHEAD = 2  # blocks confirmed to esptool that are not on the line yet
BLOCK_WAIT_S = 3.0  # for the chip's answer to a block, besides the time the line takes: it may erase before
_HEAD = 16  # bytes of a block's own header
_OK, _FAILED = b"\0\0", b"\x01\x06"


class Relay:
    """Passes on between the open *port*, at *baud*, and one client of ``address``, until ``close``."""

    def __init__(self, port: serial.SerialBase, baud: int) -> None:
        self.port = port
        self.lost: Exception | None = None  # what the port said when it went away
        self.refused = ""  # why a block was not taken by the chip
        self.sent = 0  # compressed bytes that the chip has confirmed
        self.when_lost: Callable[[], None] = lambda: None
        self._baud = baud
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(POLL_S)
        self._client: socket.socket | None = None
        self._waiting: queue.Queue[bytes] = queue.Queue(AHEAD)
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._block_on_line = threading.Event()
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,), daemon=True)
            for work in (self._from_esptool, self._to_chip, self._from_chip)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def address(self) -> str:
        """What esptool gets as its port."""
        return f"socket://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Stop passing on; the port stays open."""
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
        """A thread that fails ends all of them, and esptool with them."""
        try:
            work()
        except (serial.SerialException, OSError, TypeError) as error:  # pyserial's own on a port that was closed
            if not self._ended.is_set():
                self.lost = error
        finally:
            self._ended.set()
            self._hang_up()
            if self.lost is not None:
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
                self._command(client, packet)

    def _accept(self) -> socket.socket | None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                self._client, _ = self._listener.accept()
                self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return self._client
        return None

    def _command(self, client: socket.socket, packet: bytes) -> None:
        op = packet[1]
        if op in BLOCKS:
            if self._put(packet):
                self._answer(client, op, _FAILED if self.refused else _OK)
            return
        with self._waiting.all_tasks_done:
            while self._waiting.unfinished_tasks and not self._ended.is_set():
                self._waiting.all_tasks_done.wait(POLL_S)
        if self.refused:
            self._answer(client, op, _FAILED)
        else:
            self.port.write(slip.frame(packet))

    def _put(self, packet: bytes) -> bool:
        while not self._ended.is_set():
            try:
                self._waiting.put(packet, timeout=POLL_S)
                return True
            except queue.Full:
                pass
        return False

    def _answer(self, client: socket.socket, op: int, status: bytes) -> None:
        with contextlib.suppress(OSError):
            client.sendall(slip.frame(struct.pack("<BBHI", ANSWER, op, len(status), 0) + status))

    def _to_chip(self) -> None:
        """Blocks, one after the other, each when the one before is confirmed."""
        while not self._ended.is_set():
            try:
                packet = self._waiting.get(timeout=POLL_S)
            except queue.Empty:
                continue
            try:
                if not self.refused:
                    self._block(packet)
            finally:
                self._waiting.task_done()

    def _block(self, packet: bytes) -> None:
        raw = slip.frame(packet)
        self._block_on_line.set()
        self.port.write(raw)
        end = time.monotonic() + BLOCK_WAIT_S + 10 * len(raw) / self._baud
        while not self._ended.is_set():
            try:
                status = self._answers.get(timeout=POLL_S)
            except queue.Empty:
                if time.monotonic() > end:
                    self.refused = "no answer"
                    return
                continue
            self._block_on_line.clear()
            if status[:1] != b"\0":
                self.refused = f"status {status[:2].hex()}"
            self.sent += len(packet) - 8 - _HEAD
            return

    def _from_chip(self) -> None:
        frames = slip.Frames()
        while not self._ended.is_set():
            data = self.port.read(max(1, self.port.in_waiting))
            for packet in frames.feed(data) if data else ():
                if self._block_on_line.is_set() and len(packet) > 8 and packet[0] == ANSWER and packet[1] in BLOCKS:
                    self._answers.put(packet[8:])
                elif self._client is not None:
                    with contextlib.suppress(OSError):
                        self._client.sendall(slip.frame(packet))
