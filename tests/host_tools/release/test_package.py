"""The list and the pieces of a package."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools.release import delta, file_list, package
from host_tools.release.errors import Damaged, NoSpace
from host_tools.release.file_list import PIECE, pieces_of

NAMES = st.from_regex(r"(lib/)?[a-z]{1,12}\.mpy", fullmatch=True)


FILES = st.dictionaries(NAMES, st.binary(max_size=3000), max_size=8)


@given(FILES.filter(bool), FILES)
def test_every_file_comes_out_as_it_went_in(files: dict[str, bytes], base: dict[str, bytes]) -> None:
    made = package.make(files, [base, files])
    assert made.data("it") == files
    assert all(len(piece) <= PIECE for piece in made.pieces)
    assert made == package.make(dict(reversed(files.items())), [base, files])


def test_a_changed_file_has_its_difference_and_one_that_is_the_same_has_none() -> None:
    old = {"a.mpy": random.Random(1).randbytes(5000), "b.mpy": b"same", "c.mpy": bytes(9)}
    new = {"a.mpy": old["a.mpy"] + b"more", "b.mpy": b"same", "c.mpy": random.Random(2).randbytes(300)}
    made = package.make(new, [old, old])
    listed = {one.path: one for one in made.files}
    assert [len(listed[path].deltas) for path in sorted(new)] == [1, 0, 0]
    (one,) = listed["a.mpy"].deltas
    data = b"".join(made.pieces[one.piece : one.piece + pieces_of(one.size)])
    assert len(data) == one.size < 20
    assert delta.apply(old["a.mpy"], data, listed["a.mpy"].size) == new["a.mpy"]


def test_the_list_is_in_the_pieces_before_all_others_however_long_it_is() -> None:
    for count in range(1, file_list.MOST_FILES, 7):
        made = package.make({f"lib/{number:028}.mpy": b"1" for number in range(count)})
        first = pieces_of(len(made.listing))
        assert b"".join(made.pieces[:first]) == made.listing
        assert made.files[0].piece == first


def test_too_many_files_are_refused() -> None:
    with pytest.raises(NoSpace, match="has 97 files and a pole takes 96 at most"):
        package.make({f"m{number}.mpy": b"" for number in range(97)})


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_piece_that_was_changed_cut_or_is_missing_is_found(place: int) -> None:
    made = package.make({"a.mpy": bytes(1500)})
    assert len(made.pieces) == 3
    for other in (bytes([made.pieces[place][0] ^ 1]) + made.pieces[place][1:], made.pieces[place][:-1]):
        pieces = (*made.pieces[:place], other, *made.pieces[place + 1 :])
        with pytest.raises(Damaged):
            package.check(package.Package(made.listing, pieces), "it")
    with pytest.raises(Damaged, match=r"missing or another's|not the bytes"):
        package.check(package.Package(made.listing, made.pieces[:-1]), "it")
    with pytest.raises(Damaged, match="not the bytes"):
        package.check(package.Package(made.listing, (*made.pieces, b"1")), "it")


LINE = "a.mpy 5 " + "0" * 64 + " 1"


@pytest.mark.parametrize(
    "line",
    [
        "", "a.mpy", LINE + " ", LINE + " delta", LINE.replace("a.mpy", "../a.mpy"), LINE.replace("a.mpy", "/a.mpy"),
        LINE.replace("a.mpy", "lib/../a.mpy"), LINE.replace("a.mpy", "a.txt"), LINE.replace("0", "g"),
        LINE.replace(" 5 ", " -5 "), LINE.replace(" 5 ", " 05 "), LINE.replace(" 5 ", " 5  "), LINE.upper(),
        LINE + " delta " + "0" * 16 + " 5", LINE + " other " + "0" * 16 + " 5 6", LINE + "\r",
        LINE + (" delta " + "0" * 16 + " 5 6") * 5, LINE.replace(" 5 ", " 12345678 "), LINE.replace("a", "b.json\0"),
    ],
)  # fmt: skip
def test_a_line_in_another_form_is_refused(line: str) -> None:
    assert file_list.read(f"{LINE}\n".encode(), "it")[0].path == "a.mpy"
    with pytest.raises(Damaged):
        file_list.read(f"{line}\n".encode(), "it")


def test_a_list_with_a_file_twice_or_without_an_end_is_refused() -> None:
    for data in (f"{LINE}\n{LINE}\n", LINE, "", LINE.replace("a", "ä") + "\n"):
        with pytest.raises(Damaged):
            file_list.read(data.encode(), "it")
