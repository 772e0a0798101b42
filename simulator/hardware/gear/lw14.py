"""LED-Warrior14, an I2C master for DALI (Code Mercenaries, datasheet and example programs), and the gear on its line.

Times are those of IEC 62386: 1200 bits a second, so a half bit (Te) is 417 us; a forward frame takes 38 Te, gear begins
to answer 7 to 22 Te after it, and its answer takes 22 Te.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.hardware.around import Around

ADDRESS = 0x23
FORWARD_MS, PAUSE_MS, BACKWARD_MS = 16, 5, 10
WINDOW_MS = 10  # how long the chip takes what begins after a frame of its own for an answer to it

_STATUS, _COMMAND = 0, 1
_ONE_BYTE, _WINDOW, _VALID, _BROKEN, _BUSY = 0x01, 0x04, 0x08, 0x10, 0x40
_QUERY_CONTROL_GEAR_PRESENT = b"\xff\x91"  # to all
_YES = 0xFF


class Lw14:
    """Chip on whose line *gears* control gears answer; two that answer at once break each other's frame."""

    def __init__(self, now_ms: Callable[[], int], gears: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._gears = gears
        self.power_on()

    def power_on(self) -> None:
        self._register = _STATUS
        self._sent_ms: int | None = None  # when the last command's frame ends
        self._answering = 0  # how many gears answer it

    def write(self, data: bytes) -> None:
        self._register = data[0] if len(data) == 1 else _STATUS  # it forgets the register with the end of a transfer
        if data[0] == _COMMAND and len(data) == 3 and not self._busy:  # a busy chip ignores commands
            self._sent_ms = self._now_ms() + FORWARD_MS
            self._answering = self._gears() if data[1:] == _QUERY_CONTROL_GEAR_PRESENT else 0

    def read(self, n: int) -> bytes:
        """*n* bytes of the register; the chip then goes back to its status."""
        register, self._register = self._register, _STATUS
        if register == _STATUS:
            return bytes((self._status(),)) * n
        answered = register == _COMMAND and self._status() & _VALID
        if register == _COMMAND and not self._busy:
            self._answering = 0  # taken
        return (bytes((_YES,)) if answered else b"").ljust(n, b"\0")

    def read_from(self, register: int, n: int) -> bytes:
        self._register = register
        return self.read(n)

    @property
    def _busy(self) -> bool:
        return self._sent_ms is not None and self._busy_after(self._now_ms() - self._sent_ms)

    def _busy_after(self, since: int) -> bool:
        """Whether it is busy *since* milliseconds after a command's frame."""
        return since < 0 or (bool(self._answering) and PAUSE_MS <= since < PAUSE_MS + BACKWARD_MS)

    def _status(self) -> int:
        if self._sent_ms is None:
            return 0
        since = self._now_ms() - self._sent_ms
        status = (_BUSY if self._busy_after(since) else 0) | (_WINDOW if 0 <= since < WINDOW_MS else 0)
        if self._answering and since >= PAUSE_MS + BACKWARD_MS:
            status |= _VALID | _ONE_BYTE if self._answering == 1 else _BROKEN
        return status


def attach(_table: str, part: Mapping[str, Any], around: Around) -> Lw14:
    """Wires the interface to the control gear."""
    line = Lw14(around.now_ms, lambda: int(around.plant.gear_answers))
    around.chip.i2c.attach(part["scl"], part["sda"], ADDRESS, line)
    return line
