"""The row shown for one port while its pole is flashed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

# in this order; the last three are ends
PHASES = ("waiting", "connecting", "checking", "preparing", "writing", "verifying", "restarting")
ENDS = ("done", "unchanged", "failed")


@dataclass
class Row:
    """One port: *sent* of *total* compressed bytes are on the pole, since *began* (monotonic seconds)."""

    port: str
    pole: str
    adapter: str = ""
    phase: str = "waiting"
    baud: int = 0
    sent: int = 0
    total: int = 0
    began: float = 0.0
    by_rom: bool = False  # and not by the flasher stub, which is faster
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _ended: float = 0.0

    def write(self, total: int) -> None:
        """Begin to write *total* bytes to the pole."""
        self.phase, self.total, self.sent, self.began = "writing", total, 0, self.clock()

    def progress(self, sent: int) -> None:
        """*sent* bytes are on the pole."""
        self.sent, self._ended = sent, self.clock()

    @property
    def speed(self) -> float:
        """Compressed bytes per second so far; 0 before there are any."""
        took = self._ended - self.began
        return self.sent / took if self.sent and took > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds of writing left at that speed; None while unknown."""
        return (self.total - self.sent) / self.speed if self.speed else None

    @property
    def over(self) -> bool:
        """Whether nothing more happens at this port."""
        return self.phase in ENDS
