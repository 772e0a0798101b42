"""Passwords for the broker: made here, never changed by a second run, and written as Mosquitto checks them."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import secrets
from collections.abc import Iterable
from pathlib import Path

from host_tools.errors import BrokerError

# As Mosquitto 2 writes them itself.  More rounds protect passwords that people think up; ours have 192 random bits,
# and a ward that reconnects at once should not keep the broker busy with hashing.
ROUNDS = 101
SALT_BYTES = 12

_FIELDS = ("user", "password")


def hashed(password: str, salt: bytes | None = None) -> str:
    """*password* as a line of a Mosquitto 2 password file has it: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def kept(path: Path, users: Iterable[str]) -> dict[str, str]:
    """A password for each of *users*: that of the CSV file at *path* where it has one, else a new one.

    Raises BrokerError where the file is there and makes no sense: passwords in use would be lost.
    """
    known = read(path) if path.exists() else {}
    return {user: known.get(user) or secrets.token_urlsafe(24) for user in users}


def read(path: Path) -> dict[str, str]:
    """The passwords in the CSV file at *path*, by user.  Raises BrokerError."""
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        return {row["user"]: row["password"] for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise BrokerError(f"the file {path} must be CSV with the columns user and password: {error!r}") from error


def as_csv(passwords: dict[str, str]) -> str:
    """*passwords* as `read` takes them."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_FIELDS)
    table.writerows(passwords.items())
    return out.getvalue()
