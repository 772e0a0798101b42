"""Sends NGSI-LD's notifications, in a thread beside a receiver that never waits for it."""

from __future__ import annotations

import hashlib
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import time
from typing import Any

from sqlalchemy.engine import RowMapping

from host_tools.city.doors import ngsi_book, ngsi_subscription
from host_tools.city.doors.ngsi_entities import TYPES, Entities
from host_tools.city.doors.ngsi_form import LD_JSON, Refused, context, formed, stamp
from host_tools.city.doors.ngsi_rows import changed_since, revision_now, seen_of
from host_tools.city.doors.ngsi_subscription import Subscription
from host_tools.city.store.database import Database, postgresql, sqlite, sqlite_connection
from host_tools.errors import RecordError
from host_tools.site.model import Site

TURN_S, TIMEOUT_S = 2.0, 15.0
AT_ONCE = 200  # entities in one notification


class Unsent(Exception):
    """The other side did not take it."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: what is sent goes to a host that site.toml names, and nowhere else."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


class NgsiSender:
    """Of the store *database* and *site*.  *now*: Unix s at the site; *wall*: of real time, for what to try when."""

    def __init__(
        self, database: Database, site: Site, now: Callable[[], int], say: Callable[[str], None],
        wall: Callable[[], float] = time,
    ) -> None:  # fmt: skip
        self._database, self._site, self._now, self._say, self._wall = database, site, now, say, wall
        self._entities = Entities(site)
        self._told: dict[str, dict[str, str]] = {}  # by subscription and entity: a digest of what it was told last

    def run(self, stop: Event) -> None:
        """Until *stop*."""
        while not stop.wait(TURN_S):
            try:
                self.turn()
            except RecordError:
                pass  # the receiver says so; the store is tried again
            except Exception as error:  # one subscription must not end the others
                self._say(f"a notification failed: {type(error).__name__}: {error}")

    def turn(self) -> int:
        """Sends what is due now; how many notifications were taken."""
        wall = int(self._wall())
        with self._database.transaction() as connection:
            ngsi_book.over(connection, self._now())
            rows = ngsi_book.due(connection, wall)
            newest = revision_now(connection)
            behind = [row for row in rows if row["seen"] < newest and ngsi_book.lease(connection, row["id"], wall)]
        self._told = {row["id"]: self._told.get(row["id"], {}) for row in rows} if rows else {}
        return sum(self._send(row, newest) for row in behind)

    def _send(self, row: RowMapping, newest: int) -> int:
        number, told = row["id"], self._told[row["id"]]
        try:
            one = ngsi_subscription.read(json.loads(row["body"]), self._site.publish.hosts, 0)
        except Refused as error:  # its host is no longer in site.toml
            self._failed(row, str(error))
            return 0
        with self._database.transaction() as connection:
            changed = changed_since(connection, row["seen"])
            seen = seen_of(connection) if changed else {}
        touched = self._entities.touched(changed)
        data, digests = [], {}
        for kind in TYPES:
            if not one.active or kind not in one.types or not touched[kind]:
                continue
            for entity in self._entities.of(kind, seen, touched[kind]):
                if one.matches(entity):
                    digest = hashlib.sha256(one.shown(entity).encode()).hexdigest()
                    if told.get(entity["id"]) != digest:
                        data.append(formed(entity, one.key_values, one.attrs))
                        digests[entity["id"]] = digest
        try:
            for start in range(0, len(data), AT_ONCE):
                self._post(one, data[start : start + AT_ONCE])
        except Unsent as error:
            self._failed(row, str(error))
            return 0
        told |= digests
        with self._database.transaction() as connection:
            if data:
                ngsi_book.sent(connection, number, newest, self._now(), int(self._wall()), one.throttle_s)
            else:
                ngsi_book.skipped(connection, number, newest)
        return int(bool(data))

    def _failed(self, row: RowMapping, why: str) -> None:
        with self._database.transaction() as connection:
            ngsi_book.failed(connection, row, why, self._now(), int(self._wall()))

    def _post(self, one: Subscription, data: list[dict[str, Any]]) -> None:
        body: dict[str, Any] = {
            "id": f"urn:ngsi-ld:Notification:{secrets.token_hex(12)}", "type": "Notification",
            "subscriptionId": one.id, "notifiedAt": stamp(self._now()), "data": data,
        }  # fmt: skip
        if one.accept == LD_JSON:
            body |= context()
        headers = {**dict(one.headers), "Content-Type": one.accept, "User-Agent": "diya"}
        request = urllib.request.Request(one.uri, json.dumps(body).encode(), headers, method="POST")
        try:
            with urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({})).open(
                request, timeout=TIMEOUT_S
            ) as answer:
                answer.read(65536)
        except urllib.error.HTTPError as error:
            error.close()
            raise Unsent(f"it answered {error.code}") from error
        except (OSError, ValueError) as error:
            raise Unsent(f"it could not be reached: {getattr(error, 'reason', None) or error}") from error


@contextmanager
def notifying(
    where: Path | str, site: Site | None, now: Callable[[], int], say: Callable[[str], None]
) -> Iterator[None]:  # fmt: skip
    """Meanwhile, sends notifications of the store at *where*, a file or URL; nothing where *site* names no host."""
    if site is None or not site.publish.hosts:
        yield
        return
    if isinstance(where, Path):
        file = where
        database = sqlite(lambda: sqlite_connection(file), str(file), str)
    else:
        database = postgresql(where)
    stop = Event()
    thread = Thread(target=NgsiSender(database, site, now, say).run, args=(stop,), name="ngsi", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(TIMEOUT_S + 5)
        database.close()
