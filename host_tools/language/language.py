"""One language, the option that chooses it, and errors that have a sentence in every language."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import click

from host_tools.errors import DiyaError
from host_tools.text import safe

F = TypeVar("F", bound=Callable[..., Any])

CODES = ("en", "hi")
ENVIRONMENT = "DIYA_LANG"
SENTENCES = Path(__file__).parent / "sentences"


class Language:
    """The language *code*, one of ``CODES``; without it that of the environment's DIYA_LANG, else English."""

    def __init__(self, code: str | None = None) -> None:
        code = code or os.environ.get(ENVIRONMENT) or CODES[0]
        if code not in CODES:
            raise DiyaError(f"the language is {code!r} and must be one of {', '.join(CODES)}")
        self.code = code

    def say(self, key: str, /, **values: object) -> str:
        """The sentence *key* ("namespace.name") with *values* put in, texts made `safe`.  Raises KeyError."""
        shown = {name: safe(value) if isinstance(value, str) else value for name, value in values.items()}
        return self.template(key).format(**shown)

    def template(self, key: str) -> str:
        """The sentence *key* as it stands in its file."""
        namespace, _, name = key.partition(".")
        return sentences(namespace, self.code)[name]

    def knows(self, key: str) -> bool:
        """Whether there is a sentence *key*."""
        namespace, _, name = key.partition(".")
        return name in sentences(namespace, self.code)

    def tell(self, error: Exception) -> str:
        """What went wrong, in this language.

        An error without a sentence of its own uses the sentence of its kind (``errors.PortBusy``), with its text in it.
        """
        if isinstance(error, Spoken):
            return self.say(error.key, **error.values)
        for kind in type(error).__mro__:
            if self.knows(f"errors.{kind.__name__}"):
                return self.say(f"errors.{kind.__name__}", why=error)
        return str(error)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors that leave this block say their sentence in this language."""
        try:
            yield
        except DiyaError as error:
            error.args = (self.tell(error),)
            raise


class Spoken(DiyaError):
    """An error whose sentence stands among the others, as *key* with *values*; in English unless told otherwise."""

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(Language("en").say(key, **values))
        self.key = key
        self.values = values


@lru_cache
def sentences(namespace: str, code: str) -> dict[str, str]:
    """Every sentence of *namespace* in the language *code*; empty where there is no such file."""
    file = SENTENCES / f"{namespace}.{code}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def language_option(command: F) -> F:
    """The option --lang of a verb; the argument is called ``lang`` and is a code or None."""
    return click.option("--lang", type=click.Choice(CODES), help="Language: English or Hindi (default: $DIYA_LANG).")(
        command
    )
