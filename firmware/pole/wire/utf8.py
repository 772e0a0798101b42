"""Decodes UTF-8 as strictly on MicroPython as on CPython.

MicroPython's own check lets overlong forms, surrogates and numbers above U+10FFFF pass, so the same bytes would be text
on one runtime and an error on the other.
"""


def decode(data):
    """*data* (bytes or bytearray) as text.  Raises ValueError when it is not UTF-8 (RFC 3629)."""
    text = str(data, "utf-8")  # from here on every sequence has the bytes its first byte asks for
    for place, byte in enumerate(data):
        if byte >= 0xC0:
            following = data[place + 1]
            if (
                byte < 0xC2  # overlong, two bytes
                or byte > 0xF4
                or (byte == 0xE0 and following < 0xA0)  # overlong, three bytes
                or (byte == 0xED and following > 0x9F)  # a surrogate
                or (byte == 0xF0 and following < 0x90)  # overlong, four bytes
                or (byte == 0xF4 and following > 0x8F)
            ):
                raise ValueError("not UTF-8")
    return text
