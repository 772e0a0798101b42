"""The signature of a manifest: the right one is right, and nothing else is."""

from binascii import a2b_base64
from hashlib import sha256

from pole.update.verify import genuine

try:
    from tests.firmware.update.forged_signatures import SIGNATURES, TEXT
    from tests.firmware.update.key_pair import INFO, KEY, MODULUS, block
except ImportError:  # on MicroPython, which has this folder on its path
    from forged_signatures import SIGNATURES, TEXT
    from key_pair import INFO, KEY, MODULUS, block

HASH = sha256(TEXT).digest()
RIGHT = a2b_base64(dict(SIGNATURES)["right"])


def flipped(data, at, bit=1):
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]


def number(value):
    return value.to_bytes(384, "big")


def test_the_right_signature_is_right():
    assert genuine(TEXT, RIGHT, KEY)
    assert pow(int.from_bytes(RIGHT, "big"), 65537, MODULUS) == int.from_bytes(block(INFO + HASH), "big")


def test_a_flipped_bit_in_any_byte_of_the_signature_is_found():
    for at in range(384):
        assert not genuine(TEXT, flipped(RIGHT, at, 1 << at % 8), KEY), at


def test_a_flipped_bit_in_any_byte_of_the_text_or_the_key_is_found():
    for at in range(len(TEXT)):
        assert not genuine(flipped(TEXT, at, 1 << at % 8), RIGHT, KEY), at
    for at in range(0, 384, 5):
        assert not genuine(TEXT, RIGHT, flipped(KEY, at, 1 << at % 8)), at
    for other in (TEXT + b" ", TEXT[:-1], b""):
        assert not genuine(other, RIGHT, KEY)


def test_numbers_that_are_no_signature():
    right = int.from_bytes(RIGHT, "big")
    for value in (0, 1, MODULUS - 1, MODULUS, MODULUS + 1, (1 << 3072) - 1):
        assert not genuine(TEXT, number(value), KEY), value
    if right + MODULUS < 1 << 3072:  # the same number modulo the key
        assert not genuine(TEXT, number(right + MODULUS), KEY)
    assert not genuine(TEXT, number(MODULUS - right), KEY)


def test_other_lengths():
    for other in (b"", RIGHT[1:], RIGHT[:-1], b"\0" + RIGHT, RIGHT + b"\0", RIGHT * 2, RIGHT[:256]):
        assert not genuine(TEXT, other, KEY)
        assert not genuine(TEXT, RIGHT, other)


def test_keys_of_another_size_or_that_are_even_are_none():
    small = b"\0" * 128 + KEY[128:]  # 2048 bits in the bytes of 3072
    for other in (small, KEY[:256], KEY[128:], KEY + KEY, bytes(384), b"\0" * 383 + b"\1", KEY[:-1] + b"\0"):
        assert not genuine(TEXT, RIGHT, other)
    # with a modulus of 3 any signature is a small number, and a lenient check might take it
    assert not genuine(TEXT, number(2), b"\0" * 383 + b"\3")


def test_forged_blocks_are_refused():
    """Each is what a right block is, but for one thing, and signed with the true key (forged_blocks.py)."""
    for what, text in SIGNATURES:
        signature = a2b_base64(text)
        assert len(signature) == 384
        assert genuine(TEXT, signature, KEY) == (what == "right"), what


def cube_root(value):
    low, high = 0, 1 << 1100
    while low < high:
        middle = (low + high) >> 1
        if middle * middle * middle < value:
            low = middle + 1
        else:
            high = middle
    return low


def test_cube_roots_that_a_key_with_e_3_would_take_are_refused():
    start = b"\x00\x01" + b"\xff" * 8 + b"\x00" + INFO + HASH
    wanted = int.from_bytes(start + bytes(384 - len(start)), "big")
    root = cube_root(wanted)
    assert number(root * root * root)[: len(start)] == start  # what a lenient check with e = 3 sees
    assert not genuine(TEXT, number(root), KEY)
