"""Reads JSON (RFC 8259) that comes from outside, with one meaning on every runtime.

MicroPython's ``json`` takes commas and colons for blanks, leaves surrogate pairs as two characters and reads numbers as
single-precision floats; CPython's takes NaN.  A command must mean the same everywhere or be refused everywhere, so this
reader is strict: no name twice in an object, nothing deeper than ``_DEPTH``, and a number that is not a whole one of at
most 15 digits stays text (``Real``), because no field on the wire has one.
"""

from pole import const
from pole.link.fields import Real

_DEPTH = const(8)
_DIGITS = const(15)
_BLANK = const(" \t\r\n")
_WORDS = const((("true", True), ("false", False), ("null", None)))
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HEX = const("0123456789abcdefABCDEF")


def parse(text):
    """The value of *text*: dict, list, str, int, bool, None or Real.  Raises ValueError."""
    value, at = _value(text, _skip(text, 0), _DEPTH)
    if _skip(text, at) != len(text):
        raise ValueError("not JSON")
    return value


def _skip(text, at):
    while text[at : at + 1] and text[at] in _BLANK:
        at += 1
    return at


def _value(text, at, depth):
    first = text[at : at + 1]
    if first == '"':
        return _string(text, at + 1)
    if first == "{" or first == "[":
        if not depth:
            raise ValueError("too deep")
        return (_object if first == "{" else _array)(text, _skip(text, at + 1), depth - 1)
    for word, value in _WORDS:
        if text[at : at + len(word)] == word:
            return value, at + len(word)
    return _number(text, at)


def _object(text, at, depth):
    out = {}
    if text[at : at + 1] == "}":
        return out, at + 1
    while True:
        if text[at : at + 1] != '"':
            raise ValueError("not JSON")
        name, at = _string(text, at + 1)
        at = _skip(text, at)
        if name in out or text[at : at + 1] != ":":
            raise ValueError("not JSON")
        out[name], at = _value(text, _skip(text, at + 1), depth)
        at = _skip(text, at)
        end = text[at : at + 1]
        if end == "}":
            return out, at + 1
        if end != ",":
            raise ValueError("not JSON")
        at = _skip(text, at + 1)


def _array(text, at, depth):
    out = []
    if text[at : at + 1] == "]":
        return out, at + 1
    while True:
        value, at = _value(text, at, depth)
        out.append(value)
        at = _skip(text, at)
        end = text[at : at + 1]
        if end == "]":
            return out, at + 1
        if end != ",":
            raise ValueError("not JSON")
        at = _skip(text, at + 1)


def _string(text, at):
    parts = []
    while True:
        quote = text.find('"', at)
        if quote < 0:
            raise ValueError("not JSON")
        slash = text.find("\\", at, quote)
        part = text[at : quote if slash < 0 else slash]
        for character in part:
            if character < " ":
                raise ValueError("not JSON")
        parts.append(part)
        if slash < 0:
            return "".join(parts), quote + 1
        escaped, at = _escape(text, slash + 1)
        parts.append(escaped)


def _escape(text, at):
    character = text[at : at + 1]
    if character != "u":
        if character not in _ESCAPES:
            raise ValueError("not JSON")
        return _ESCAPES[character], at + 1
    code = _code(text, at + 1)
    at += 5
    if 0xD800 <= code < 0xE000:
        low = _code(text, at + 2) if text[at : at + 2] == "\\u" else 0
        if code >= 0xDC00 or not 0xDC00 <= low < 0xE000:
            raise ValueError("half a surrogate pair")
        code = 0x10000 + (code - 0xD800 << 10) + (low - 0xDC00)
        at += 6
    return chr(code), at


def _code(text, at):
    digits = text[at : at + 4]
    if len(digits) != 4 or not all([digit in _HEX for digit in digits]):
        raise ValueError("not JSON")
    return int(digits, 16)


def _number(text, at):
    begin = at
    at = whole = _digits(text, at + 1 if text[at : at + 1] == "-" else at, False)
    if text[at : at + 1] == ".":
        at = _digits(text, at + 1, True)
    if text[at : at + 1] in ("e", "E"):
        at += 1
        at = _digits(text, at + 1 if text[at : at + 1] in ("+", "-") else at, True)
    number = text[begin:at]
    if at > whole or len(number) > _DIGITS:
        return Real(number), at
    return int(number), at


def _digits(text, at, leading_zero):
    begin = at
    while "0" <= text[at : at + 1] <= "9":
        at += 1
    if at == begin or (text[begin] == "0" and at > begin + 1 and not leading_zero):
        raise ValueError("not JSON")
    return at
