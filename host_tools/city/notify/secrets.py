"""Reads a password or token from a file of its own, as site.toml is shown to many."""

from __future__ import annotations

from pathlib import Path


def read_secret(folder: Path, name: str) -> str:
    """The first line of the file *name*, beside the site's files in *folder* unless its path is absolute.

    Empty where *name* is.  Raises OSError, and ValueError where the file is empty or no text.
    """
    if not name:
        return ""
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise ValueError(f"the file {name} is empty and must hold the secret in its first line")
    return lines[0].strip()
