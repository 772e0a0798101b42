"""A command that cannot be given as asked, said in either language."""

from __future__ import annotations

from host_tools.errors import CommandError
from host_tools.language.language import Spoken


class Refusal(Spoken, CommandError):
    """A CommandError with its sentence among the others (`language/sentences`)."""
