"""A difference gives back the new file for any two files, and is small where little has changed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.release import delta
from host_tools.release.errors import Damaged


@given(st.binary(max_size=600), st.binary(max_size=600))
@settings(max_examples=200, deadline=None)
def test_any_file_is_made_from_any_other(base: bytes, new: bytes) -> None:
    assert delta.apply(base, delta.make(base, new), len(new)) == new


@given(st.integers(0, 1 << 30))
@settings(max_examples=150, deadline=None)
def test_a_file_is_made_from_one_that_was_changed_here_and_there(seed: int) -> None:
    draw = random.Random(seed)
    base = bytes(
        draw.choice(b"abcd\0\xff" if draw.random() < 0.5 else range(256)) for _ in range(draw.randint(0, 5000))
    )
    new = bytearray(base)
    for _ in range(draw.randint(0, 12)):
        at, length = draw.randint(0, len(new)), draw.randint(0, 60)
        moved = draw.randint(0, len(base))
        new[at : at + draw.randint(0, 60)] = draw.choice(
            [b"", draw.randbytes(length), base[moved : moved + length], bytes(length)]
        )
    assert delta.apply(base, delta.make(base, bytes(new)), len(new)) == bytes(new)


def test_a_small_change_of_a_large_file_is_small() -> None:
    base = random.Random(1).randbytes(27_000)
    new = base[:9000] + b"something else" + base[9040:20_000] + base[21_000:]
    assert len(delta.make(base, new)) < 60


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (b"\x08", "ends too soon"),
        (b"\x08\x80\x80\x80\x80\x80\x01", "number that is too large"),
        (b"\x09abc", "ends too soon"),
        (b"\x00\x00", "a step of no bytes"),
        (b"\x01", "a step of no bytes"),
        (b"\x08\x01", "copies bytes -1 to 3 of a file of 10"),
        (b"\x10\x06", "copies bytes 3 to 11 of a file of 10"),
        (b"\x09abcd", "makes 4 bytes and 6 are listed"),
        (b"\x10\x00", "makes 8 bytes and 6 are listed"),
        (b"", "makes 0 bytes and 6 are listed"),
    ],
)
def test_a_difference_that_makes_no_sense_is_refused(made: bytes, words: str) -> None:
    with pytest.raises(Damaged, match=words):
        delta.apply(b"0123456789", made, 6)


@given(st.binary(max_size=80))
def test_any_bytes_make_a_file_or_are_refused(made: bytes) -> None:
    try:
        assert len(delta.apply(b"0123456789" * 3, made, 12)) == 12
    except Damaged:
        pass
