"""Passwords for the broker: made here, never changed by a second run, and written in Mosquitto's format."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from host_tools import spreadsheet
from host_tools.errors import BrokerError

# As Mosquitto 2 writes them itself.  More rounds protect passwords that people think up; ours have 192 random bits,
# and a ward that reconnects at once should not keep the broker busy with hashing.
ROUNDS = 101
SALT_BYTES = 12

_PART = 500  # passwords hashed at a time

_FIELDS = ("user", "password")


def hashed(password: str, salt: bytes | None = None) -> str:
    """*password* as a line of a Mosquitto 2 password file has it: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def hashed_lines(passwords: Mapping[str, str], progress: Callable[[int, int], None] = lambda all_, left: None) -> str:
    """A Mosquitto password file for *passwords* by user, hashed on every core.

    *progress* is told how many there are, and how many are left.
    """
    items = list(passwords.items())
    parts = [items[at : at + _PART] for at in range(0, len(items), _PART)]
    out = []
    with ThreadPoolExecutor(os.cpu_count()) as several:  # hashlib lets other threads run meanwhile
        for done, text in enumerate(several.map(_hashed_part, parts), 1):
            out.append(text)
            progress(len(items), max(0, len(items) - done * _PART))
    return "".join(out)


def _hashed_part(items: list[tuple[str, str]]) -> str:
    return "".join(f"{user}:{hashed(password)}\n" for user, password in items)


def new_password() -> str:
    """192 random bits as letters, digits, - and _; the first is none that a spreadsheet takes for a formula."""
    while not (password := secrets.token_urlsafe(24))[0].isalnum():
        pass
    return password


def read(path: Path) -> dict[str, str]:
    """The passwords in the CSV file at *path*, by user.  Raises BrokerError, which repeats nothing of the file."""
    try:
        rows = list(spreadsheet.lines(spreadsheet.decoded(path.read_bytes())))
    except OSError as error:
        raise BrokerError(f"the file {path} must be CSV and cannot be read: {error.strerror}") from error
    except spreadsheet.NotCsv as error:
        raise BrokerError(f"the file {path} must be CSV: {error}") from error
    head = rows[0].cells if rows else []
    if any(head.count(field) != 1 for field in _FIELDS):
        raise BrokerError(f"the file {path} must be CSV with the columns user and password")
    user, password = (head.index(field) for field in _FIELDS)
    out: dict[str, str] = {}
    for number, cells in rows[1:]:
        if len(cells) < len(head) or not cells[user] or not cells[password] or cells[user] in out:
            raise BrokerError(
                f"line {number} of the file {path} must have a user who has no other line, and a password"
            )
        out[cells[user]] = cells[password]
    return out


def as_csv(passwords: dict[str, str]) -> str:
    """*passwords* as `read` takes them."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_FIELDS)
    table.writerows(passwords.items())
    return out.getvalue()
