"""The errors of a bundle, each with its exit code."""

from __future__ import annotations

from host_tools.errors import DiyaError


class BundleError(DiyaError):
    """A bundle cannot be made as asked, or cannot be used."""


class Damaged(BundleError):
    """A bundle was cut short or changed since it was made."""

    code = 7


class Foreign(BundleError):
    """A bundle is signed with another key, or its signature is broken."""

    code = 8


class NoSpace(BundleError):
    """The disk is full."""

    code = 9


class FetchError(BundleError):
    """MicroPython cannot be fetched, or what came is not what it should be."""
