"""The regions as files for esptool, in a folder that only this user may read: they hold keys."""

from __future__ import annotations

import errno
import shutil
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from host_tools.field.flashing.errors import NoSpace
from host_tools.field.flashing.plan import Part, digest, padded


class Files:
    """A folder of regions for all ports of one run: what poles have in common is there once.  Gone after ``with``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sizes: dict[str, int] = {}

    def __enter__(self) -> Files:
        with room(Path(tempfile.gettempdir())):
            self.folder = Path(tempfile.mkdtemp(prefix="diya-flash-"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def put(self, region: Part) -> Path:
        """The file with *region*'s bytes.  Raises NoSpace."""
        data = padded(region.data)
        file = self.folder / digest(data) / region.name
        with self._lock, room(self.folder):
            if not file.exists():
                file.parent.mkdir(exist_ok=True)
                try:
                    file.write_bytes(data)
                except OSError:
                    file.unlink(missing_ok=True)
                    raise
        return file

    def own(self) -> Path:
        """A new folder for one process's own files.  Raises NoSpace."""
        with room(self.folder):
            return Path(tempfile.mkdtemp(dir=self.folder))

    def compressed(self, region: Part) -> int:
        """Bytes that *region* is on the line: esptool compresses as much as zlib can."""
        data = padded(region.data)
        key = digest(data)
        if key not in self._sizes:
            self._sizes[key] = min(len(data), len(zlib.compress(data, 9)))
        return self._sizes[key]


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """Turns the system's error for no space in *folder* into NoSpace."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace("flash.no_space", folder=folder) from error
        raise
