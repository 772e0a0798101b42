"""The file with the city's keys, and a safe change of a key in it: no pole is ever locked out.

A new key is first written beside the old one, as pending, and only then sent.  If the program is killed at any moment,
the file holds both, so the one that the pole uses is among them; the next run finds out which and goes on with it.

    P0001:0123...          the key in force
    P0001:4567... pending  the one that is to take its place

Each change locks the file, reads it again, and replaces it whole: programs that run at the same time lose nothing.
No sentence here repeats what stands in a line: it may be a key.
"""

from __future__ import annotations

import codecs
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from host_tools.errors import CommandError
from host_tools.files import Busy, locked, write_secret
from host_tools.keys.key import Key

_LINE = re.compile(r"([A-Za-z0-9_.-]{1,32})\s*:\s*([0-9a-fA-F]{64})(\s+pending)?(\s+#.*)?")
_NAMED = re.compile(r"([^\s:]*)\s*:\s*(\S*)\s*(.*)")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,32}")


class KeyFile:
    """The keys in the file at *path*: ``current`` and ``pending`` ones by name.  Raises CommandError.

    Empty lines and those with # are remarks, and stay where they are.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._proposed: dict[str, Key] = {}
        self._load()

    def known(self) -> dict[str, Key]:
        """The keys in force.  Raises CommandError where there is none."""
        if not self.current:
            raise CommandError(
                f"the key file {self.path} must hold a line for each key: its name, a colon and 64 hex digits"
            )
        return self.current

    def add(self, names: Iterable[str]) -> list[str]:
        """New keys, in force at once, for those of *names* that have none; which those were."""
        wanted = list(dict.fromkeys(names))
        if all(name in self.current for name in wanted):
            return []
        with self._changing():
            made = {name: Key(name, secrets.token_bytes(32)) for name in wanted if name not in self.current}
            self._write([*self._lines, *(f"{name}:{key.secret.hex()}" for name, key in made.items())])
        return list(made)

    def propose(self, *names: str) -> None:
        """For each of *names* a key that is to be called so: the pending one, else a new one, written as pending."""
        if all(name in self._proposed for name in names):
            return
        with self._changing():
            made = {name: Key(name, secrets.token_bytes(32)) for name in names if name not in self.pending}
            if made:
                self._write([*self._lines, *(f"{name}:{key.secret.hex()} pending" for name, key in made.items())])
            self._proposed |= {name: self.pending[name] for name in names}

    def proposed(self, name: str) -> Key:
        """The key that is to be called *name* from now on."""
        self.propose(name)
        return self._proposed[name]

    def settle(self, *names: str) -> None:
        """The pending keys called so are in force; one that another program has settled stays as it is."""
        with self._changing():
            ready = {
                name: self.pending[name]
                for name in names
                if name in self.pending and self.pending[name] == self._proposed.get(name, self.pending[name])
            }
            if ready:
                lines = (f"{name}:{key.secret.hex()}" for name, key in ready.items())
                self._write([*self._without(ready), *lines])
        for name in ready:
            self._proposed.pop(name, None)

    def _load(self) -> None:
        try:
            self._lines = _decoded(self.path.read_bytes(), self.path).splitlines()
        except OSError as error:
            raise CommandError(f"the key file {self.path} cannot be read: {error.strerror}") from error
        self.current: dict[str, Key] = {}
        self.pending: dict[str, Key] = {}
        where: dict[tuple[str, bool], int] = {}
        for number, line in enumerate(self._lines, 1):
            plain = line.strip()
            if not plain or plain.startswith("#"):
                continue
            found = _LINE.fullmatch(plain)
            if not found:
                raise CommandError(f"line {number} of the key file {self.path} {_mistake(plain)}")
            name, pending = found[1], bool(found[3])
            first = where.setdefault((name, pending), number)
            if first != number:
                raise CommandError(
                    f"line {number} of the key file {self.path} has the same name as line {first} and must have another"
                )
            (self.pending if pending else self.current)[name] = Key(name, bytes.fromhex(found[2]))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Locks the file, and reads it as it is now."""
        if self.path.exists() and not self.path.is_file():
            raise CommandError(f"the key file {self.path} must be a file on a disk, where a new key can be kept")
        try:
            with locked(self.path):
                self._load()
                yield
        except Busy as error:
            raise CommandError(f"the key file {self.path} is being changed by another program: try again") from error
        except OSError as error:
            raise CommandError(f"the key file {self.path} cannot be written: {error.strerror}") from error

    def _without(self, names: Collection[str]) -> Iterator[str]:
        for line in self._lines:
            found = _LINE.fullmatch(line.strip())
            if not found or found[1] not in names:
                yield line

    def _write(self, lines: list[str]) -> None:
        write_secret(self.path, "".join(line + "\n" for line in lines))
        self._load()


def for_pole(keys: Mapping[str, Key], pole: str, groups: Collection[str], site: str) -> Key | None:
    """Which of *keys* a command to *pole* alone is sealed with: its own, one of its *groups*', or the *site*'s.

    Where there is only one key in all, it is that one.  None: there is none for it.
    """
    for name in (pole, *sorted(groups), site):
        if name in keys:
            return keys[name]
    return next(iter(keys.values())) if len(keys) == 1 else None


def for_target(
    keys: Mapping[str, Key], site: str, group: str | None, meant: Mapping[str, Collection[str]],
    poles: Collection[str],
) -> Key | dict[str, Key]:  # fmt: skip
    """Which of *keys* a command is sealed with; *meant* are those of the site's *poles* it is for, and their groups.

    To a *group* ("": all poles of *site*) it goes as one message under the key of the group or the site, or under the
    only key there is.  Without such a key, and to poles that are named (*group* None), it goes to each pole under that
    pole's key (`for_pole`): by pole.  Raises CommandError where a pole has none.
    """
    if group is not None:
        for name in (group or site, site):
            if name in keys:
                return keys[name]
        if len(keys) == 1 and (only := next(iter(keys.values()))).name not in poles:
            return only
    found = {}
    without = []
    for pole, groups in meant.items():
        key = for_pole(keys, pole, groups, site)
        if key is None or (key.name != pole and key.name in poles):
            without.append(pole)
        else:
            found[pole] = key
    if without:
        some = ", ".join(without[:5]) + (f" and {len(without) - 5} more" if len(without) > 5 else "")
        raise CommandError(f"the key file has no key for {some}: it must hold their own, or one that they share")
    return found


def _decoded(data: bytes, path: Path) -> str:
    """The text of a key file, as editors on any system write it.  Raises CommandError."""
    code = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(code)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CommandError(f"line {line} of the key file {path} is not text in UTF-8") from error


def _mistake(line: str) -> str:
    """What is wrong with a *line* of a key file, without repeating any of it."""
    shape = "must be a key's name, a colon and 64 hexadecimal digits"
    found = _NAMED.fullmatch(line)
    if not found:
        return shape
    name, key, rest = found.groups()
    if not _NAME.fullmatch(name):
        return f"has a name that makes no sense: it {shape}, the name of 1 to 32 letters, digits, dots, dashes or _"
    if not re.fullmatch(r"[0-9a-fA-F]*", key):
        return f"has a key with characters that are no hexadecimal digits: it {shape}"
    if len(key) != 64:
        return f"has a key of {len(key)} digits: it {shape}"
    more = "has something behind the key, where only `pending` or a remark with # may stand: it "
    return f"{more if rest else ''}{shape}"
