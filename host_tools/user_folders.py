"""Where this user's programs keep their files: the folders of the XDG base directory specification, `diya` in each."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from host_tools.errors import DiyaError


def cache_folder() -> Path:
    """The cache, for files that can be made again: XDG_CACHE_HOME or ~/.cache.  Raises DiyaError without a home."""
    return _folder("XDG_CACHE_HOME", ".cache")


def state_folder() -> Path:
    """State kept between runs that is not the user's own data: XDG_STATE_HOME or ~/.local/state.  Raises DiyaError."""
    return _folder("XDG_STATE_HOME", ".local/state")


def data_folder() -> Path:
    """The user's own data: XDG_DATA_HOME or ~/.local/share.  Raises DiyaError for a user without a home."""
    return _folder("XDG_DATA_HOME", ".local/share")


def writable_cache(name: str) -> Path:
    """The folder *name* in the user's cache; where that cannot be written, a temporary one until this process ends."""
    try:
        folder = cache_folder() / name
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except (DiyaError, OSError):
        pass
    return _temporary(name)


@cache
def _temporary(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"diya-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _folder(variable: str, below_home: str) -> Path:
    named = os.environ.get(variable, "")
    if os.path.isabs(named):  # the specification has relative ones ignored
        return Path(named) / "diya"
    try:
        return Path.home() / below_home / "diya"
    except RuntimeError:
        raise DiyaError(f"this user has no home folder: set HOME, or {variable} to a folder of your own") from None
