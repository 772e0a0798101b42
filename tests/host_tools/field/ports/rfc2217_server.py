"""A network port (RFC 2217) like those in the field: it writes down what becomes of the modem lines behind it."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

from serial.rfc2217 import PortManager


class Lines:
    """A serial port's lines, and every state they were in: (DTR, RTS)."""

    cts = dsr = cd = True
    ri = False
    baudrate, bytesize, parity, stopbits = 115200, 8, "N", 1
    xonxoff = rtscts = False
    break_condition = False

    def __init__(self, dtr: bool, rts: bool) -> None:
        self._dtr, self._rts = dtr, rts
        self.states = [(dtr, rts)]

    @property
    def dtr(self) -> bool:
        return self._dtr

    @dtr.setter
    def dtr(self, asserted: bool) -> None:
        self._dtr = asserted
        self.states.append((asserted, self._rts))

    @property
    def rts(self) -> bool:
        return self._rts

    @rts.setter
    def rts(self, asserted: bool) -> None:
        self._rts = asserted
        self.states.append((self._dtr, asserted))

    def reset_input_buffer(self) -> None: ...

    def reset_output_buffer(self) -> None: ...


class Server:
    """Serves one client; when it has gone, lets DTR go and then RTS, as the servers of pyserial and Espressif do."""

    def __init__(self, dtr: bool = False, rts: bool = False) -> None:
        self.lines = Lines(dtr, rts)
        self.speeds_set = 0  # how often a client asked for a speed
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join(60)
        self._door.close()

    def write(self, data: bytes) -> None:
        self._client.sendall(data)

    def _serve(self) -> None:
        self._client, _ = self._door.accept()
        with self._client:
            manager = PortManager(self.lines, self)
            while data := self._client.recv(1024):
                self.speeds_set += data.count(b"\xff\xfa\x2c\x01")
                text = b"".join(manager.filter(data))
                if text:
                    self._client.sendall(b"".join(manager.escape(text)))
        self.lines.dtr = False
        self.lines.rts = False
