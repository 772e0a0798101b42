"""The audit: what was ordered and decided, append-only, and chained by the receiver so that no change stays unseen.

Each row that the receiver has taken has a number and a digest: HMAC-SHA256, under a key that only the receiver has, of
the digest of the row before and of its own fields.  How many rows there are, and the last digest, is kept in a file
beside that key: without it, rows cut off at the end would not be missed.  The file is written after the commit, so a
receiver that is killed between leaves it behind by those rows, which prove themselves.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store.command_tables import audit
from host_tools.errors import CommandError
from host_tools.files import create_secret, replace_file

KEY, HEAD = "audit.key", "audit.head"
CUT_OFF = "auditCutOff"  # what is in the audit where rows of it were missing when the receiver started
_SIGNED = ("zone", "at", "who", "door", "what", "command", "detail")
_MOST_FAULTS = 100


def add(
    connection: Connection,
    zone: str,
    at: int,
    who: str,
    door: str,
    what: str,
    command: int | None,
    detail: Mapping[str, Any],
) -> None:
    """Adds a row, which the receiver of *zone* is to chain."""
    text = json.dumps(detail, sort_keys=True, ensure_ascii=True)
    connection.execute(
        sa.insert(audit).values(zone=zone, at=at, who=who, door=door, what=what, command=command, detail=text)
    )  # fmt: skip


@dataclass(frozen=True)
class Head:
    """The end of the chain."""

    count: int = 0
    digest: str = ""


class Chain:
    """Chains the rows of *zone* with the key in *folder*, which is made where there is none.  Raises CommandError."""

    def __init__(self, folder: Path, zone: str = "") -> None:
        self._folder, self._zone = folder, zone
        self._key = _key(folder)
        self._store = ""
        self._written: Head | None = None  # on the disk
        self._head: Head | None = None  # of the transaction

    def seal_of(self, values: list[Any]) -> str:
        """What proves that *values* were written by the receiver."""
        return hmac.new(self._key, b"order\n" + json.dumps(values).encode(), hashlib.sha256).hexdigest()

    def load(self, connection: Connection, at: int) -> str:
        """Takes the end of the chain from the store; a sentence where rows are missing, which is noted in the audit."""
        self._store = store_of(connection)
        self._written = read_head(self._folder, self._store, self._zone)
        self._head = _last(connection, self._zone)
        if self._head.count >= self._written.count:
            return ""
        lost = self._written.count - self._head.count
        self._written = None  # what is missing stays in the audit itself
        add(
            connection,
            self._zone,
            at,
            "receiver",
            "receiver",
            CUT_OFF,
            None,
            {"had": self._head.count + lost, "has": self._head.count},
        )
        why = "they were cut off, or an older store was restored"
        return f"the audit has {self._head.count} rows and had {lost} more: {why}"

    def chain(self, connection: Connection) -> int:
        """Numbers and chains the rows that have none; how many."""
        if self._head is None:
            self._store = store_of(connection)
            self._head = _last(connection, self._zone)
        rows = (
            connection.execute(
                sa.select(audit).where(audit.c.number.is_(None), audit.c.zone == self._zone).order_by(audit.c.id)
            )
            .mappings()
            .all()
        )
        head, values = self._head, []
        for row in rows:
            head = Head(head.count + 1, _digest(self._key, head, row))
            values.append({"row": row["id"], "number": head.count, "digest": head.digest})
        if values:
            new = sa.update(audit).where(audit.c.id == sa.bindparam("row"))
            connection.execute(new, values)
            self._head = head
        return len(values)

    def committed(self) -> None:
        """To be called after the commit: keeps the end of the chain on the disk.  Raises CommandError."""
        if self._head is None or self._head == self._written:
            return
        path = self._folder / HEAD
        heads = _heads(path)
        heads[_name(self._store, self._zone)] = {"count": self._head.count, "digest": self._head.digest}
        try:
            replace_file(path, (json.dumps(heads, indent=1) + "\n").encode(), 0o600)
        except OSError as error:
            raise CommandError(f"the file {path} cannot be written: {error.strerror or error}") from error
        self._written = self._head


def verify(connection: Connection, folder: Path, zone: str = "") -> tuple[int, list[str], int]:
    """(rows in the chain, what is wrong in sentences, rows that wait to be chained).  Raises CommandError."""
    key, head = _key(folder, make=False), read_head(folder, store_of(connection), zone)
    wrong: list[str] = []
    before, waiting = Head(), 0
    rows = sa.select(audit).where(audit.c.zone == zone).order_by(audit.c.number.is_(None), audit.c.number)
    for row in connection.execute(rows).mappings():
        number = row["number"]
        if number is None:
            waiting += 1
            continue
        gap = number - before.count - 1
        if gap > 0:
            wrong.append(_missing(before.count + 1, number - 1))
        good = hmac.compare_digest(_digest(key, Head(number - 1, before.digest), row), str(row["digest"]))
        if not good and gap <= 0:
            wrong.append(f"row {number} was changed, or was not written by the receiver")
        elif number == head.count and row["digest"] != head.digest:
            wrong.append(f"row {number} is not the one that was there when it was written")
        if good and row["what"] == CUT_OFF:
            had = json.loads(row["detail"])
            wrong.append(f"row {number} says that {had['had'] - had['has']} rows before it were missing at a start")
        before = Head(number, str(row["digest"]))
    if before.count and not head.count:
        wrong.append(f"{folder / HEAD} has no end of this audit, so rows that were cut off there would not be missed")
    if before.count < head.count:
        wrong.append(_missing(before.count + 1, head.count))
    return before.count, wrong[:_MOST_FAULTS], waiting


def store_of(connection: Connection) -> str:
    """Which store this is: one folder may have the ends of several."""
    if connection.dialect.name == "sqlite":
        return os.path.realpath(str(connection.exec_driver_sql("PRAGMA database_list").all()[0][2]))
    return f"postgresql/{connection.execute(sa.select(sa.func.current_database())).scalar_one()}"


def read_head(folder: Path, store: str, zone: str = "") -> Head:
    """The end of the chain of *store* and *zone* as it is kept in *folder*; Head() where it is not there.

    Raises CommandError.
    """
    path = folder / HEAD
    kept = _heads(path).get(_name(store, zone))
    try:
        return Head(int(kept["count"]), str(kept["digest"])) if kept is not None else Head()
    except (ValueError, TypeError, KeyError) as error:
        raise CommandError(f"the file {path}, the ends of audits, makes no sense: {error}") from error


def _heads(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CommandError(f"the file {path}, the ends of audits, cannot be read: {error}") from error
    if not isinstance(kept, dict):
        raise CommandError(f"the file {path}, the ends of audits, must be a JSON object")
    return kept


def _name(store: str, zone: str) -> str:
    return f"{store} {zone}" if zone else store


def _missing(low: int, high: int) -> str:
    return f"row {low} is missing" if low == high else f"rows {low} to {high} are missing"


def _key(folder: Path, make: bool = True) -> bytes:
    path = folder / KEY
    try:
        if make and not path.exists():
            create_secret(path, secrets.token_hex(32) + "\n")
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise CommandError(f"there is no {KEY} in {folder}: it is beside the receiver's keys") from None
    except OSError as error:
        raise CommandError(f"the file {path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise CommandError(f"the file {path} must hold 64 hexadecimal digits") from error
    if len(key) != 32:
        raise CommandError(f"the file {path} must hold 64 hexadecimal digits")
    return key


def _last(connection: Connection, zone: str) -> Head:
    newest = sa.select(audit.c.number, audit.c.digest).where(audit.c.number.is_not(None), audit.c.zone == zone)
    row = connection.execute(newest.order_by(audit.c.number.desc()).limit(1)).one_or_none()
    return Head(int(row[0]), str(row[1])) if row else Head()


def _digest(key: bytes, before: Head, row: Mapping[Any, Any]) -> str:
    text = json.dumps([before.digest, before.count + 1, *(row[name] for name in _SIGNED)], ensure_ascii=True)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
