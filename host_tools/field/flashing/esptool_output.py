"""Reads esptool's output line by line: the phase of its pass, and why it failed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from host_tools.text import safe

_WRITING = re.compile(r"^Writing '(?P<file>.+)' at (?P<offset>0x[0-9a-f]+)\.\.\.")
_COMPRESSED = re.compile(r"^Compressed (?P<size>\d+) bytes to (?P<line>\d+)")
_PROGRESS = re.compile(r"^Writing at (?P<address>0x[0-9a-f]+) .*?(?P<percent>[\d.]+)%")
_WROTE = re.compile(r"^Wrote (?P<size>\d+) bytes")
_FATAL = re.compile(r"^(?:ERROR: )?A (?:fatal|serial exception) error occurred: (?P<why>.+)")

# the line has dropped or changed bytes, or the chip has not understood them
_NOISE = (
    "No serial data received", "Serial data stream stopped", "Packet content transfer stopped",
    "No more data to read", "Invalid head of packet",
    "Invalid SLIP escape", "Failed to write", "Failed to enter", "Failed to leave", "Response doesn't match",
    "Failed to start stub", "Failed to connect", "Failed to calculate md5sum", "Timed out", "timeout",
)  # fmt: skip
REFUSED = "not supported in the current download mode"  # of a command whose number the line may have changed
_DAMAGED = ("MD5 of file does not match", "the written flash region is empty")


@dataclass
class Said:
    """What is known from the lines read so far."""

    phase: str = "connecting"  # connecting, stub, writing, verifying
    region: str = ""  # the file being written
    verified: list[str] = field(default_factory=list)  # files whose MD5 was right
    why: str = ""  # what went wrong, in esptool's words
    last: str = ""  # the last line that was not a bar
    over: bool = False  # the chip is not changed any more; only the reason may still follow

    def line(self, text: str) -> None:
        """Take one more line."""
        text = safe(text.strip())
        if not text:
            return
        if _PROGRESS.match(text):
            self.phase = "writing"
            return
        self.last = text
        if found := _WRITING.match(text):
            self.phase, self.region = "writing", found["file"].replace("\\", "/").rsplit("/", 1)[-1]
        elif text.startswith(("Uploading stub", "Running stub")):
            self.phase = "stub"
        elif text.startswith("Verifying written data"):
            self.phase = "verifying"
        elif text.startswith("Hash of data verified"):
            self.verified.append(self.region)
        elif text.startswith(("Staying in flasher stub", "Staying in bootloader")):
            self.over = True
        elif found := _FATAL.match(text):
            self.why = found["why"]

    @property
    def noise(self) -> bool:
        """Whether a lower baud rate may help."""
        return any(words in self.why for words in (*_NOISE, REFUSED))

    @property
    def damaged(self) -> bool:
        """Whether the flash did not keep what was written."""
        return any(words in self.why for words in _DAMAGED)
