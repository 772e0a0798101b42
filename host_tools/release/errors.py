"""The errors of a release, each with its exit code."""

from __future__ import annotations

from host_tools.errors import DiyaError


class ReleaseError(DiyaError):
    """A release cannot be made as asked, or cannot be used."""


class Damaged(ReleaseError):
    """A release was cut short or changed since it was made."""

    code = 7


class Foreign(ReleaseError):
    """A release is signed with another key, or its signature is broken."""

    code = 8


class NoSpace(ReleaseError):
    """The disk is full, or the app is too large for the flash of a pole."""

    code = 9
