"""Sends a command to poles and tells what became of it on each.

A command to many goes out once, on a topic they share; who is meant is known from what the poles have told the broker
about themselves.  Every pole answers with an ack of the same sender and number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from host_tools import envelope
from host_tools.clock import SiteClock
from host_tools.clock import topic as clock_topic
from host_tools.envelope import Counters, Key
from host_tools.errors import CommandError
from host_tools.key_file import for_target
from host_tools.link import Link, Message
from host_tools.place import Place
from host_tools.watch.payload import parsed, text
from host_tools.watch.street import Street
from pole import contract, contract_acks

QUIET_S, SETTLE_S = 0.3, 5.0  # what the broker keeps is all here once nothing came for the first, at most the second
CLOCK_S = 1.5  # longest wait for a simulator to tell its time afresh: what the broker kept of it is old


@dataclass(frozen=True)
class Target:
    """Whom a command is for: poles by name, a group, or (both empty) all."""

    poles: tuple[str, ...] = ()
    group: str = ""

    def __str__(self) -> str:
        return ", ".join(self.poles) if self.poles else f"group {self.group}" if self.group else "all poles"


@dataclass
class Outcome:
    """What became of a command: poles that applied it, that refused it and why, that said nothing, that are offline.

    ``idle`` are those which held nothing that a cancel could have ended.
    """

    asked: list[str]
    offline: list[str]
    applied: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    rejected: dict[str, tuple[str, str]] = field(default_factory=dict)  # pole: (reason, detail)

    @property
    def silent(self) -> list[str]:
        answered = {*self.applied, *self.idle, *self.rejected}
        return [pole for pole in self.asked if pole not in answered]

    @property
    def complete(self) -> bool:
        """Whether every pole that was meant did it; a cancel must have ended something somewhere."""
        return not (self.rejected or self.silent or self.offline) and bool(self.applied)


class Speaker:
    """Somebody of the city who speaks to the poles of *place* over *link* under the name *sender*.

    *link* must be subscribed to `topics(place)`.  ``clock`` is the time at the site.
    """

    def __init__(self, place: Place, link: Link, sender: str, counters: Counters) -> None:
        self.place = place
        self.link = link
        self.sender = sender
        self.clock = SiteClock()
        self._counters = counters
        self._clock_topic = clock_topic(place.root, place.site)

    def look(self) -> None:
        """Learn which poles there are and what time it is there."""
        fresh = False
        for message in self.link.settle(QUIET_S, SETTLE_S):
            fresh |= self.note(message)
        until = time.monotonic() + CLOCK_S
        while self.clock.simulated and not fresh and (left := until - time.monotonic()) > 0:
            message_or_none = self.link.take(left)
            fresh = message_or_none is not None and self.note(message_or_none)

    def number(self) -> int:
        """The next *n* of this sender.  Raises CommandError where it cannot be kept."""
        simulated = f"{self.place.broker}/{self.place.site}" if self.clock.simulated else ""
        return self._counters.next(self.sender, int(self.clock.now() * 1000), simulated)

    def note(self, message: Message) -> bool:
        """Take what the broker tells; True where it was the simulator's time, just now."""
        if message.topic == self._clock_topic:
            return self.clock.feed(message.payload) and not message.retained
        pole, kind = self.whose(message)
        self.heard(pole, kind, message)
        return False

    def whose(self, message: Message) -> tuple[str, str]:
        """Pole (or what stands in its place) and kind of the topic of *message*."""
        pole, _, kind = message.topic.removeprefix(f"{self.place.root}/{self.place.site}/").partition("/")
        return pole, kind

    def heard(self, pole: str, kind: str, message: Message) -> None:
        """A message of *pole*, or to it."""


