"""What can go wrong for a person at the command line.

    DiyaError
     ├─ SiteError          a site's files hold mistakes (all of them are listed)
     ├─ BrokerError        no MQTT broker where one was expected, or it went away
     ├─ CommandError       a command to the lights cannot be built as asked
     └─ RecordError        the database with the record cannot be read or written

The text of each is one sentence that says what to do; `diya` prints it on stderr and ends with a non-zero code.
"""

from __future__ import annotations


class DiyaError(Exception):
    """Whatever `diya` tells the user in one sentence instead of a traceback."""


class BrokerError(DiyaError):
    """No MQTT broker answers where one was expected, it refuses us, or its address makes no sense."""


class CommandError(DiyaError):
    """A command to the lights cannot be built or sent as asked."""


class RecordError(DiyaError):
    """The record of events cannot be opened, read or written, or it belongs to another site."""
