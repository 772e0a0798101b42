"""The errors that a person at the command line may get.

    DiyaError
     ├─ SiteError          a site's files hold mistakes (all of them are listed)
     ├─ InventoryError  a city's list of lights cannot be read, or not be interpreted
     ├─ BrokerError        no MQTT broker where one was expected, or it went away
     ├─ CommandError       a command to the lights cannot be built as asked
     ├─ RecordError        the database with the record cannot be read or written
     ├─ PortError          there is no such port, or it cannot be opened
     │   ├─ PortBusy       another program holds it
     │   ├─ PortForbidden  this user may not open it
     │   └─ PortLost       it was there and is no more: the cable was pulled
     ├─ BoardError         a board is not known, or its file holds mistakes
     ├─ ImageError         an image for the chip is damaged or cut short
     │   ├─ WrongChip      it is for another chip than the board has
     │   └─ TooLarge       it does not fit into its place on the flash
     ├─ BundleError        a bundle cannot be made as asked, or cannot be used
     │   ├─ Damaged        it was cut short, or changed since it was made
     │   ├─ Foreign        it is signed with another key, or its signature is broken
     │   ├─ NoSpace        the disk is full
     │   ├─ FetchError     MicroPython cannot be fetched, or is not what it should be
     │   └─ CompileError   the app cannot be compiled for this MicroPython
     ├─ ReleaseError       a release cannot be made as asked, or cannot be used
     │   ├─ Damaged        it was cut short, or changed since it was made
     │   ├─ Foreign        it is signed with another key, or its signature is broken
     │   └─ NoSpace        the disk is full, or the app is too large for a pole
     ├─ FlashError         a pole was not flashed
     │   ├─ WrongBoard     the chip, or its flash, is not that of the pole's board
     │   ├─ NoSpace        the laptop's disk is full
     │   ├─ Secured        the chip only starts signed or encrypted software
     │   ├─ Lost           the chip does not answer, or does no more
     │   ├─ OtherSigner    the bundle is signed otherwise than those before
     │   └─ Asked          a person has to say what holds before anything is written
     ├─ RegistryError      the registry of poles cannot be read, written or merged
     └─ Question           a board or a pole is known otherwise, and a person must say what holds

The text of each is one sentence that says what to do; `diya` prints it on stderr and ends with its ``code``, which says
of what kind it is: 1 any other, 2 wrong usage, 3 an expectation or a check failed, 4 wrong board or chip, 5 port busy,
6 no permission, 7 damaged file, 8 foreign or broken signature, 9 no space, 10 secured chip, 11 connection lost,
12 a question has to be answered.
"""

from __future__ import annotations


class DiyaError(Exception):
    """An error that `diya` prints as one sentence instead of a traceback; ``code`` is the exit code."""

    code = 1


class BrokerError(DiyaError):
    """No MQTT broker answers where one was expected, it refuses, or its address is not valid."""


class CommandError(DiyaError):
    """A command to the lights cannot be built or sent as asked."""


class RecordError(DiyaError):
    """The record of events cannot be opened, read or written, or it belongs to another site."""


class PortError(DiyaError):
    """There is no such serial port, or it cannot be opened."""


class PortBusy(PortError):
    """Another program has the port open."""

    code = 5


class PortForbidden(PortError):
    """This user may not open the port."""

    code = 6


class PortLost(PortError):
    """The port went away while it was in use: the cable was pulled, or what was behind it ended."""

    code = 11


class RegistryError(DiyaError):
    """The registry of which board is on which pole cannot be read, written or merged."""


class Question(DiyaError):
    """A board or a pole is registered otherwise: nothing was changed, and a person has to decide."""

    code = 12
