"""A file kept between runs: the baud rate of each adapter, the signer of each site, and unfinished work."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from host_tools.field.flashing.errors import FlashError
from host_tools.files import locked, replace_file
from host_tools.user_folders import state_folder

VARIABLE = "DIYA_STATE"


@dataclass
class Done:
    """One pole of a run: at which port and adapter, and whether it was flashed."""

    pole: str
    port: str
    adapter: str
    done: bool = False


def memory_path() -> Path:
    """`flashing.json` in DIYA_STATE, else in `diya` in XDG_STATE_HOME or ~/.local/state."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named) / "flashing.json"
    return state_folder() / "flashing.json"


class Memory:
    """The file *path*.  A missing or damaged one counts as empty: it only saves time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._all = self._read()

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def _of(self, name: str) -> dict[str, Any]:
        return _table(self._all, name)

    def baud_of(self, adapter: str) -> int | None:
        """The rate *adapter* last flashed a pole at."""
        found = self._of("baud").get(adapter)
        return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None

    def keep_baud(self, adapter: str, baud: int) -> None:
        """Note that *adapter* has flashed a pole at *baud*."""
        with self._lock:
            if self.baud_of(adapter) != baud:
                self._keep("baud", adapter, baud)

    def signer_of(self, site: str) -> str | None:
        """Fingerprint of the key that signed the bundles of *site* so far."""
        found = self._of("signers").get(site)
        return found if isinstance(found, str) else None

    def keep_signer(self, site: str, fingerprint: str) -> None:
        """Note that bundles of *site* are signed with that key."""
        with self._lock:
            if self.signer_of(site) != fingerprint:
                self._keep("signers", site, fingerprint)

    def begin(self, bundle: Path, erase_data: bool) -> None:
        """Note that a new run begins, in the place of the last one."""
        with self._lock:
            self._all["run"] = {"bundle": str(bundle.resolve()), "eraseData": erase_data, "poles": []}
            self._keep_run()

    def note(self, done: Done) -> None:
        """Note the state of a pole of this run."""
        with self._lock:
            poles = self._all["run"]["poles"]
            self._all["run"]["poles"] = [pole for pole in poles if pole["pole"] != done.pole] + [asdict(done)]
            self._keep_run()

    def last(self) -> tuple[Path, bool, list[Done]]:
        """Of the last run: its bundle, whether it erased data, what it did.  Raises FlashError where there was none."""
        try:
            run = self._all["run"]
            poles = [Done(**pole) for pole in run["poles"]]
            if not all(isinstance(text, str) for one in poles for text in (one.pole, one.port, one.adapter)):
                raise TypeError
            return Path(run["bundle"]), bool(run["eraseData"]), poles
        except (KeyError, TypeError):
            raise FlashError("flash.no_run") from None

    def _keep(self, table: str, name: str, value: Any) -> None:
        self._all[table] = {**self._of(table), name: value}
        self._write(lambda there: {**there, table: {**_table(there, table), name: value}})

    def _keep_run(self) -> None:
        self._write(lambda there: {**there, "run": self._all["run"]})

    def _write(self, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Apply *changed* to the file as it is now: another `diya flash` may have written it meanwhile."""
        with contextlib.suppress(OSError):  # a full disk or a read-only home is no reason not to flash
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(0o600)
            with locked(self.path):
                replace_file(self.path, json.dumps(changed(self._read()), indent=1).encode())


def _table(values: dict[str, Any], name: str) -> dict[str, Any]:
    found = values.get(name)
    return found if isinstance(found, dict) else {}
