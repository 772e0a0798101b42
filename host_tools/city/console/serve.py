"""Runs the console: a receiver beside it where none runs, the first user where there is none, and granian."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces

from host_tools.city.console.access import passwords
from host_tools.city.console.access.users import add_first
from host_tools.city.console.city import City
from host_tools.city.console.settings import Settings
from host_tools.city.store.database import Unkeepable
from host_tools.city.store.receiver_status import statuses
from host_tools.errors import RecordError
from host_tools.installed import diya_script
from host_tools.language.language import Spoken

FRESH_S = 15.0  # a receiver that said something so recently may run
HEARD_S = 3.5  # within which one that runs says something new
AGAIN_S, LONGEST_AGAIN_S = 1.0, 60.0  # until a receiver that ended is started again, twice as long each time
OPENED_S = 60.0  # longest wait for the store that a receiver makes


def receiver_runs(settings: Settings) -> bool:
    """Whether a receiver says of itself that it is alive: one that died with the last console has just said so."""
    try:
        city = City(settings)
    except RecordError:
        return False

    def said() -> dict[str, float]:
        with city.reading() as connection:
            return {one.zone: one.said for one in statuses(connection)}

    try:
        first = said()
        if not any(city.wall() - at < FRESH_S for at in first.values()):
            return False
        until = time.monotonic() + HEARD_S
        while time.monotonic() < until:
            time.sleep(0.25)
            if said() != first:
                return True
        return False
    finally:
        city.close()


@contextmanager
def receiver(words: Sequence[str]) -> Iterator[None]:
    """`diya record run` with *words* as a child, as long as this lasts; one that ends by itself is started again."""
    kept = _Receiver([diya_script(), "record", "run", *words])
    kept.start()
    try:
        yield
    finally:
        kept.end()


class _Receiver(threading.Thread):
    """Runs *command* until `end`."""

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self._command = command
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        wait_s = AGAIN_S
        while not self._over.is_set():
            with self._lock:
                if self._over.is_set():
                    return
                self._child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)
            began = time.monotonic()
            self._child.wait()
            wait_s = AGAIN_S if time.monotonic() - began > LONGEST_AGAIN_S else min(2 * wait_s, LONGEST_AGAIN_S)
            self._over.wait(wait_s)

    def end(self) -> None:
        """Ends it and waits for its end."""
        with self._lock:
            self._over.set()
        if (child := self._child) is not None:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
        self.join()


def first_user(settings: Settings) -> str:
    """The one-time password of a new user `admin` where the store has no user; else "".

    Waits for the store, which a receiver that has just begun may still be making.  Raises RecordError.
    """
    city = _awaited(lambda: City(settings))
    try:
        password = passwords.one_time()
        try:
            with city.writing() as connection:
                return password if add_first(connection, password, int(city.wall())) else ""
        except (Unkeepable, Spoken):  # another console has made him at the same moment
            return ""
    finally:
        city.close()


def serve(settings: Settings, address: str, port: int, certificate: Path | None, key: Path | None) -> None:
    """Answers at *address* until Ctrl-C."""
    settings.to_environment()
    Granian(
        "host_tools.city.console.app:from_settings", factory=True, address=address, port=port,
        interface=Interfaces.ASGI, websockets=False, ssl_cert=certificate, ssl_key=key, log_enabled=False,
        respawn_failed_workers=True,
    ).serve()  # fmt: skip


def _awaited(opened: Callable[[], City]) -> City:
    until = time.monotonic() + OPENED_S
    while True:
        try:
            return opened()
        except RecordError:
            if time.monotonic() > until:
                raise
        time.sleep(0.3)
