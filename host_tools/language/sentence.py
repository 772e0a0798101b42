"""A sentence that is stored or passed on as English text and can be said in another language later.

``Sentence("commands.missing", name="role")`` is a text, the English sentence, with the key and values that it was made
of.  Of a stored text only the English is left: ``retold`` finds the sentence whose form it has, and says that.
"""

from __future__ import annotations

import re
from functools import lru_cache

from host_tools.language.language import Language, sentences

_REASONS = ("why", "first")  # fields that are sentences themselves
_FIELD = re.compile(r"\{(\w+)\}")


class Sentence(str):
    """The English sentence *key* with *values*; ``key`` and ``values`` say it in another language."""

    key: str
    values: dict[str, object]

    def __new__(cls, key: str, /, **values: object) -> Sentence:
        made = super().__new__(cls, Language("en").say(key, **values))
        made.key, made.values = key, values
        return made


def retold(text: str, said: Language, *namespaces: str) -> str:
    """*text*, an English sentence of *namespaces*, in the language *said*; *text* itself where it is none.

    A value that is a sentence of these itself is said in that language as well.
    """
    if said.code == "en" or not text:
        return text
    if isinstance(text, Sentence):
        values = {name: _value(value, said, namespaces) for name, value in text.values.items()}
        return said.say(text.key, **values)
    found = [(key, one.groupdict()) for key, form in _forms(namespaces) if (one := form.fullmatch(text))]
    if not found:
        return text
    key, values = next((one for one in found if _is_plain(one[1])), found[0])
    return said.say(key, **{name: _value(value, said, namespaces) for name, value in values.items()})


def _is_plain(values: dict[str, str]) -> bool:
    """Whether only a reason has several words: "50: a second person has to agree" is no limit."""
    return all(" " not in value or name in _REASONS for name, value in values.items())


def _value(value: object, said: Language, namespaces: tuple[str, ...]) -> object:
    return retold(value, said, *namespaces) if isinstance(value, str) and " " in value else value


@lru_cache
def _forms(namespaces: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(key, form) of the English sentences of *namespaces*, those with the most words of their own first."""
    found = []
    every = [(f"{one}.{name}", text) for one in namespaces for name, text in sentences(one, "en").items()]
    for key, template in every:
        parts = _FIELD.split(template)
        seen: set[str] = set()
        form = ""
        for at, part in enumerate(parts):
            if at % 2 == 0:
                form += re.escape(part.replace("{{", "{").replace("}}", "}"))
            else:
                form += f"(?P={part})" if part in seen else f"(?P<{part}>.*?)"
                seen.add(part)
        found.append((len("".join(parts[::2])), key, re.compile(form, re.DOTALL)))
    return tuple((key, form) for _own, key, form in sorted(found, key=lambda one: (-one[0], one[1])))
