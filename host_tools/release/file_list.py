"""The list of a package's files: a line each, `path size sha256 piece`, and behind it what each difference is from.

A difference is `delta base bytes piece`: the first 16 hexadecimal digits of the SHA-256 of the file that it starts
from, its own bytes, and its first piece.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from host_tools.release.errors import Damaged
from host_tools.text import quoted

PIECE = 1024  # bytes of a piece at most
MOST_FILES = 96
MOST_DELTAS = 4  # for one file
MOST_BYTES = 1 << 14  # of the list
_PATH = re.compile(r"(lib/)?[A-Za-z0-9_]{1,28}\.mpy")
_NUMBER = re.compile(r"0|[1-9]\d{0,6}")
_DIGEST, _BASE = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{16}")


class Delta(NamedTuple):
    """A file's difference from the one whose hash begins with *base*: *size* bytes from *piece* on."""

    base: str
    size: int
    piece: int


class Listed(NamedTuple):
    """A file of *size* bytes with that *digest* (SHA-256), whole from *piece* on."""

    path: str
    size: int
    digest: str
    piece: int
    deltas: tuple[Delta, ...] = ()

    @property
    def line(self) -> str:
        """Its line, without the end."""
        parts = [f"{self.path} {self.size} {self.digest} {self.piece}"]
        return " ".join(parts + [f"delta {one.base} {one.size} {one.piece}" for one in self.deltas])


def pieces_of(size: int) -> int:
    """How many pieces *size* bytes take."""
    return -(-size // PIECE)


def encode(files: list[Listed]) -> bytes:
    """The list."""
    return "".join(one.line + "\n" for one in files).encode("ascii")


def read(data: bytes, what: str) -> list[Listed]:
    """The files in the list *data*, called *what* in errors.  Raises Damaged with a sentence."""
    if not data.isascii() or len(data) > MOST_BYTES or not data.endswith(b"\n"):
        raise Damaged(f"{what} must be ASCII, of {MOST_BYTES} bytes at most, and end with a line's end")
    out = [_line(line, number, what) for number, line in enumerate(data.decode("ascii")[:-1].split("\n"), 1)]
    if len(out) > MOST_FILES:
        raise Damaged(f"{what} has {len(out)} files and may have {MOST_FILES}")
    if len({one.path for one in out}) != len(out):
        raise Damaged(f"{what} names a file twice")
    return out


def _line(line: str, number: int, what: str) -> Listed:
    words = line.split(" ")
    sound = len(words) >= 4 and len(words) % 4 == 0 and len(words) <= 4 + 4 * MOST_DELTAS
    sound = sound and bool(_PATH.fullmatch(words[0]) and _DIGEST.fullmatch(words[2]))
    sound = sound and all(_NUMBER.fullmatch(word) for word in (words[1], words[3]))
    deltas = [words[at : at + 4] for at in range(4, len(words), 4)]
    sound = sound and all(
        one[0] == "delta" and _BASE.fullmatch(one[1]) and _NUMBER.fullmatch(one[2]) and _NUMBER.fullmatch(one[3])
        for one in deltas
    )
    if not sound:
        raise Damaged(f"line {number} of {what} is {quoted(line)} and must be: path size sha256 piece")
    found = tuple(Delta(one[1], int(one[2]), int(one[3])) for one in deltas)
    return Listed(words[0], int(words[1]), words[2], int(words[3]), found)