class Sender(Speaker):
    """Sends commands, sealed with those of *keys* (by name) that are for whom they are sent to; None: not sealed."""

    def __init__(
        self, place: Place, link: Link, sender: str, counters: Counters, keys: Mapping[str, Key] | None = None
    ) -> None:
        super().__init__(place, link, sender, counters)
        self._keys = keys
        self._street = Street(place.root, place.site)

    def heard(self, pole: str, kind: str, message: Message) -> None:
        self._street.feed(message.topic, message.payload, message.retained, int(self.clock.now()))

    def send(
        self, target: Target, body: str, wait_s: float, progress: Callable[[Outcome], None] = lambda outcome: None
    ) -> Outcome:
        """Send *body* and wait up to *wait_s* for every pole's ack; *progress* is told of each.

        Raises CommandError where there is no such pole, or no key for it, BrokerError where the broker
        does not take it.
        """
        outcome = self._meant(target)
        sent = []
        for topic, key in self._ways(target, [*outcome.asked, *outcome.offline]):
            n = self.number()
            self.link.publish(topic, envelope.seal(topic, self.sender, n, body, key))
            sent.append(n)
        progress(outcome)
        until = time.monotonic() + wait_s
        while outcome.silent and (left := until - time.monotonic()) > 0:
            message = self.link.take(left)
            if message and self._answer(message, sent, outcome):
                progress(outcome)
        return outcome

    def _meant(self, target: Target) -> Outcome:
        rows = self._street.rows()
        names = [row.pole for row in rows]
        known = f"the poles there are {_some(names)}" if names else "no pole has"
        for pole in target.poles:
            if pole not in names:
                raise CommandError(f"{pole} has not reported to the broker at {self.place.broker}; {known}")
        meant = [
            row for row in rows if (row.pole in target.poles if target.poles else target.group in ("", *row.groups))
        ]
        if not meant:
            groups = sorted({group for row in rows for group in row.groups})
            known = f"the groups there are {_some(groups)}" if groups else "no pole has"
            raise CommandError(f"no pole of {target} has reported to the broker at {self.place.broker}; {known}")
        return Outcome(
            asked=[row.pole for row in meant if row.online is not False],
            offline=[row.pole for row in meant if row.online is False],
        )

    def _ways(self, target: Target, poles: list[str]) -> list[tuple[str, Key | None]]:
        """On which topics it goes out, each with its key: one that *poles* share, or the pole's own."""
        if self._keys is None:
            return [(topic, None) for topic in self._topics(target)]
        meant = {pole: self._street.row(pole).groups for pole in poles}
        known = {row.pole for row in self._street.rows()}
        keys = for_target(self._keys, self.place.site, None if target.poles else target.group, meant, known)
        if isinstance(keys, Key):
            return [(topic, keys) for topic in self._topics(target)]
        root, site = self.place.root, self.place.site
        return [(contract.topic(root, site, pole, contract.COMMAND), key) for pole, key in keys.items()]

    def _topics(self, target: Target) -> list[str]:
        root, site = self.place.root, self.place.site
        if target.poles:
            return [contract.topic(root, site, pole, contract.COMMAND) for pole in target.poles]
        return [contract.group_topic(root, site, target.group) if target.group else contract.all_topic(root, site)]

    def _answer(self, message: Message, sent: list[int], outcome: Outcome) -> bool:
        """Take one message; True where it was a pole's answer to what was sent."""
        pole, kind = message.topic.rsplit("/", 2)[-2:] if message.topic.count("/") >= 2 else ("", "")
        if kind != contract.ACK or message.retained:
            self.note(message)
            return False
        ack = parsed(message.payload)
        if ack is None or ack.get("sender") != self.sender or ack.get("n") not in sent:
            return False
        if pole in outcome.offline:  # it came back just in time
            outcome.offline.remove(pole)
        if pole not in outcome.asked:
            outcome.asked.append(pole)  # or nobody knew of it
        if ack.get("outcome") == contract_acks.APPLIED:
            outcome.applied.append(pole)
        elif ack.get("reason") == contract_acks.UNKNOWN_REFERENCE:
            outcome.idle.append(pole)
        else:
            outcome.rejected[pole] = (text(ack.get("reason"), 40) or "?", text(ack.get("detail"), 200))
        return True


def topics(place: Place) -> list[str]:
    """What a Sender must hear: who there is, what they answer, and the time."""
    kinds = (contract.PRESENCE, contract.BIRTH, contract.ACK)
    return [f"{place.root}/{place.site}/+/{kind}" for kind in kinds] + [clock_topic(place.root, place.site)]


def as_json(outcome: Outcome) -> dict[str, Any]:
    """*outcome* for programs."""
    return {
        "applied": sorted(outcome.applied),
        "rejected": {
            pole: {"reason": reason, "detail": detail} for pole, (reason, detail) in sorted(outcome.rejected.items())
        },
        "nothingHeld": sorted(outcome.idle),
        "noAnswer": outcome.silent,
        "offline": outcome.offline,
    }


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return (
        ", ".join(listed) if len(listed) <= 12 else f"{', '.join(listed[:10])} ... {listed[-1]} ({len(listed)} of them)"
    )
