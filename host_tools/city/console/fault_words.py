"""Alarms in words, in the language of the page: what a kind means, its cause, its evidence with units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from host_tools.city.console.words import meaning as meaning
from host_tools.language.language import Language, sentences
from host_tools.text import safe, text

MOST_TEXT = 300
_COUNTS = ("supplyLost", "supplyKept")  # of poles: none is not worth a word
_CAUSES = "console_causes"
_PARTS = re.compile(r", | and ")
_ARTICLE = re.compile(r"^(?:an?|the|spare)\s+")
_OWN = {  # what ``measured`` of an event is
    "photocellFailure": "lux", "leakageDetected": "leakage", "impactDetected": "shock", "orientationChanged": "tilt",
}  # fmt: skip
_PLAIN = {
    "supplyVoltage": "voltage", "supplyCurrent": "current", "powerFactor": "factor", "temperature": "temperature",
    "supplyLost": "supply_lost", "supplyKept": "supply_kept",
}  # fmt: skip


def cause(english: str, said: Language) -> str:
    """The probable cause *english*, which a pole or the correlation of the street wrote."""
    shown = text(english, MOST_TEXT)
    return shown if said.code == "en" else _translated(shown, said.code) or shown


def carry(english: str, said: Language) -> str:
    """What to carry: a sentence, or parts one by one."""
    shown = text(english, MOST_TEXT)
    if said.code == "en" or (whole := _translated(shown, said.code)):
        return shown if said.code == "en" else whole
    return ", ".join(part(one, said) for one in _PARTS.split(shown) if one)


def part(english: str, said: Language) -> str:
    """One part or tool of an order."""
    shown = text(english, MOST_TEXT)
    if said.code == "en":
        return shown
    plain = shown
    while (shorter := _ARTICLE.sub("", plain)) != plain:
        plain = shorter
    return _translated(plain, said.code) or shown


def evidence(kind: str, values: Mapping[str, Any], said: Language) -> list[str]:
    """The figures of *values* with their units, in the order in which a person asks for them."""
    say = _sayer(said)
    out = []
    if _is_number(values.get("level")):
        out.append(say("asked", value=_figure(values["level"])))
    if _is_number(values.get("activePower")):
        expected = values.get("expectedPower")
        known = {"expected": _figure(expected)} if _is_number(expected) else {}
        out.append(say("takes" if known else "takes_only", value=_figure(values["activePower"]), **known))
    out += [
        say(name, value=_figure(values[key]))
        for key, name in _PLAIN.items()
        if _is_number(values.get(key)) and (values[key] or key not in _COUNTS)
    ]
    if _is_number(values.get("drops")) and _is_number(values.get("polesThere")):
        out.append(say("of_poles", value=_figure(values["drops"]), of=_figure(values["polesThere"])))
    if "measured" in values:
        own = values["measured"]
        shown = ", ".join(map(_figure, own)) if isinstance(own, list) and all(map(_is_number, own)) else own
        shown = _figure(shown) if _is_number(shown) else text(str(shown), 60)
        name = _OWN.get(kind)
        out.append(say(name, value=shown) if name else say("other", name="", value=shown).strip())
    return out


def span(seconds: int, said: Language) -> str:
    """*seconds* in the two largest units; below a minute in seconds."""
    seconds = abs(seconds)
    if seconds < 60:
        return said.say("console_alarms.u_second", count=seconds)
    minutes = seconds // 60
    parts = [("day", minutes // 1440), ("hour", minutes // 60 % 24), ("minute", minutes % 60)]
    shown = [said.say(f"console_alarms.u_{name}", count=count) for name, count in parts if count]
    return " ".join(shown[:2])


def _sayer(said: Language) -> Any:
    return lambda name, **values: said.say(f"console_alarms.ev_{name}", **values)


def _translated(english: str, code: str) -> str:
    known = sentences(_CAUSES, code)
    if english in known:
        return safe(known[english])
    for pattern, sentence in _patterns(code):
        if found := pattern.fullmatch(english):
            return sentence.format(**found.groupdict())
    return ""


@lru_cache
def _patterns(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences that have names in them."""
    out = []
    for english, sentence in sentences(_CAUSES, code).items():
        if "{a}" in english:
            shape = re.escape(english).replace(r"\{a\}", "(?P<a>.+?)").replace(r"\{b\}", "(?P<b>.+?)")
            out.append((re.compile(shape), sentence))
    return tuple(out)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _figure(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
