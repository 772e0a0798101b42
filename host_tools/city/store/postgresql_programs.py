"""PostgreSQL's own programs (pg_dump, pg_restore, psql) on this machine, of the version that a server needs.

pg_dump refuses a server that is newer than itself, and what a newer pg_restore writes an older server may not
understand (`SET transaction_timeout` of version 17).  So the one of the server's own version comes first, then the next
newer one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from host_tools.errors import RecordError

# where packages of Debian, Red Hat and Homebrew put them: not on the PATH, so that several versions have room
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def folders(name: str) -> list[tuple[int, Path]]:
    """The folders that have the program *name*, each with the version of it, oldest first."""
    found: dict[Path, int] = {}
    for place in _places(name):
        said = subprocess.run([place / name, "--version"], capture_output=True, text=True, check=False).stdout
        if version := re.search(r" (\d+)", said):
            found[place] = int(version[1])
    return sorted((version, place) for place, version in found.items())


def _places(name: str) -> Iterable[Path]:
    for pattern in _FOLDERS:
        yield from (place for place in Path("/").glob(pattern.lstrip("/")) if (place / name).is_file())
    on_path = shutil.which(name)
    if on_path:
        real = Path(on_path).resolve()  # beside it are the others; Debian's own is a program that chooses one
        yield real.parent if real.name == name else Path(on_path).parent


def program(name: str, server: int) -> Path:
    """The program *name* for a server of the major version *server*.  Raises RecordError where there is none."""
    found = folders(name)
    for version, folder in found:
        if version >= server:
            return folder / name
    if found:
        newest = found[-1][0]
        raise RecordError(
            f"{name} on this machine is of version {newest} and the server of {server}: install PostgreSQL's programs "
            f"of version {server} (Debian: postgresql-client-{server})"
        )
    raise RecordError(f"{name} is not on this machine: install PostgreSQL's programs (Debian: postgresql-client)")
