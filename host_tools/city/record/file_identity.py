"""Identifies a record's file, so that a copy, or one restored from a backup, is recognised."""

from __future__ import annotations

import socket
from pathlib import Path

_MACHINE_IDS = ("/etc/machine-id", "/var/lib/dbus/machine-id")  # systemd's, which is made again on a clone


def home_of(path: Path) -> str:
    """Machine, path and inode of the file *path*."""
    real = path.resolve()
    return f"{_machine()}:{real}:{real.stat().st_ino}"


def _machine() -> str:
    for name in _MACHINE_IDS:
        try:
            text = Path(name).read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            continue
        if text:
            return text
    return socket.gethostname()
