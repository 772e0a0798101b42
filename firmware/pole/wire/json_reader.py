"""Reads JSON (RFC 8259) from outside, with the same result on every runtime.

MicroPython's ``json`` takes commas and colons for blanks, leaves surrogate pairs as two characters and reads numbers as
single-precision floats; CPython's takes NaN.  A command must mean the same everywhere or be refused everywhere, so this
reader is strict: no name twice in an object, nothing deeper than ``_DEPTH``, and a number that is not a whole one of at
most 15 digits stays text (``Real``), because no field on the wire has one.

It reads bytes: MicroPython finds the n-th character of a text by counting from its first, so 7 KB of escapes, which
need no key to be sent, took up to seven seconds.
"""

from pole import const
from pole.wire import utf8
from pole.wire.fields import Real

_DEPTH = const(8)
_DIGITS = const(15)
_QUOTE, _COMMA, _MINUS, _COLON = const(34), const(44), const(45), const(58)
_ARRAY, _SLASH, _END_ARRAY = const(91), const(92), const(93)
_U, _OBJECT, _END_OBJECT = const(117), const(123), const(125)
_WORDS = const((("true", True), ("false", False), ("null", None)))
_ESCAPES = {34: '"', 92: "\\", 47: "/", 98: "\b", 102: "\f", 110: "\n", 114: "\r", 116: "\t"}


def parse(text):
    """The value of *text* (str, or bytes in UTF-8): dict, list, str, int, bool, None or Real.  Raises ValueError."""
    data = text
    if not isinstance(data, bytes):
        data = data.encode() if isinstance(data, str) else bytes(data)
    try:
        value, at = _value(data, _skip(data, 0), _DEPTH)
    except IndexError:
        raise ValueError("it ends too soon") from None
    if _skip(data, at) != len(data):
        raise ValueError("it is not JSON")
    return value


def _byte(data, at):
    """0 behind the end."""
    return data[at] if at < len(data) else 0


def _skip(data, at):
    while _byte(data, at) in (32, 9, 10, 13):
        at += 1
    return at


def _value(data, at, depth):
    first = data[at]
    if first == _QUOTE:
        return _string(data, at + 1)
    if first in (_OBJECT, _ARRAY):
        if not depth:
            raise ValueError("it is too deep")
        return (_object if first == _OBJECT else _array)(data, _skip(data, at + 1), depth - 1)
    if first < 97:
        return _number(data, at)
    for word, value in _WORDS:
        if data[at : at + len(word)] == word.encode():
            return value, at + len(word)
    raise ValueError("it is not JSON")


def _object(data, at, depth):
    out = {}
    if data[at] == _END_OBJECT:
        return out, at + 1
    while True:
        if data[at] != _QUOTE:
            raise ValueError("it is not JSON")
        name, at = _string(data, at + 1)
        at = _skip(data, at)
        if name in out or data[at] != _COLON:
            raise ValueError("it is not JSON")
        out[name], at = _value(data, _skip(data, at + 1), depth)
        at = _skip(data, at)
        end = data[at]
        if end == _END_OBJECT:
            return out, at + 1
        if end != _COMMA:
            raise ValueError("it is not JSON")
        at = _skip(data, at + 1)


def _array(data, at, depth):
    out = []
    if data[at] == _END_ARRAY:
        return out, at + 1
    while True:
        value, at = _value(data, at, depth)
        out.append(value)
        at = _skip(data, at)
        end = data[at]
        if end == _END_ARRAY:
            return out, at + 1
        if end != _COMMA:
            raise ValueError("it is not JSON")
        at = _skip(data, at + 1)


def _string(data, at):
    parts = []
    while True:
        begin = at
        byte = data[at]
        while byte not in (_QUOTE, _SLASH):
            if byte < 32:
                raise ValueError("it is not JSON")
            at += 1
            byte = data[at]
        parts.append(utf8.decode(data[begin:at]))
        at += 1
        if byte == _QUOTE:
            return "".join(parts), at
        escaped, at = _escape(data, at)
        parts.append(escaped)


def _escape(data, at):
    character = data[at]
    if character != _U:
        if character not in _ESCAPES:
            raise ValueError("it is not JSON")
        return _ESCAPES[character], at + 1
    code = _code(data, at + 1)
    at += 5
    if 0xD800 <= code < 0xE000:
        low = _code(data, at + 2) if _byte(data, at) == _SLASH and _byte(data, at + 1) == _U else 0
        if code >= 0xDC00 or not 0xDC00 <= low < 0xE000:
            raise ValueError("half a surrogate pair")
        code = 0x10000 + (code - 0xD800 << 10) + (low - 0xDC00)
        at += 6
    return chr(code), at


def _code(data, at):
    code = 0
    for place in range(at, at + 4):
        digit = data[place] | 32  # letters in lower case, digits as they are
        if not (48 <= digit <= 57 and data[place] == digit) and not 97 <= digit <= 102:
            raise ValueError("it is not JSON")
        code = code << 4 | (digit - 48 if digit < 58 else digit - 87)
    return code


def _number(data, at):
    begin = at
    at = whole = _digits(data, at + 1 if data[at] == _MINUS else at, False)
    if _byte(data, at) == 46:  # the point
        at = _digits(data, at + 1, True)
    if _byte(data, at) | 32 == 101:  # E
        at += 1
        at = _digits(data, at + 1 if _byte(data, at) in (43, _MINUS) else at, True)
    number = str(data[begin:at], "utf-8")
    if at > whole or len(number) > _DIGITS:
        return Real(number), at
    return int(number), at


def _digits(data, at, leading_zero):
    begin = at
    while 48 <= _byte(data, at) <= 57:
        at += 1
    if at == begin or (data[begin] == 48 and at > begin + 1 and not leading_zero):
        raise ValueError("it is not JSON")
    return at
