"""The kinds of signed files."""

from __future__ import annotations

from typing import NamedTuple

from host_tools.errors import DiyaError


class Kind(NamedTuple):
    """What one kind of signed file is called, and its errors.

    *word*: in sentences, such as "bundle"; *listing*: the member with the signed list; *format*: its version.
    *damaged*, *foreign*, *other*: the errors for a file that was changed, another signature, and a newer format.
    """

    word: str
    listing: str
    format: int
    damaged: type[DiyaError]
    foreign: type[DiyaError]
    other: type[DiyaError]
