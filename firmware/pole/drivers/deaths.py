"""How often in a row the pole died young, and its last words: in RTC memory, which a reset leaves and a cut clears.

A start counts as an early death until ``forget``; whoever restarts the pole on purpose calls that first.
"""

import machine

_MARK = b"diya"  # a power cut leaves anything there
_WORDS = 200  # bytes


def begin():
    """(early deaths in a row before this start, last words of the latest as text); counts this start as one more."""
    memory = bytes(machine.RTC().memory())
    deaths, words = 0, ""
    if memory[:4] == _MARK and len(memory) > 4:
        deaths = memory[4]
        words = "".join([chr(byte) for byte in memory[5:] if 32 <= byte < 127])
    _store(min(deaths + 1, 255), b"")
    return deaths, words


def forget(words=""):
    """The pole has lived long enough, or restarts on purpose, and *words* (ASCII) say why."""
    _store(0, words.encode())


def last_words(text):
    """Why the pole is about to die, for the next life to report; only ASCII of it is kept."""
    memory = bytes(machine.RTC().memory())
    _store(memory[4] if len(memory) > 4 else 1, text.encode()[:_WORDS])


def _store(deaths, words):
    machine.RTC().memory(_MARK + bytes([deaths]) + words)
