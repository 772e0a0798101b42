"""Sentences of `diya` for a technician, in English and Hindi.

Sentences stand in `sentences/NAMESPACE.CODE.toml`, one file a verb and language, and are asked for by key:
``Language("hi").say("flash.done", pole="P0001")`` is the entry ``done`` of `flash.hi.toml`.  Values are put in by
name, formatted as `str.format` does.  A test holds the keys and the names in the braces alike in all languages.
"""

from host_tools.language.language import CODES, Language, Spoken, language_option
from host_tools.language.verb import SpokenCommand, SpokenGroup

__all__ = ["CODES", "Language", "Spoken", "SpokenCommand", "SpokenGroup", "language_option"]
