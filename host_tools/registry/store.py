"""The registry's file: SQLite, to which entries are only ever added.

Triggers in the file itself refuse changes and removals, whichever program tries.  Each operation opens the file for
itself, so that several processes and threads (eight ports being flashed) can share it.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host_tools.errors import RegistryError
from host_tools.registry import export
from host_tools.registry.bindings import Bindings, Conflict, seen_otherwise
from host_tools.registry.entry import (
    BIND,
    COMMISSION,
    Entry,
    Position,
    check_sound,
    checked_mac,
    checked_name,
    checked_position,
    checked_text,
    from_content,
)

APPLICATION = 0x44495941  # "DIYA", in the header of the file
VERSION = 1
WAIT_S = 10.0  # longest wait for another process to have written

_SCHEMA = (
    "CREATE TABLE entry (arrival INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content TEXT NOT NULL)",
    "CREATE TRIGGER unchanged BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are only added'); END",
    "CREATE TRIGGER kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are only added'); END",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)


@dataclass(frozen=True)
class Merged:
    """``new``: how many entries this file did not have.  ``questions``: those open now."""

    new: int
    questions: tuple[Conflict, ...]


class Registry:
    """The registry in *path*, which is made when the first entry is added."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def bind(
        self, mac: str, pole: str, site: str, when: int, by: str = "", position: Position | None = None,
        reason: str = "", replace: bool = False,
    ) -> Entry:  # fmt: skip
        """Say that the board *mac* is on *pole* of *site* from *when* on (Unix s), and return the entry that says so.

        Where that is known already, nothing is added.  Raises SeenOtherwise, a Question, where board or pole is bound
        otherwise; with *replace* the new entry takes the place of those.  Raises RegistryError.
        """
        mac = checked_mac(mac)
        where = checked_position(position)
        checked_name("pole", pole), checked_name("site", site)
        by, reason = checked_text("name of who did it", by), checked_text("reason", reason)
        with self._writing() as db:
            known = Bindings(self._read(db))
            against, same = known.otherwise(mac, site, pole), known.same(mac, site, pole)
            if against and not replace:
                raise seen_otherwise(mac, site, pole, against)
            if same and not against and where in (None, known.position_of(site, pole)):
                return same[-1]
            replaces = tuple(entry.id for entry in against + same)
            entry = Entry(BIND, site, pole, mac, int(when), by, where, reason, replaces, nonce=secrets.token_hex(8))
            _add(db, entry)
        return entry

    def commissioned(self, record: Mapping[str, Any]) -> Entry:
        """Add the *record* of a commissioning: JSON with `site`, `pole`, `when` (Unix s), and if known `mac`, `by`,
        `position` [latitude, longitude] and `passed`.  Raises RegistryError."""
        try:
            where = record.get("position")
            entry = Entry(
                COMMISSION, checked_name("site", record["site"]), checked_name("pole", record["pole"]),
                checked_mac(record["mac"]) if record.get("mac") else "", int(record["when"]),
                checked_text("name of who did it", str(record.get("by") or "")),
                checked_position(None if where is None else (where[0], where[1])),
                record=json.loads(json.dumps(record, allow_nan=False)),
            )  # fmt: skip
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise RegistryError(f"the record of a commissioning lacks something or is not JSON: {error!r}") from error
        with self._writing() as db:
            _add(db, entry)
        return entry

    def bindings(self) -> Bindings:
        """The bindings that follow from all entries."""
        return Bindings(self.entries())

    def entries(self) -> list[Entry]:
        """Every entry, by time, in the same order on every laptop that has them."""
        with self._reading() as db:
            return Bindings(self._read(db) if db else ()).entries

    def pole_of(self, mac: str, site: str | None = None) -> str | None:
        """The pole that the board *mac* is on (of *site*, if given); None where it is on none.  Raises Question."""
        entry = self.bindings().of_mac(checked_mac(mac))
        return entry.pole if entry and site in (None, entry.site) else None

    def mac_of(self, pole: str, site: str) -> str | None:
        """The board on *pole* of *site*; None where there is none.  Raises Question."""
        entry = self.bindings().of_pole(site, pole)
        return entry.mac if entry else None

    def questions(self) -> list[Conflict]:
        """The open questions: entries of two people that contradict."""
        return self.bindings().conflicts()

    def merge(self, other: Path) -> Merged:
        """Take every entry of the registry file *other* that this one lacks; *other* is only read.

        All or nothing.  Whichever way and however often files are merged, they end up with the same entries.  Raises
        RegistryError where *other* is no registry, or damaged.
        """
        if not other.is_file():
            raise RegistryError(f"there is no registry {other} to merge: name the other laptop's registry file")
        if not other.stat().st_size:
            raise RegistryError(f"the file {other} is empty: name the other laptop's registry file")
        theirs = Registry(other)._from_outside()
        with self._writing() as db:
            new = sum(_add(db, entry) for entry in theirs)
            questions = Bindings(self._read(db)).conflicts()
        return Merged(new, tuple(questions))

    def export_csv(self, history: bool = False) -> str:
        """Every binding that holds, as CSV; with *history* every entry there is."""
        return export.history_csv(self.bindings()) if history else export.csv_of(self.bindings())

    def export_geojson(self) -> str:
        """Every binding that holds, as a GeoJSON FeatureCollection."""
        return export.geojson_of(self.bindings())

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        if not self.path.exists() or not self.path.stat().st_size:
            yield None
            return
        # where it may be written, SQLite can undo what a process that was killed had half written
        mode = "rw" if os.access(self.path, os.W_OK) else "ro"
        try:
            address = f"{self.path.resolve().as_uri()}?mode={mode}"
            with closing(sqlite3.connect(address, timeout=WAIT_S, uri=True)) as db:
                self._check(db)
                yield db
        except sqlite3.Error as error:
            raise self._refused("read", error) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)) as db:
                db.execute("BEGIN IMMEDIATE")
                try:
                    if not db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                        for statement in _SCHEMA:
                            db.execute(statement)
                    self._check(db)
                    yield db
                    db.execute("COMMIT")
                except BaseException:
                    if db.in_transaction:
                        db.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise self._refused("written", error) from error
        except OSError as error:
            raise RegistryError(f"the folder {self.path.parent} cannot be made: {error.strerror}") from error

    def _check(self, db: sqlite3.Connection) -> None:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise RegistryError(f"the file {self.path} is not a registry of poles: name another one")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise RegistryError(f"the registry {self.path} is of version {version}, and this diya knows {VERSION}")

    def _from_outside(self) -> list[Entry]:
        """Every entry, each of which makes sense.  Raises RegistryError."""
        with self._reading() as db:
            found = self._read(db) if db else []
        for number, entry in enumerate(found, 1):
            try:
                check_sound(entry)
            except ValueError as error:
                raise RegistryError(
                    f"entry {number} of the registry {self.path} makes no sense ({error}): nothing was merged"
                ) from error
        return found

    def _read(self, db: sqlite3.Connection) -> list[Entry]:
        found = []
        for number, name, content in db.execute("SELECT arrival, id, content FROM entry"):
            try:
                entry = from_content(content)
                if entry.id != name:
                    raise ValueError("its hash is another")
                found.append(entry)
            except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
                why = str(error) if type(error) is ValueError else type(error).__name__
                raise RegistryError(
                    f"entry {number} of the registry {self.path} is damaged ({why}): put the file away and merge"
                    " another laptop's into a new one"
                ) from error
        return found

    def _refused(self, what: str, error: sqlite3.Error) -> RegistryError:
        if "locked" in str(error):
            return RegistryError(f"the registry {self.path} is being written by another program: try again")
        return RegistryError(f"the registry {self.path} cannot be {what}: {error}")


def _add(db: sqlite3.Connection, entry: Entry) -> int:
    """How many entries that adds: none where it is there already."""
    statement = "INSERT OR IGNORE INTO entry (id, content) VALUES (?, ?)"
    return db.execute(statement, (entry.id, entry.content())).rowcount
