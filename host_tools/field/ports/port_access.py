"""Checks whether a port may be opened, and if not why, in one sentence with the cure.

A serial port can be opened several times without an error, and each program then gets a part of the bytes.  So any
process that holds it is looked for, not only a lock: esptool and mpremote lock a port (flock), ModemManager and screen
do it otherwise (TIOCEXCL), a plain `cat` not at all.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

from host_tools.field.ports import groups
from host_tools.field.ports.errors import Busy, Forbidden, Unusable
from host_tools.field.ports.find_ports import is_url
from host_tools.text import text

PROC = Path("/proc")
_MEMORY = 1  # number of Linux' driver of /dev/null, /dev/zero, /dev/random


def check_access(device: str) -> None:
    """Raises PortBusy, PortForbidden or PortError unless *device* can be used exclusively.

    Nothing is sent.  A URL cannot be checked before it is opened.
    """
    if is_url(device) or sys.platform == "win32":
        return
    check_permission(device)
    check_free(device)


def check_permission(device: str) -> None:
    """Raises PortError where there is no *device*, PortForbidden where this user may not open it."""
    try:
        about = os.stat(device)
    except FileNotFoundError:
        raise gone(device) from None
    except PermissionError:
        raise Forbidden("ports.closed_folder", port=device) from None
    if not stat.S_ISCHR(about.st_mode) or (sys.platform == "linux" and os.major(about.st_rdev) == _MEMORY):
        raise Unusable("ports.not_serial", port=device)
    if not os.access(device, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise forbidden(device)


def check_free(device: str) -> None:
    """Raises PortBusy where a process has *device* open."""
    others = holders(device)
    if others:
        raise busy(device, others)


def gone(device: str) -> Unusable:
    """No such port."""
    return Unusable("ports.none", port=device)


def busy(device: str, others: list[tuple[int, str]] | None = None) -> Busy:
    """*device* is held by *others*, looked for where not given."""
    named = holders(device) if others is None else others
    if not named:
        return Busy("ports.held_unseen", port=device)
    return Busy("ports.held", port=device, who=", ".join(f"{name} (PID {number})" for number, name in named[:3]))


def forbidden(device: str) -> Forbidden:
    """This user may not open *device*: which group may, and how to get into it."""
    group = groups.group_of(device)
    if not group:
        return Forbidden("ports.owner_only", port=device)
    if groups.enrolled(group):
        return Forbidden("ports.old_login", port=device, group=group)
    return Forbidden("ports.not_in_group", port=device, group=group, user=groups.user())


def holders(device: str) -> list[tuple[int, str]]:
    """(number, name) of every process that /proc shows to have *device* open, this one included, by number.

    Empty where there is no /proc.  What other users' processes have open only root can see.
    """
    wanted = os.path.realpath(device)
    found = []
    for folder in PROC.glob("[0-9]*"):
        try:
            files = list((folder / "fd").iterdir())
        except OSError:
            continue  # another user's, or ended meanwhile
        for file in files:
            try:
                held = os.readlink(file) == wanted
            except OSError:
                continue
            if held:
                found.append((int(folder.name), text(_name(folder), 60)))
                break
    return sorted(found)


def why(device: str, number: int | None, said: str) -> Unusable | Busy | Forbidden:
    """The error to raise for *device*, which could not be opened: *number* is the system's errno, *said* its words."""
    if number in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK):
        return busy(device)
    if number in (errno.EACCES, errno.EPERM):
        return forbidden(device)
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        return gone(device)
    if "PermissionError" in said:  # Windows has one answer for a port in use, and hardly any port that is forbidden
        return Busy("ports.held_somewhere", port=device)
    if "FileNotFoundError" in said:
        return gone(device)
    return Unusable("ports.not_opened", port=device, why=said)


def _name(folder: Path) -> str:
    """The name of the process for a person: a script's own name rather than its interpreter's."""
    try:
        words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        program = Path(words[0]).name
        if program.startswith("python") and len(words) > 2 and "-c" not in words[1:4]:
            named = words[2] if words[1] == "-m" else next((word for word in words[1:] if word[:1] != "-"), "")
            program = Path(named).name or program
        return program or (folder / "comm").read_text().strip()
    except OSError:
        return "a process"
