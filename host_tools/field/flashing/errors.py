"""The errors of flashing: one sentence each, in the language of the technician."""

from __future__ import annotations

from host_tools.language import Spoken


class FlashError(Spoken):
    """The pole was not flashed; its text says what to do."""


class Stopped(Exception):
    """The run was ended from outside."""


class WrongBoard(FlashError):
    """The chip, or its flash, is not that of the pole's board.  Nothing was written."""

    code = 4


class NoSpace(FlashError):
    """The laptop's disk is full.  Nothing was written."""

    code = 9


class Secured(FlashError):
    """The chip only starts signed or encrypted software: plain bytes would make it useless.  Nothing was written."""

    code = 10


class Lost(FlashError):
    """The chip does not answer, or does no more: the cable was pulled, or the power is gone."""

    code = 11


class Asked(FlashError):
    """A person has to decide before anything is written."""

    code = 12


class NotStarted(FlashError):
    """Everything was written and verified, and the chip does not start it."""

    code = 13


class NoStub(Exception):
    """The flasher stub did not start on this chip: the loader in ROM has to be used."""


class Noisy(Exception):
    """The line drops or changes bytes at this rate; a lower one may do.

    *region*: the one that is not in the flash as it was sent.  That may be the flash's fault too.
    """

    def __init__(self, why: str = "", region: str = "") -> None:
        super().__init__(why)
        self.region = region
