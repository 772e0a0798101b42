"""A command that cannot be given as asked, said in either language."""

from __future__ import annotations

from host_tools.errors import CommandError
from host_tools.language.language import Spoken
from host_tools.language.sentence import Sentence


class Refusal(Spoken, CommandError):
    """A CommandError with its sentence among the others (`language/sentences`)."""


def refusal(why: str) -> CommandError:
    """The error that says *why*; in either language where that is a Sentence."""
    return Refusal(why.key, **why.values) if isinstance(why, Sentence) else CommandError(why)
