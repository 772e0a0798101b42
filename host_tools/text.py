"""Makes text from outside safe to print: it can be read, and has no other effect on the terminal.

A pole, a broker, another laptop's registry or a city's list may send any characters.  Kept as typed: everything that
has a shape of its own, in any script, with the marks above and below it and the joiners by which Devanagari and others
are spelt (Unicode 15, chapter 12.1).  Shown as "?": control characters (C0, C1, so no escape sequence works), line and
paragraph separators, marks of direction (bidi embeddings, overrides, isolates), lone surrogates, private use,
unassigned, tags and all else that is invisible.  A space of any width is a plain space.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

WRONG = "?"
MOST_MARKS = 8  # marks on one letter; no script needs more, and a pile of them covers the lines above and below

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_VIRAMA = 9  # canonical combining class: it joins the next letter to the one before

# has no shape, though its category is that of a letter, mark or symbol (Default_Ignorable_Code_Point, and two blanks)
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u180b\u180c\u180d\u180f")
_EMOJI_STYLE = "\ufe0e\ufe0f"  # variation selectors 15 and 16
_SKIN = range(0x1F3FB, 0x1F400)

_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ue000-\uf8ff\U000e0000-\U000e0fff]"
)


def safe(value: str) -> str:
    """*value* as one line of text that may be printed; see the head of this module for what is replaced."""
    if value.isascii() and value.isprintable():
        return value
    out: list[str] = []
    marks = 0
    for character in value:
        category = unicodedata.category(character)
        if category[0] == "M" and character not in _INVISIBLE and not _selects_a_glyph(character):
            marks += 1
            if not out or marks > MOST_MARKS:
                if not out or marks == MOST_MARKS + 1:
                    out.append(WRONG)
                continue
        elif _joins(character, out):
            pass
        elif category == "Zs":
            character, marks = " ", 0
        else:
            marks = 0
            if not character.isprintable() or character in _INVISIBLE or category[0] == "M":
                character = WRONG
        out.append(character)
    return "".join(out)


def shows_whole(value: str) -> bool:
    """Whether `safe` replaces nothing of *value* but the width of a space."""
    return safe(value).count(WRONG) == value.count(WRONG)


def text(value: object, most: int) -> str:
    """*value* as `safe` text of at most *most* characters; empty where it is no text.

    It is cut between two letters as a reader sees them: never between a letter and its marks.
    """
    if not isinstance(value, str):
        return ""
    shown = safe(value)
    if len(shown) <= most:
        return shown
    end = most
    while end and _belongs(shown[end - 1], shown[end]):
        end -= 1
    return shown[: end or most]


def whole(value: str, most: int = 17) -> int | None:
    """The number of *value*, which is 1 to *most* digits of ASCII; None of any other text."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= most else None


def quoted(value: object, most: int = 60) -> str:
    """*value* in quotation marks for a sentence: as `repr`, but Hindi stays readable, and at most *most* long."""
    if not isinstance(value, str):
        return text(repr(value), most)
    return f"'{text(value, most)}{'...' if len(value) > most else ''}'"


def sentence(value: str) -> str:
    """*value*, a message of our own in which `repr` may have quoted something, as one line of `safe` text."""
    plain = value.replace("\\u200c", _ZWNJ).replace("\\u200d", _ZWJ)  # to repr these two are not printable
    return safe(" ".join(plain.split()))


def json_text(value: Any, indent: int | None = None, ascii_only: bool = False) -> str:
    """*value* as JSON that may be printed: what `safe` replaces for its effect stands there as \\uXXXX."""
    return _UNSAFE_IN_JSON.sub(_escaped, json.dumps(value, indent=indent, ensure_ascii=ascii_only))


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if ord(found[0]) > 0x7F else "\\u007f"


def _selects_a_glyph(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _joins(character: str, before: list[str]) -> bool:
    """Whether *character* is a joiner or an emoji's style and stands where it has a meaning."""
    if character not in (_ZWNJ, _ZWJ, *_EMOJI_STYLE) or not before or before[-1].isascii():
        return False
    if character in _EMOJI_STYLE:
        return unicodedata.category(before[-1])[0] == "S"
    last = before[-1]
    return last in _EMOJI_STYLE or unicodedata.category(last)[0] in "LMS"


def _belongs(left: str, right: str) -> bool:
    """Whether a reader sees *left* and *right* as parts of one letter."""
    if unicodedata.category(right)[0] == "M" or right in (_ZWNJ, _ZWJ) or ord(right) in _SKIN:
        return True
    if left in (_ZWJ, _ZWNJ):
        return left == _ZWJ
    return unicodedata.combining(left) == _VIRAMA and unicodedata.category(right)[0] == "L"
