"""Judges whether a rollout may begin, and whether a second person has to agree; pure.

The page asks it before a rollout is written, and the receiver, which trusts no row, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from host_tools.city.commands.limits import DARKENED
from host_tools.city.rollouts.examine import Examined
from host_tools.language.sentence import Sentence
from host_tools.site import sections
from host_tools.site.limit import Limit
from host_tools.text import quoted

ROLE = "engineer"
RECENT_S = 7 * 86400  # rollouts of this time count together, as far as one person alone gave them


@dataclass(frozen=True)
class Ruling:
    """*refused*: why it may not begin at all.  *second*: why a second person has to agree.  Empty: neither."""

    refused: str = ""
    second: str = ""


def ruling(
    role: str, base: str, values: sections.Values, found: Examined, limits: Mapping[str, Limit], others: int = 0
) -> Ruling:
    """The ruling on the sections *values*, made from those of the digest *base*, which were *found* so.

    *others*: poles that rollouts of one person alone have darkened lately.
    """
    if role != ROLE:
        return Ruling(Sentence("rollouts.role", role=quoted(role, 40), wanted=ROLE))
    if found.problems:
        more = len(found.problems) - 1
        if more:
            return Ruling(Sentence("rollouts.mistakes", first=str(found.problems[0]), more=more))
        return Ruling(Sentence("rollouts.mistake", first=str(found.problems[0])))
    before = sections.digest(found.before)
    if sections.digest(values) == before:
        return Ruling(Sentence("rollouts.same"))
    if base != before:
        return Ruling(Sentence("rollouts.changed"))
    if not found.touched:
        return Ruling(Sentence("rollouts.touches_none"))
    limit = limits[role]
    if len(found.touched) > limit.poles:
        return Ruling(second=Sentence("rollouts.many", poles=len(found.touched), role=role, limit=limit.poles))
    darker = len(found.darker)
    if darker and darker + others > DARKENED:
        if others:
            return Ruling(second=Sentence("rollouts.darker_with", poles=darker, others=others, limit=DARKENED))
        return Ruling(second=Sentence("rollouts.darker", poles=darker, limit=DARKENED))
    return Ruling()
