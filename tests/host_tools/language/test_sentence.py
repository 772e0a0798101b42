"""Sentences that were stored in English are found again and said in Hindi."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from host_tools.errors import CommandError
from host_tools.language import Language
from host_tools.language.language import sentences
from host_tools.language.refusal import Refusal, refusal
from host_tools.language.sentence import Sentence, retold

STORED = ("commands", "rollouts", "updates", "site_check")
HINDI = Language("hi")
ALL = [(namespace, key) for namespace in STORED for key in sentences(namespace, "en")]


@pytest.mark.parametrize(("namespace", "key"), ALL, ids=[".".join(one) for one in ALL])
def test_each_is_recognised_by_its_english_and_keeps_its_values(namespace: str, key: str) -> None:
    names = {name for _text, name, _form, _how in Formatter().parse(sentences(namespace, "en")[key]) if name}
    values: dict[str, object] = {name: f"v{number}" for number, name in enumerate(sorted(names), 11)}
    made = Sentence(f"{namespace}.{key}", **values)
    wanted = HINDI.say(f"{namespace}.{key}", **values)
    assert retold(made, HINDI, *STORED) == wanted
    found = retold(str(made), HINDI, *STORED)
    assert re.search("[\u0900-\u097f]", found) and all(str(value) in found for value in values.values())
    assert retold(str(made), Language("en"), *STORED) == made


def test_a_sentence_within_a_sentence_is_said_too_and_what_is_none_stays() -> None:
    why = Sentence("commands.darkens", poles=60, limit=50)
    both = str(Sentence("commands.second", why=why))
    assert both == "it darkens 60 poles at night, and one person alone may darken 50: a second person has to agree"
    assert "60 खंभों" in retold(both, HINDI, "commands") and "सहमति" in retold(both, HINDI, "commands")
    assert retold("<b>something else</b>", HINDI, *STORED) == "<b>something else</b>"
    assert retold("", HINDI, *STORED) == ""


def test_of_several_forms_that_match_the_one_whose_values_make_sense_is_meant() -> None:
    both = str(Sentence("rollouts.second", why=Sentence("updates.many", poles=60, limit=50)))
    assert retold(both, HINDI, *STORED).endswith("50 खंभों के लिए ही ऐसा कर सकता है: दूसरे व्यक्ति की सहमति चाहिए")
    halted = str(Sentence("updates.halted_bad", bad=2, poles=3, some="P0186 died, P0180 died"))
    assert retold(halted, HINDI, *STORED).startswith("अपने आप रुका: 3 में से 2 खंभों ने नया सॉफ़्टवेयर नहीं माना")


def test_reasons_one_behind_the_other_are_each_said() -> None:
    two = Sentence("updates.none_and", first=Sentence("updates.none_there", count=3),
                   why=Sentence("updates.none_otherKey", count=9))  # fmt: skip
    none = str(Sentence("updates.reaches_none", why=two))
    assert none == "no pole is to get this release (3 run it already; 9 have another key for updates)"
    said = retold(none, HINDI, *STORED)
    assert "3 इसे पहले से चला रहे हैं; और 9 की अपडेट कुंजी दूसरी है" in said


def test_a_refusal_is_a_command_error_in_both_languages() -> None:
    error = refusal(Sentence("commands.no_pole"))
    assert isinstance(error, Refusal) and isinstance(error, CommandError)
    assert str(error) == "it is for no pole, and must be for one at least"
    assert "किसी खंभे के लिए नहीं" in HINDI.tell(error)
    assert str(refusal("plain words")) == "plain words" and HINDI.tell(refusal("plain words")).endswith("plain words")
