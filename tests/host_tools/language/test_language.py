"""Every sentence exists in every language, with the same values in it."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import click
import pytest
from click.testing import CliRunner

from host_tools.cli import cli, run
from host_tools.errors import DiyaError, PortBusy
from host_tools.language import CODES, Language, Spoken
from host_tools.language.language import SENTENCES, sentences

ROOT = Path(__file__).parents[3]
NAMESPACES = sorted({file.name.split(".")[0] for file in SENTENCES.glob("*.toml")})
VERBS = [name for name in ("pole", "commission", "flash") if cli.get_command(click.Context(cli), name)]


def values_of(sentence: str) -> set[tuple[str, str]]:
    """Names and formats of what is put in."""
    return {(name, form or "") for _text, name, form, _how in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_all_languages_have_the_same_sentences_with_the_same_values(namespace: str) -> None:
    english = sentences(namespace, "en")
    assert english
    for code in CODES:
        other = sentences(namespace, code)
        assert set(other) == set(english)
        for key, sentence in english.items():
            assert values_of(other[key]) == values_of(sentence), key
            assert sentence.strip() and other[key].strip()


def test_hindi_is_hindi() -> None:
    for namespace in NAMESPACES:
        for key, sentence in sentences(namespace, "hi").items():
            plain = re.sub(r"\{[^}]*\}|`[^`]*`", "", sentence)
            if re.search(r"[a-z]{4}", plain) and not re.search("[\u0900-\u097f]", plain):
                pytest.fail(f"{namespace}.{key} is English: {sentence}")


def test_every_sentence_the_code_asks_for_exists() -> None:
    asked = set()
    for file in (ROOT / "host_tools").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        keys = re.findall(rf'(?<!ForeignKey\()"((?:{"|".join(NAMESPACES)})\.[a-z][a-z_]*)"', text)
        ours = "migrations" not in file.parts
        asked |= {(file.name, key) for key in keys if ours and not key.endswith(".html")}
    assert len(asked) > 20
    known = Language("en")
    modules = {f"pole.{file.stem}" for file in (ROOT / "firmware" / "pole").iterdir()}
    begun = {key for _file, key in asked if key.endswith("_")}  # a word of the store is put behind it
    others = {*modules, *begun, *(key for _file, key in asked if key.endswith(".html"))}
    missing = [(file, key) for file, key in sorted(asked) if not known.knows(key) and key not in others]
    assert missing == []
    for key in begun:
        namespace, _, name = key.partition(".")
        assert any(one.startswith(name) for one in sentences(namespace, "en")), key


def test_the_language_is_that_of_the_option_or_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Language().code == "en"
    monkeypatch.setenv("DIYA_LANG", "hi")
    assert Language().code == "hi"
    assert Language("en").code == "en"
    monkeypatch.setenv("DIYA_LANG", "fr")
    with pytest.raises(DiyaError, match="'fr' and must be one of en, hi"):
        Language()


def test_errors_of_others_are_told_by_their_kind_with_their_own_words() -> None:
    busy = PortBusy("the port /dev/ttyUSB0 is held by screen (process 7)")
    assert Language("en").tell(busy) == str(busy)
    hindi = Language("hi").tell(busy)
    assert "दूसरा पोर्ट लें" in hindi and "screen (process 7)" in hindi
    with pytest.raises(PortBusy, match="दूसरा पोर्ट लें"), Language("hi").told():
        raise busy


def test_an_error_with_a_sentence_is_told_in_english_unless_asked_otherwise() -> None:
    error = Spoken("service.gone", port="COM3")
    assert "connection to COM3 is lost" in str(error)
    assert "COM3 से संपर्क टूट गया" in Language("hi").tell(error)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("order", [("--help", "--lang", "hi"), ("--lang=hi", "-h")])
def test_help_is_in_hindi_where_asked_for(verb: str, order: tuple[str, ...]) -> None:
    said = CliRunner().invoke(cli, [verb, *order], terminal_width=200).output
    assert said.startswith("प्रयोग: ") and "विकल्प:" in said
    for line in said.splitlines():
        if re.match(r"  -", line):
            assert re.search("[\u0900-\u097f]", line), line


def test_mistakes_in_the_options_are_told_in_hindi(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pole", "--lang", "hi", "--bla"]) == 2
    assert "विकल्प नहीं है" in capsys.readouterr().err
    assert run(["pole", "set", "--lang", "hi"]) == 2
    assert capsys.readouterr().err == "diya: LEVEL नहीं दिया गया; --help बताता है कि वह क्या है।\n"
    assert run(["pole", "--bla"]) == 2
    assert "No such option" in capsys.readouterr().err
