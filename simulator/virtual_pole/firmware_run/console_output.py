"""Forwards a virtual machine's output as an ESP32 sends it: its lines end with a carriage return, too."""

from __future__ import annotations

import os
import selectors
from collections.abc import Callable


class Output:
    """A pipe whose other end, ``theirs``, is a virtual machine's standard output from its start to ``begin``."""

    def __init__(self, selector: selectors.BaseSelector, send: Callable[[bytes], None]) -> None:
        self._selector = selector
        self._send = send
        self._returned = False  # the last byte was a carriage return
        self._ours, self.theirs = os.pipe()
        os.set_blocking(self._ours, False)

    def begin(self) -> None:
        """The machine has its end: from now on what it prints is sent as it comes."""
        os.close(self.theirs)
        self._selector.register(self._ours, selectors.EVENT_READ, lambda _mask: self.take())

    def take(self) -> None:
        """Sends all that was printed up to now."""
        while self._ours >= 0:
            try:
                data = os.read(self._ours, 65536)
            except BlockingIOError:
                return
            if not data:
                self.close()
                return
            whole = self._returned and data.startswith(b"\n")  # it ends a line that came in two parts
            self._returned = data.endswith(b"\r")
            head, data = (data[:1], data[1:]) if whole else (b"", data)
            self._send(head + data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def close(self) -> None:
        """Ends forwarding."""
        ours, self._ours = self._ours, -1
        if ours >= 0:
            self._selector.unregister(ours)
            os.close(ours)
