"""The errors of a port that cannot be used, in the technician's language."""

from __future__ import annotations

from host_tools import errors
from host_tools.language import Spoken


class Unusable(Spoken, errors.PortError):
    """There is no such port, or it cannot be opened."""


class Busy(Spoken, errors.PortBusy):
    """Another program has the port open."""


class Forbidden(Spoken, errors.PortForbidden):
    """This user may not open the port."""
