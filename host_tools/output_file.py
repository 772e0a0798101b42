"""Output files of verbs: checked before the work, and written whole or not at all at its end."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from host_tools.errors import CommandError
from host_tools.files import replace_file


def try_output(option: str, path: Path | None) -> None:
    """Try whether the file at *path*, given with *option*, can be written; nothing is where *path* is None.

    Raises CommandError.
    """
    if path is None:
        return
    folder = Path(os.path.realpath(path)).parent if path.is_symlink() else path.parent
    if not folder.exists():
        raise CommandError(f"{option} is {path}, and there is no folder {folder}: make it first")
    if not folder.is_dir():
        raise CommandError(f"{option} is {path}, and {folder} is a file and must be a folder")
    if path.is_dir():
        raise CommandError(f"{option} is {path}, which is a folder, and must be a file")
    if path.exists():
        if not os.access(path, os.W_OK):
            raise CommandError(f"{option} is {path}, which may not be overwritten by this user")
    elif not os.access(folder, os.W_OK | os.X_OK):
        raise CommandError(f"{option} is {path}, and this user may not write into the folder {folder}")


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write what shall be at *path*: a file in a temporary folder, which takes its place once it is complete.

    A link is written through, a pipe or a device is written to.  Raises OSError.
    """
    with tempfile.TemporaryDirectory(prefix="diya-") as folder:
        new = Path(folder) / f"output{path.suffix}"
        yield new
        replace_file(path, new.read_bytes())
