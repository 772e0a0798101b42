"""A difference that was spoilt ends in one refusal, and never in more than a file of the listed size."""

import io

from pole.update import delta

STEP = 1024
BASE = bytes([at * 7 & 0xFF for at in range(3000)])
NEW = BASE[100:1500] + b"something else" + BASE[40:2900] + bytes(600)
# copy(1400, 100), insert 14 bytes, copy(2860, 40), insert 600 bytes
SOUND = b"\xf0\x15\xc8\x01" + b"\x1dsomething else" + b"\xd8\x2c\xe7\x16" + b"\xb1\x09" + bytes(600)


def made(difference, size, base=BASE):
    """What *difference* makes, None where it is refused; no step may make more than STEP bytes."""
    state, out = delta.begin(), b""
    files = io.BytesIO(difference), io.BytesIO(base)
    try:
        while True:
            more = delta.more(state, files[0], files[1], size)
            assert len(more) <= STEP
            out += more
            assert len(out) <= size
            if not more:
                assert len(out) == size
                return out
    except ValueError:
        return None


def spoilt(number):
    """SOUND with a few bytes changed, dropped or put in, as *number* says; no two runtimes have the same ``random``."""
    out = bytearray(SOUND[:24])
    seed = number
    for _ in range(1 + number % 3):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        at = seed >> 8 & 0xFF
        if seed & 3 == 0:
            out = out[: at % len(out)] + out[at % len(out) + 1 :]
        elif seed & 3 == 1:
            out = out[: at % len(out)] + bytes([seed >> 16 & 0xFF]) + out[at % len(out) :]
        else:
            out[at % len(out)] = seed >> 16 & 0xFF
    return bytes(out) + SOUND[24:]


def test_a_sound_one_makes_the_new_file():
    assert made(SOUND, len(NEW)) == NEW


def test_one_that_was_spoilt_makes_a_file_of_the_listed_size_or_is_refused():
    refused = 0
    for number in range(400):
        refused += made(spoilt(number), len(NEW)) is None
    assert refused > 200, refused


def test_one_that_ends_too_soon_or_makes_more_is_refused():
    for end in range(0, len(SOUND), 7):
        assert made(SOUND[:end], len(NEW)) is None, end
    assert made(SOUND + b"\x03x", len(NEW)) is None
    assert made(SOUND, len(NEW) - 1) is None
    assert made(SOUND, len(NEW) + 1) is None


def test_a_copy_of_all_memory_and_more_takes_no_memory():
    assert made(b"\xfe\xff\xff\x7f\x00", len(NEW)) is None  # 134 million bytes of the base
    assert made(b"\xff\xff\xff\x7f" + b"x", len(NEW)) is None  # and of the difference itself
    assert made(b"\xff\xff\xff\xff\xff\x7f", len(NEW)) is None  # a number that is too long
