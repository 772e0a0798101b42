"""Every text of the console is there in both languages: what pages ask for, and of words in the store."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from host_tools.city.alarms.severity import NAMES
from host_tools.city.commands import delivery
from host_tools.city.console import app
from host_tools.city.console.access.noted import WHAT
from host_tools.city.console.access.roles import ROLES
from host_tools.city.console.access.tokens import BOUNDS, DOORS
from host_tools.language import CODES
from host_tools.language.language import SENTENCES, Language, sentences
from host_tools.wire.event_types import CATALOGUE
from pole.wire import ack_reasons, city_side

CONSOLE = Path(app.__file__).parent
OURS = sorted({file.name.split(".")[0] for file in SENTENCES.glob("console*.en.toml")})
_KEY = r"[a-z][a-z_]*\.[A-Za-z][A-Za-z0-9_]*|[a-z][A-Za-z0-9_]*"
# t("key") and t("begin_" + word), which templates have in either kind of quotation marks
_ASKED = re.compile(rf"""\bt\(\s*["']({_KEY})["']\s*(\+)?""")
_IN_CODE = re.compile(rf'"((?:{"|".join(map(re.escape, OURS))})\.[A-Za-z][A-Za-z0-9_]*)"(?!\s*:)')

_OTHER = re.compile(r"\{[{%#].*?[%}#]\}|<(script|style|code|svg)\b.*?</\1>", re.DOTALL)
_ENGLISH = re.compile(r">([^<>\0]*[A-Za-z]{2,} [A-Za-z]{2,}[^<>\0]*)<")


def full(key: str) -> str:
    return key if "." in key else f"console.{key}"


def there(key: str, begins: bool) -> bool:
    """Whether the sentence is there in all languages; *begins*: at least one that begins so."""
    namespace, _, name = key.partition(".")
    for code in CODES:
        known = sentences(namespace, code)
        if not (any(one.startswith(name) for one in known) if begins else name in known):
            return False
    return True


def asked() -> list[tuple[str, str, bool]]:
    """(file, key, whether it is only the beginning of one) of all that templates and modules ask for."""
    out = []
    for file in sorted((CONSOLE / "templates").rglob("*.html")):
        for found in _ASKED.finditer(file.read_text(encoding="utf-8")):
            out.append((file.name, full(found[1]), found[2] is not None or found[1].endswith("_")))
    for file in sorted(CONSOLE.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        out += [(file.name, found[1], found[1].endswith("_")) for found in _IN_CODE.finditer(text)]
        made = re.findall(r'f"(console\w*\.[A-Za-z]\w*_)\{', text)  # "console_words.reject_" and a word of the store
        out += [(file.name, key, True) for key in made]
    return out


def test_every_sentence_that_a_page_asks_for_is_there_in_both_languages() -> None:
    wanted = asked()
    assert len(wanted) > 150
    assert [one for one in wanted if not there(one[1], one[2])] == []


def _words() -> list[str]:
    """The names of sentences for each word that the store may hold."""
    reasons = {value for name, value in vars(ack_reasons).items() if name.isupper() and isinstance(value, str)}
    made = [f"console_access.role_{role}" for role in ROLES]
    made += [f"console_desk.audit_{what}" for what in WHAT]
    made += [f"console_desk.door_{door}" for door in DOORS] + [f"console_desk.token_{field}" for field in BOUNDS]
    made += [f"console_words.reject_{reason}" for reason in sorted({*reasons, delivery.NO_KEY} - {"applied"})]
    made += [f"notify.severity_{name}" for name in NAMES.values()]
    return made


@pytest.mark.parametrize("code", CODES)
def test_every_role_reason_door_and_deed_has_a_sentence(code: str) -> None:
    said = Language(code)
    assert [key for key in _words() if not said.knows(key)] == []


@pytest.mark.parametrize("code", CODES)
def test_every_owner_has_a_word_on_some_page(code: str) -> None:
    known = {key for namespace in OURS for key in sentences(namespace, code)}
    assert [owner for owner in city_side.OWNERS if f"owner_{owner}" not in known] == []


def test_every_event_type_has_a_meaning_in_both_languages() -> None:
    bare = [
        name
        for name, one in CATALOGUE.items()
        if not one.english.strip() or not re.search("[\u0900-\u097f]", one.hindi)
    ]
    assert bare == []


def test_no_page_has_english_text_of_its_own() -> None:
    """A text between two tags of a template, of two words and more, is a sentence that Hindi lacks."""
    wrong = []
    for file in sorted((CONSOLE / "templates").rglob("*.html")):
        text = re.sub(
            r"\{[{%#].*?[%}#]\}|<(script|style|code|svg)\b.*?</\1>", "\0", file.read_text("utf-8"), flags=re.S
        )
        wrong += [
            (file.name, one.strip()) for one in re.findall(r">([^<>\0]*[A-Za-z]{2,} [A-Za-z]{2,}[^<>\0]*)<", text)
        ]
    assert wrong == []
