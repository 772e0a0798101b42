"""The file with the city's keys, and how a key in it is changed without ever locking anybody out.

A new key is first written beside the old one, as pending, and only then sent.  Whenever the program is killed, the file
holds both, so whichever of them the pole lives by is known; the next run finds out and goes on with the same one.

    P0001:0123...          the key in force
    P0001:4567... pending  the one that is to take its place
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from host_tools.envelope import Key
from host_tools.errors import CommandError
from host_tools.site.credentials import write_secret

_LINE = re.compile(r"([A-Za-z0-9_.-]{1,32})\s*:\s*([0-9a-fA-F]{64})(\s+pending)?")


class KeyFile:
    """The keys in the file at *path*: ``current`` and ``pending`` ones by name.  Raises CommandError.

    Lines with # are remarks, and stay where they are.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"the key file {path} cannot be read: {error}") from error
        self.current: dict[str, Key] = {}
        self.pending: dict[str, Key] = {}
        for number, line in enumerate(self._lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            found = _LINE.fullmatch(line.strip())
            if not found:
                raise CommandError(
                    f"line {number} of the key file {path} must be a key's name, a colon and 64 hexadecimal digits"
                )
            keys = self.pending if found[3] else self.current
            keys[found[1]] = Key(found[1], bytes.fromhex(found[2]))

    def add(self, names: Iterable[str]) -> list[str]:
        """New keys, in force at once, for those of *names* that have none; which those were."""
        new = [name for name in dict.fromkeys(names) if name not in self.current]
        made = {name: Key(name, secrets.token_bytes(32)) for name in new}
        if made:
            self._write([*self._lines, *(f"{name}:{key.secret.hex()}" for name, key in made.items())])
            self.current |= made
        return new

    def propose(self, name: str) -> Key:
        """The key that is to be called *name* from now on: the pending one, else a new one, written down as pending."""
        if name not in self.pending:
            key = Key(name, secrets.token_bytes(32))
            self._write([*self._lines, f"{name}:{key.secret.hex()} pending"])
            self.pending[name] = key
        return self.pending[name]

    def settle(self, name: str) -> None:
        """The pending key called *name* is in force."""
        key = self.pending.pop(name)
        line = f"{name}:{key.secret.hex()}"
        self._write([*self._without(name), line])
        self.current[name] = key

    def _without(self, name: str) -> Iterator[str]:
        for line in self._lines:
            found = _LINE.fullmatch(line.strip())
            if not found or line.startswith("#") or found[1] != name:
                yield line

    def _write(self, lines: list[str]) -> None:
        try:
            write_secret(self.path, "".join(line + "\n" for line in lines))
        except OSError as error:
            raise CommandError(f"the key file {self.path} cannot be written: {error}") from error
        self._lines = lines


def read_key(path: Path) -> Key:
    """The one key in the file at *path*.  Raises CommandError."""
    keys = KeyFile(path).current
    if len(keys) != 1:
        raise CommandError(f"the key file {path} must hold one key and holds {len(keys)}")
    return next(iter(keys.values()))


def read_keys(path: Path) -> dict[str, Key]:
    """The keys in the file at *path*, by name.  Raises CommandError."""
    keys = KeyFile(path).current
    if not keys:
        raise CommandError(f"the key file {path} must hold a line for each key: its name, a colon and 64 hex digits")
    return keys
