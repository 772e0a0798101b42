"""Parses numbers and places as people write them: decimal commas, degrees with minutes, both in one cell."""

from __future__ import annotations

import re

_EMPTY = frozenset(
    (
        "",
        "-",
        "--",
        "n/a",
        "na",
        "nan",
        "null",
        "none",
        "nil",
        "unknown",
        "not known",
        "#n/a",
        "?",
        ".",
        "<null>",
        "tbd",
    )
)
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f']+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,])\d{3}(\1\d{3})+")
_UNIT = re.compile(r"\s*(?:°|deg|degrees?|m|w|watts?|वाट|वॉट|와트|ワット)\.?$", re.IGNORECASE)
_DMS = re.compile(
    r"""^\s*(?P<before>[NSEWOnsewo])?\s*
    (?P<sign>[+-])?(?P<degrees>\d{1,3}(?:[.,]\d+)?)\s*(?:°|º|˚|\*|deg|d|:|\s)?\s*
    (?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*(?:'|’|′|‘|´|m|min|:|\s)?\s*)?
    (?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:''|"|”|“|″|s|sec)?\s*)?
    (?P<after>[NSEWOnsewo])?\.?\s*$""",
    re.VERBOSE,
)
_WKT = re.compile(r"point\s*z?m?\s*\(\s*([-+\d.eE]+)\s+([-+\d.eE]+)", re.IGNORECASE)
_PAIR = re.compile(r"^\s*[(\[]?\s*([^,;]+?)\s*[,;]\s*([^,;]+?)\s*[)\]]?\s*$")
_PAIR_OF_NUMBERS = re.compile(r"^\s*([-+]?\d+\.\d+)\s+([-+]?\d+\.\d+)\s*$")


def clean(value: str) -> str:
    """*value* without spaces around it; empty where it says that there is none."""
    text = " ".join(value.split())
    return "" if text.casefold() in _EMPTY else text


def number(value: str) -> float | None:
    """*value* as a number, in any digits, with a decimal comma or point; None where it is none."""
    try:
        return _finite(float(value))
    except ValueError:
        pass
    text = _SPACES.sub("", _UNIT.sub("", value.strip()))
    if not text:
        return None
    if _THOUSANDS.fullmatch(text):
        text = re.sub("[.,]", "", text)
    elif "," in text:
        if "." in text:  # what stands last is the decimal one
            thousands = "," if text.rindex(".") > text.rindex(",") else "."
            text = text.replace(thousands, "")
        text = text.replace(",", ".")
    try:
        return _finite(float(text))
    except ValueError:
        return None


def degrees(value: str) -> float | None:
    """*value* as degrees: a number, or degrees with minutes and seconds; south and west are negative."""
    plain = number(value)
    sided = value.strip(" .")[-1:].upper() in ("N", "S", "E", "W", "O")  # 73.98W is a place, and no power
    found = _DMS.match(value) if plain is None or sided or len(value.split()) > 1 else None
    if not found or not (found["minutes"] or found["before"] or found["after"]):
        return plain
    minutes, seconds = number(found["minutes"] or "0"), number(found["seconds"] or "0")
    whole = number(found["degrees"])
    if whole is None or minutes is None or seconds is None or minutes >= 60 or seconds >= 60:
        return plain
    side = (found["before"] or found["after"] or "").upper()
    below = found["sign"] == "-" or side in ("S", "W")
    return (whole + minutes / 60 + seconds / 3600) * (-1 if below else 1)


def pair(value: str) -> tuple[float, float, bool] | None:
    """Both coordinates of one cell: (first, second, whether the first is the easting, as in WKT); None where none."""
    found = _WKT.search(value)
    if found:
        one, other = number(found[1]), number(found[2])
        return (one, other, True) if one is not None and other is not None else None
    found = _PAIR.match(value) or _PAIR_OF_NUMBERS.match(value)
    if not found:
        return None
    first, second = degrees(found[1]), degrees(found[2])
    if first is None or second is None:
        return None
    eastern = found[1].strip()[-1:].upper() in ("E", "W") or found[1].strip()[:1].upper() in ("E", "W")
    return first, second, eastern


def _finite(value: float) -> float | None:
    return value if abs(value) < 1e12 else None  # neither nan nor infinite
