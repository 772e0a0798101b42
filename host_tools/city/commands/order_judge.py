"""The receiver's judgement of an order: its limits, what it comes to with others in force, the second person's code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from host_tools.city.commands import limits
from host_tools.city.commands.darkened import Darkened
from host_tools.city.commands.order import Order
from host_tools.city.commands.second_person import SecondPersons
from host_tools.city.store.command_tables import ACCEPTED, ASKS, REFUSED
from host_tools.language.sentence import Sentence
from host_tools.site.limit import Limit


@dataclass(frozen=True)
class Rules:
    """What the receiver's own site says: the *floor* and *limits* of commands, *night(since, until)*, and the *groups*
    of the poles of its files.  Without files, every hour may be night.
    """

    floor: int
    limits: Mapping[str, Limit]
    night: Callable[[int, int], bool] = lambda since, until: True
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)


class OrderJudge:
    """Judges by *rules*; *folder* has the secrets of second persons."""

    def __init__(self, rules: Rules, folder: Path) -> None:
        self._rules = rules
        self._persons = SecondPersons(folder)
        self._darkened = Darkened()

    def forget(self) -> None:
        """Forgets the orders in force: they are noted again."""
        self._darkened = Darkened()

    def note(self, order: Order, present: Mapping[str, int | None]) -> None:
        """Notes which poles *order*, accepted, darkens; *present*: their targets in percent, None: not known.

        Its ``second`` is one who has agreed.
        """
        self._darkened.end(order, present)
        if order.level is not None and not (order.raises or order.second):
            self._darkened.add(order, limits.darkens(order.level, present))

    def judge(self, order: Order, present: Mapping[str, int | None], now: int, wall: int) -> tuple[str, str, str]:
        """(state, why, who agreed) of *order* at *now*, and *wall* of real time.

        Raises CommandError where no code can be checked.
        """
        rules = self._rules
        night = rules.night(max(now, order.begins), order.expiration)
        others = self._darkened.others(present.keys(), now)
        ruling = limits.judge(order, present, rules.limits, rules.floor, night, now, others)
        if ruling.refused:
            return REFUSED, ruling.refused, ""
        if not ruling.second:
            return ACCEPTED, "", ""
        if not order.second:
            return ASKS, Sentence("commands.second", why=ruling.second), ""
        said = {name: value for name, value in asdict(order).items() if name not in ("code", "decided_at")}
        digest = hashlib.sha256(json.dumps([said, sorted(present)], sort_keys=True).encode()).hexdigest()
        wrong = self._persons.check(order.second, order.code, order.who, digest, wall)
        return (ASKS, wrong, "") if wrong else (ACCEPTED, "", order.second)
