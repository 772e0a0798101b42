"""Prepares standard input, output and error for the verbs: open, and able to take any text."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import Any, TextIO, cast

OUTPUT = "standard output"  # the file name of its errors


def use_utf8() -> None:
    """Starts this process again in Python's UTF-8 mode where the locale left it with ASCII; else returns.

    Sentences, file names and arguments are UTF-8 in every locale (PEP 540 does the same, but PYTHONUTF8=0 and a few
    old systems turn that off).  Esptool and other children get the mode by the environment.
    """
    if sys.flags.utf8_mode or codecs.lookup(sys.getfilesystemencoding()).name != "ascii":
        return
    os.environ["PYTHONUTF8"] = "1"
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def prepare() -> None:
    """Gives each closed stream a place, and makes writing text free of encoding errors.

    A closed descriptor must not stay free: the next file that is opened would take its number, and what a library
    prints would end up in a database.  Input that is closed is empty, errors go nowhere; output that is closed refuses
    what is written, so that the verb does not end as if it had been read.
    """
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # takes the lowest free number, which is this one
    sys.stdin = sys.stdin or _opened(0, "r")
    sys.stdout = sys.stdout or _opened(1, "w")
    sys.stderr = sys.stderr or _opened(2, "w")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    if isinstance(sys.stdout, io.TextIOWrapper):
        raw = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)  # the latter with PYTHONUNBUFFERED
        if isinstance(raw, io.FileIO):  # not a console of Windows
            buffer: Any = _Output(1) if raw is sys.stdout.buffer else io.BufferedWriter(_Output(1))
            sys.stdout = io.TextIOWrapper(
                buffer, sys.stdout.encoding, line_buffering=sys.stdout.isatty(), write_through=sys.stdout.write_through
            )
        sys.stdout.reconfigure(errors="backslashreplace")


def give_up_output() -> None:
    """Lets what is still buffered for standard output go nowhere, or the interpreter complains of it at its end."""
    _discard(1)


def flush_errors() -> None:
    """Writes what is still buffered for standard error; where that fails it goes nowhere: the exit code must stand."""
    try:
        sys.stderr.flush()
    except OSError:
        _discard(2)


def _discard(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


class _Output(io.FileIO):
    """Standard output whose errors say that they are of it: a full disk may also be that of a file."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "w", closefd=False)

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, OUTPUT) from None


def _opened(number: int, mode: str) -> TextIO:
    return cast(TextIO, open(number, mode, encoding="utf-8", closefd=False))
