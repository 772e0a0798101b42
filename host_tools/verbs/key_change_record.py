"""What `diya update change-key` notes in the record of the receiver, where one is named."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from host_tools.errors import CommandError
from host_tools.verbs.rollout_record import opened, site_of, writing

if TYPE_CHECKING:
    from host_tools.city.store.database import Database
    from host_tools.city.updates.key_change import KeyChange, KeyChangeOutcome


class Noted:
    """*change* in the record *there*; None: nothing is noted."""

    def __init__(self, there: Database | None, change: KeyChange) -> None:
        self._there, self._change = there, change

    def busy(self) -> set[str]:
        """The poles on which a release is under way."""
        from host_tools.city.updates import key_change_rows

        if self._there is None:
            return set()
        with self._there.transaction() as connection:
            return key_change_rows.under_way(connection)

    def ask(self, poles: list[str]) -> None:
        """Notes that *poles* are sent it, before they are."""
        from host_tools.city.updates import key_change_rows
        from host_tools.city.updates.kept_release import days_ahead

        if self._there is not None and poles:
            with writing(self._there) as (connection, now):
                if days_ahead(self._change.serial, max(now, time.time())):
                    raise CommandError(
                        f"the change was signed with the serial {self._change.serial}, more than a day after now: the "
                        "clock was wrong. Sign it again: poles would take no update until then"
                    )
                key_change_rows.ask(connection, getpass.getuser(), self._change, poles, now)

    def end(self, outcome: KeyChangeOutcome) -> None:
        """Notes what came of it."""
        from host_tools.city.updates import key_change_rows

        if self._there is not None:
            with writing(self._there) as (connection, now):
                key_change_rows.end(connection, getpass.getuser(), self._change, outcome, now)


@contextmanager
def noted_in(db: str | None, site: str, change: KeyChange) -> Iterator[Noted]:
    """*change* in the record *db* (a file or a URL; None: nowhere).  Raises CommandError where it is not of *site*."""
    if db is None:
        yield Noted(None, change)
        return
    with opened(db) as there:
        with there.transaction() as connection:
            own = site_of(connection)
        if own != site:
            raise CommandError(f"the record {db} is of {own}, and must be of {site}")
        yield Noted(there, change)
