"""One sentence that says why a pole is lit as it is, by whom, until when, and what comes then; pure.

It is built of what the pole itself said.  Of a pole that is silent it says what was so when it was last heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from host_tools.city.console import fault_words as words
from host_tools.city.console.page import moment
from host_tools.city.console.pole_said import PoleSaid, in_force
from host_tools.city.store.nights import DARK_TYPES
from host_tools.language.language import Language
from host_tools.text import text
from pole.lighting.calendar import Calendar

MOST = 100  # characters of a reason or a name
BY_PROGRAMME = ("calendar", "programme")
OLD_S = 2400  # a pole that is heard says its state each 15 minutes
LATE_S = 120


@dataclass(frozen=True)
class Says:
    """*sentence*; *heard*: it is so now; *owner*: who decides, "" where that is not known.

    *dark*: it gives no light, though it is asked for some.
    """

    sentence: str
    heard: bool
    owner: str
    dark: bool = False


def says(
    pole: PoleSaid, calendar: Calendar | None, orders: Sequence[dict[str, Any]], now: int, zone: ZoneInfo,
    said: Language, faults: Iterable[str] = (),
) -> Says:  # fmt: skip
    """The sentence on *pole* at *now* (Unix s); *orders*: `deliveries` of it; *faults*: kinds of its open alarms."""
    say = _Sayer(said, zone, now)
    level = _whole(pole.state.get("level"))
    if pole.row is None or level is None:
        return Says(_unknown(pole, calendar, now, say), False, "")
    listed = pole.state.get("faults")
    dark = [kind for kind in DARK_TYPES if kind in faults or (isinstance(listed, list) and kind in listed)]
    lit = _lit(pole, level, calendar, list(orders), now, say, dark)
    owner = str(pole.state.get("owner", ""))[:40]
    of, last = pole.row["state_at"], pole.last
    ends = _whole(pole.state.get("until"))
    old = of is not None and (now - of > OLD_S or bool(ends and 0 < ends < now - LATE_S))
    word = say("its_word", at=say.at(of), then=lit) if of is not None else say("its_word_undated", then=lit)
    if pole.heard:
        return Says(word if old else lit, not old, owner, bool(dark and level))
    if last is None:
        return Says(say("silent_never", word=word), False, owner)
    same = of is not None and last - of <= LATE_S
    told = say("at_that_time", then=lit) if same else word
    return Says(say("silent", span=words.span(max(0, now - last), said), at=say.at(last), word=told), False, owner)


class _Sayer:
    def __init__(self, said: Language, zone: ZoneInfo, now: int) -> None:
        self.language, self._zone, self._now = said, zone, now

    def __call__(self, name: str, **values: Any) -> str:
        return self.language.say(f"console_pole.{name}", **values)

    def at(self, at: int) -> str:
        """The time of day within 18 hours, else with the date."""
        shown = moment(at, self._zone)
        return shown[11:] if abs(at - self._now) < 64800 else shown


def _unknown(pole: PoleSaid, calendar: Calendar | None, now: int, say: _Sayer) -> str:
    head = say("never" if pole.row is None else "no_state")
    if calendar is None:
        return head
    point = calendar.at(now)
    return f"{head} {say('should', reason=_programme(point.reason), level=point.level)}"


def _lit(
    pole: PoleSaid, level: int, calendar: Calendar | None, orders: list[dict[str, Any]], now: int, say: _Sayer,
    dark: list[str],
) -> str:  # fmt: skip
    state = pole.state
    owner, reason = str(state.get("owner", "")), text(state.get("reason"), MOST)
    until, target = _whole(state.get("until")), _whole(state.get("target"))
    by = say.language.knows(f"console_pole.by_{owner}")
    who = _person(orders, owner, reason, until)
    shown = _programme(reason) if owner in BY_PROGRAMME else reason
    values = {"reason": shown or "–", "who": f"{who} " if who else "", "owner": text(owner, 40)}
    decided = say(f"by_{owner}" if by else "by_other", **values).replace("  ", " ")
    ends = say("until", at=say.at(until)) if until and until > 0 else ""
    then = _then(calendar, orders, until, owner, say) if until and until > 0 else ""
    if dark and level:  # what is asked for is not what shines
        fault = words.meaning(dark[0], say.language)
        return say("dark", level=level, by=decided, until=ends, then=then, fault=fault)
    if target is not None and target != level:
        return say("moving", level=level, target=target, by=decided, until=ends, then=then)
    return say("lit" if level else "off", level=level, by=decided, until=ends, then=then)


def _then(
    calendar: Calendar | None, orders: list[dict[str, Any]], until: int, owner: str, say: _Sayer
) -> str:  # fmt: skip
    """What the pole does at *until*: another order that it holds, else its programme."""
    for one in in_force(orders, until):
        if one["expiration"] > until:
            key = f"then_{one['owner']}"
            name = say(
                key if say.language.knows(f"console_pole.{key}") else "then_other", reason=text(one["reason"], MOST)
            )
            return say("then", reason=name, level=one["level"])
    if calendar is None:
        return ""
    point = calendar.at(until)
    return say("then", reason=_programme(point.reason), level=point.level)


def _person(orders: list[dict[str, Any]], owner: str, reason: str, until: int | None) -> str:
    """Who gave the order by which the pole lives; empty where it is not one of this store."""
    for one in orders:
        if (one["owner"], text(one["reason"], MOST), one["expiration"]) == (owner, reason, until):
            return text(one["who"], 64)
    return ""


def _programme(reason: str) -> str:
    """`residential` of `residential: 22:00`."""
    return text(reason.split(":")[0], MOST)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
