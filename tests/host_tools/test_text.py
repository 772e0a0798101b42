"""Text from outside: read as it was typed, and able to do nothing."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools import text as texts
from host_tools.cli import run
from host_tools.language import Language
from host_tools.wire import payload

# Unicode 15, 12.1 (Devanagari joiners), 9.2 (Persian), 12.9 (Malayalam chillu), UTS 51 (emoji)
TYPED = (
    "श्\u200dरी गणेश", "क्\u200cष", "र्\u200d", "می\u200cخواهم", "ന്\u200d", "हाइवे का खंभा, क्रमांक १२",
    "Café Zürich", "👩\u200d🔧", "❤\ufe0f", "a?b", "e\u0301",
)  # fmt: skip

HOSTILE = (
    *(chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))),
    "\u00ad", "\u061c", "\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202e", "\u2060", "\u2066",
    "\u2069", "\ufeff", "\ufff9", "\ud800", "\udfff", "\ue000", "\U000f0000", "\U000e0041", "\U000e0100", "\ufe05",
    "\u034f", "\u115f", "\u3164", "\u2800", "\u0378",
)  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_what_people_type_stays_as_it_is(typed: str) -> None:
    assert texts.text(typed, 80) == typed
    assert texts.shows_whole(typed)
    assert payload.text(typed, 80) == typed


@pytest.mark.parametrize("character", HOSTILE, ids=ascii)
def test_what_acts_or_hides_is_shown_as_a_question_mark(character: str) -> None:
    assert texts.text(f"क{character}b", 80) == "क?b"
    assert not texts.shows_whole(f"क{character}b")


def test_an_escape_sequence_is_only_read() -> None:
    assert texts.text("a\x1b[2J\u202eb\x9b", 80) == "a?[2J?b?"


def test_a_joiner_where_it_joins_nothing_is_shown() -> None:
    assert texts.text("P0\u200d001", 80) == "P0?001"
    assert texts.text("\u200dक", 80) == "?क"
    assert texts.text("क\u200d\u200d\u200dक", 80) == "क\u200d??क"


def test_a_pile_of_marks_is_cut_down_and_one_without_a_letter_is_shown() -> None:
    assert texts.text("a" + "\u0338" * 40 + "b", 80) == "a" + "\u0338" * 8 + "?b"
    assert texts.text("\u0338x", 80) == "?x"


def test_a_space_of_any_width_is_a_space() -> None:
    assert texts.text("5\u00a0kW\u3000lamp", 80) == "5 kW lamp"
    assert texts.shows_whole("5\u00a0kW")


@pytest.mark.parametrize(("typed", "most", "shown"), [
    ("गणेश", 2, "ग"),  # not between the second letter and its vowel sign
    ("कक्षा", 3, "क"),  # nor within a conjunct
    ("e\u0301e\u0301", 3, "e\u0301"),
    ("a👩\u200d🔧", 3, "a"),
    ("a👍🏽", 2, "a"),
    ("abc", 2, "ab"),
    ("abc", 0, ""),
])  # fmt: skip
def test_a_text_is_cut_between_letters(typed: str, most: int, shown: str) -> None:
    assert texts.text(typed, most) == shown


@pytest.mark.parametrize("value", [None, 5, True, ["a"], {"a": 1}, b"a"])
def test_what_is_no_text_is_empty(value: object) -> None:
    assert texts.text(value, 80) == ""


@given(st.text(), st.integers(0, 60))
def test_any_text_can_be_printed_and_is_not_too_long(value: str, most: int) -> None:
    shown = texts.text(value, most)
    assert len(shown) <= most
    shown.encode()
    for character in shown:
        assert character.isprintable() or character in "\u200c\u200d"
        assert unicodedata.bidirectional(character) not in (
            "RLO",
            "LRO",
            "RLE",
            "LRE",
            "PDF",
            "RLI",
            "LRI",
            "FSI",
            "PDI",
        )
    assert texts.text(shown, most) == shown or "?" in shown


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)))
def test_json_says_the_same_and_can_be_printed(value: object) -> None:
    said = texts.json_text(value)
    assert json.loads(said) == value
    said.encode()
    assert not any(0x7F <= ord(character) < 0xA0 or character in "\u202e\u2066\u2028" for character in said)


def test_json_keeps_hindi_readable() -> None:
    assert texts.json_text("श्\u200dरी\u202e") == '"श्\u200dरी\\u202e"'


def test_a_sentence_of_ours_keeps_hindi_and_is_one_line() -> None:
    name = "श्\u200dरी"
    assert texts.sentence(f"the pole is {name!r}\nand must be") == "the pole is 'श्\u200dरी' and must be"


def test_a_complaint_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "--site", "\x1b]0;owned\x07\u202eश्\u200dरी"])
    said = capsys.readouterr().err
    assert "\x1b" not in said and "\x07" not in said and "\u202e" not in said
    assert "श्\u200dरी" in said


def test_a_pole_cannot_act_on_the_terminal_through_our_sentences() -> None:
    said = Language("en").say("pole.why", reason="\x1b[2Jश्\u200dरी", owner="\u202e")
    assert "\x1b" not in said and "\u202e" not in said and "श्\u200dरी" in said
