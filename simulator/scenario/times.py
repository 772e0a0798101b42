"""The times a scenario may give: "19:40", "+3h20m", or a full local date and time."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from simulator.run_time import RunTime

BOUND = '"HH:MM", "+3h20m" after the start, or a local date and time such as "2026-11-24T19:40"'

_CLOCK = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?")
_AFTER = re.compile(r"\+(?=\d)(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?")


def moment(value: object, run: RunTime, after_ms: int) -> int | None:
    """Milliseconds of the run that *value* (from TOML) means; None when it is not a time.

    A time of day is the next one after *after_ms*; "+..." counts from the start of the run; local dates and times are
    those of the run's zone.  An instant with a zone of its own is refused: a scenario plays where the street is.
    """
    if isinstance(value, str):
        match = _CLOCK.fullmatch(value)
        if match:
            hour, minute, second = (int(part or 0) for part in match.groups())
            if hour > 23 or minute > 59 or second > 59:
                return None
            return _next(time(hour, minute, second), run, after_ms)
        match = _AFTER.fullmatch(value)
        if match:
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return ((hours * 60 + minutes) * 60 + seconds) * 1000
        try:
            value = datetime.fromisoformat(value) if "T" in value or " " in value else None
        except ValueError:
            return None
    if isinstance(value, datetime):
        return None if value.tzinfo else run.local_ms(value)
    return _next(value, run, after_ms) if isinstance(value, time) else None


def shown(value: object) -> str:
    """*value* as the file has it, short enough for a sentence."""
    try:
        text = value.isoformat() if isinstance(value, (date, time)) else str(value)
    except ValueError:  # Python writes no integer of more than 4300 digits
        text = "a number of thousands of digits"
    text = " ".join(text.split()) if text.isprintable() or "\n" in text else repr(text)
    return (text if len(text) <= 60 else text[:57] + "...") or '""'


def _next(clock: time, run: RunTime, after_ms: int) -> int:
    today = run.local(after_ms).date()
    for day in (today, today + timedelta(days=1), today + timedelta(days=2)):
        found = run.local_ms(datetime.combine(day, clock))
        if found > after_ms:
            return found
    raise AssertionError("a time of day comes again within two days")
