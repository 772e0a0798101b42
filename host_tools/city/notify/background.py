"""Sends in a thread beside a receiver, which never waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from host_tools.city.notify.mail import TIMEOUT_S
from host_tools.city.notify.sender import Sender
from host_tools.city.store.database import postgresql, sqlite, sqlite_connection
from host_tools.site.model import Site

END_S = TIMEOUT_S + 5  # for what is being sent at the end


@contextmanager
def sending(
    where: Path | str, site: Site | None, folder: Path, now: Callable[[], int], say: Callable[[str], None]
) -> Iterator[None]:  # fmt: skip
    """Meanwhile, sends what is due in the outbox of the store at *where*, a file or URL, over a connection of its own.

    *folder* holds the files of *site*; nothing is sent where it is None or has no channel.  *now* and *say* are as for
    a Sender.
    """
    if site is None or not site.alarms.channels:
        yield
        return
    if isinstance(where, Path):
        file = where
        database = sqlite(lambda: sqlite_connection(file), str(file), str)
    else:
        database = postgresql(where)
    stop = Event()
    thread = Thread(target=Sender(database, site, folder, now, say).run, args=(stop,), name="notify", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(END_S)
        database.close()
