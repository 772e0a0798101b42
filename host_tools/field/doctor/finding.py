"""The result of an examination: one line, and the cure if something is wrong."""

from __future__ import annotations

from dataclasses import dataclass

OK = "ok"
WARNING = "warning"  # something cannot be done on this laptop, or may go wrong
PROBLEM = "problem"  # a pole cannot be flashed or commissioned with it


@dataclass(frozen=True)
class Finding:
    """*about*: what was examined.  *says*: how it is.  *cure*: what to do, empty where all is well."""

    about: str
    state: str
    says: str
    cure: str = ""


def ok(about: str, says: str) -> Finding:
    return Finding(about, OK, says)


def warning(about: str, says: str, cure: str) -> Finding:
    return Finding(about, WARNING, says, cure)


def problem(about: str, says: str, cure: str) -> Finding:
    return Finding(about, PROBLEM, says, cure)
