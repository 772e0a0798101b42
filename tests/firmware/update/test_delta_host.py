"""The pole makes of a difference what the release's writer means, of any two files, and of any that was spoilt."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.release import delta as release
from host_tools.release.errors import Damaged
from tests.firmware.update.test_delta import made

FILES = st.one_of(
    st.binary(max_size=4000), st.lists(st.sampled_from([b"ab", b"\0" * 300, b"light "]), max_size=30).map(b"".join)
)
CHANGES = st.lists(
    st.tuples(st.integers(0, 1 << 16), st.integers(0, 255), st.sampled_from("sdi")), min_size=1, max_size=4
)


@given(FILES, FILES)
@settings(max_examples=150, deadline=None)
def test_the_pole_gives_back_any_new_file(base: bytes, new: bytes) -> None:
    assert made(release.make(base, new), len(new), base) == new


@given(FILES, FILES, CHANGES)
@settings(max_examples=400, deadline=None)
def test_a_difference_that_was_spoilt_is_the_same_to_pole_and_tools(
    base: bytes, new: bytes, changes: list[tuple[int, int, str]]
) -> None:
    spoilt = bytearray(release.make(base, new))
    for at, byte, how in changes:
        place = at % (len(spoilt) + 1)
        if how == "i":
            spoilt.insert(place, byte)
        elif place < len(spoilt):
            spoilt[place : place + 1] = bytes([byte]) if how == "s" else b""
    by_pole = made(bytes(spoilt), len(new), base)
    try:
        assert release.apply(base, bytes(spoilt), len(new)) == by_pole
    except Damaged as error:
        assert by_pole is None and str(error).startswith("a difference ") and "\n" not in str(error)


@given(st.binary(max_size=60), st.integers(0, 3000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_at_all_make_the_listed_size_or_are_refused(difference: bytes, size: int) -> None:
    by_pole = made(difference, size, b"0123456789" * 100)
    try:
        assert release.apply(b"0123456789" * 100, difference, size) == by_pole
    except Damaged:
        assert by_pole is None
