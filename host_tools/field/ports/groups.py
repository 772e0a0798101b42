"""Finds the group that may open a serial port, and how a person is added to it."""

from __future__ import annotations

import getpass
import os
import stat

try:
    import grp
    import pwd
except ImportError:  # Windows has no groups of this kind, and asks for none
    grp = pwd = None  # type: ignore[assignment]

USUAL = ("dialout", "uucp")  # Debian, Ubuntu, Fedora; Arch


def group_of(device: str) -> str:
    """The group that may open *device*; empty where its group may not, or has no name."""
    about = os.stat(device)
    if grp is None or not about.st_mode & stat.S_IRGRP or not about.st_mode & stat.S_IWGRP or about.st_gid == 0:
        return ""
    try:
        return grp.getgrgid(about.st_gid).gr_name
    except KeyError:
        return ""


def usual_group() -> str:
    """The group that serial ports belong to on this machine; empty where there is none such."""
    if grp is None:
        return ""
    names = {group.gr_name for group in grp.getgrall()}
    return next((name for name in USUAL if name in names), "")


def inside(group: str) -> bool:
    """Whether this process has *group*'s rights."""
    number = grp.getgrnam(group).gr_gid
    return os.geteuid() == 0 or number == os.getegid() or number in os.getgroups()


def enrolled(group: str) -> bool:
    """Whether this user is listed in *group*, though this process may be older than that."""
    try:
        user = pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    about = grp.getgrnam(group)
    return user.pw_name in about.gr_mem or user.pw_gid == about.gr_gid


def user() -> str:
    """The name this user logs in with, or what the shell puts in its place."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "$USER"


def cure(group: str) -> str:
    """What to do to get into *group*, in English."""
    if enrolled(group):
        return f"you joined {group} after this login, so log out and in again"
    return f"`sudo usermod -aG {group} {user()}`, then log out and in again"
