"""Sends a command to poles and tells what became of it on each.

A command to many goes out once, on a topic they share; who is meant is known from what the poles have told the broker
about themselves.  Every pole answers with an ack of the same sender and number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from host_tools.broker.connection import Link, Message
from host_tools.city.commands.place import Place
from host_tools.city.commands.speaker import Speaker
from host_tools.city.live.street_state import Street
from host_tools.closest import closest
from host_tools.errors import CommandError
from host_tools.keys.key_file import for_target
from host_tools.wire import envelope
from host_tools.wire.envelope import Counters, Key
from host_tools.wire.payload import number, parsed, text
from pole.wire import ack_reasons, contract

PUBLISH_S, LEAST_PUBLISH_S = 10.0, 0.5  # longest wait for the broker to take a command, and the shortest of it
PUBLISH_A_S = 1000  # commands that a broker takes in a second, at least
OFFLINE_S = 3.0  # for the answer of a pole that was named and whose will may be of a session before
TURN_S = 0.05  # longest wait for an answer before the next look


@dataclass(frozen=True)
class Target:
    """Whom a command is for: poles by name, a group, or (both empty) all."""

    poles: tuple[str, ...] = ()
    group: str = ""

    def __str__(self) -> str:
        return ", ".join(self.poles) if self.poles else f"group {self.group}" if self.group else "all poles"


class Outcome:
    """What became of a command: poles that applied it, that refused it and why, that said nothing, that are offline.

    ``idle`` are those which held nothing that a cancel could have ended, ``never`` those of the site's files that were
    meant and of which the broker has never heard.
    """

    def __init__(self, asked: Iterable[str], offline: Iterable[str], never: Iterable[str] = ()) -> None:
        self._asked = dict.fromkeys(asked)
        self._left = dict.fromkeys(self._asked)
        self._offline = dict.fromkeys(offline)
        self.never = list(never)
        self.applied: list[str] = []
        self.idle: list[str] = []
        self.rejected: dict[str, tuple[str, str]] = {}  # pole: (reason, detail)

    @property
    def asked(self) -> list[str]:
        return list(self._asked)

    @property
    def offline(self) -> list[str]:
        return list(self._offline)

    @property
    def silent(self) -> list[str]:
        return list(self._left)

    @property
    def counts(self) -> tuple[int, int]:
        """How many were asked, how many of them have not answered yet."""
        return len(self._asked), len(self._left)

    @property
    def complete(self) -> bool:
        """Whether every pole that was meant did it; a cancel must have ended something somewhere."""
        return not (self.rejected or self._left or self._offline) and bool(self.applied)

    def answered(self, pole: str, applied: bool, reason: str, detail: str) -> None:
        """*pole* has answered: one that was offline came back just in time, and one that was not known counts too."""
        self._offline.pop(pole, None)
        self._asked[pole] = None
        self._left.pop(pole, None)
        if applied:
            self.applied.append(pole)
        elif reason == ack_reasons.UNKNOWN_REFERENCE:
            self.idle.append(pole)
        else:
            self.rejected[pole] = (reason or "?", detail)


class Sender(Speaker):
    """Sends commands, sealed with those of *keys* (by name) that are for whom they are sent to; None: not sealed."""

    reads = (contract.PRESENCE, contract.BIRTH)

    def __init__(
        self, place: Place, link: Link, sender: str, counters: Counters, keys: Mapping[str, Key] | None = None
    ) -> None:
        super().__init__(place, link, sender, counters)
        self._keys = keys
        self._street = Street(place.root, place.site, poles=place.poles)
        self._session = 0  # of the link, in which acks are heard

    def heard(self, pole: str, kind: str, message: Message) -> None:
        self._street.feed(message.topic, message.payload, message.retained, int(self.clock.now()))

    def meant(self, target: Target) -> Outcome:
        """Whom *target* means.  Raises CommandError where that is no pole that has ever reported."""
        broker = self.place.broker
        for pole in target.poles:
            if self._street.row(pole).heard:
                continue
            if pole in self._street.names():
                raise CommandError(f"{pole} is in the site's files and has never reported to the broker at {broker}")
            self.look()  # only those that were named are known as yet
            heard = [row.pole for row in self._street.rows()]
            known = f"give a pole there is{closest(pole, heard)}" if heard else "no pole has"
            raise CommandError(f"{pole} has not reported to the broker at {broker}; {known}")
        if target.poles:
            rows = [self._street.row(pole) for pole in target.poles]
        else:
            rows = [row for row in self._street.rows() if target.group in ("", *row.groups)]
        never = [] if target.poles else [
            pole for pole in self._street.shown.never() if target.group in ("", *self._street.row(pole).groups)
        ]  # fmt: skip
        if not rows:
            if target.group in self._street.groups():
                many = f"none of the {len(never)} poles of group {target.group}"
                raise CommandError(f"{many} has ever reported to the broker at {broker}")
            there = {group for row in self._street.rows() for group in row.groups} if target.group else set()
            known = f"give a group there is{closest(target.group, there)}" if there else "no pole has"
            raise CommandError(f"no pole of {target} has reported to the broker at {broker}; {known}")
        return Outcome(
            (row.pole for row in rows if row.online is not False), (row.pole for row in rows if row.online is False),
            never,
        )  # fmt: skip

    def send(
        self, target: Target, body: str, wait_s: float, progress: Callable[[Outcome], None] = lambda outcome: None
    ) -> Outcome:
        """Send *body* and wait for every pole's ack, *wait_s* for all of it; *progress* is told of each.

        Raises CommandError where there is no such pole, or no key for it, BrokerError where the broker
        does not take it.
        """
        until = time.monotonic() + wait_s
        outcome = self.meant(target)
        ways = self._ways(target, [*outcome.asked, *outcome.offline])
        self._listen(until)
        sent: set[int] = set()
        for topic, key, nonce in ways[:-1]:
            self.link.post(topic, self._sealed(topic, body, key, nonce, sent))
        topic, key, nonce = ways[-1]
        left = min(PUBLISH_S + len(ways) / PUBLISH_A_S, max(LEAST_PUBLISH_S, until - time.monotonic()))
        self.link.publish(topic, self._sealed(topic, body, key, nonce, sent), wait_s=left)
        progress(outcome)
        doubt = min(until, time.monotonic() + OFFLINE_S) if target.poles else 0.0
        while (
            left := (until if outcome.counts[1] else doubt if outcome.offline else 0.0) - time.monotonic()
        ) > 0:  # fmt: skip
            self._listen(until)
            message = self.link.take(min(left, TURN_S))
            answers = 0
            while message:
                answers += self._answer(message, sent, outcome)
                message = self.link.take(0)
            if answers:
                progress(outcome)
        return outcome

    def _sealed(self, topic: str, body: str, key: Key | None, nonce: str, sent: set[int]) -> bytes:
        """The message to *topic*; its number is added to *sent*."""
        n = self.number()
        sent.add(n)
        return envelope.seal(topic, self.sender, n, body, key, nonce)

    def _listen(self, until: float) -> None:
        """Hear acks in this session of the link.

        At QoS 0: a broker queues no more than max_queued_messages for who takes his time to acknowledge, and drops the
        rest of a city's answers.
        """
        if not self.link.connected or self._session == self.link.sessions:
            return
        self._session = self.link.sessions
        asked = self.link.subscribe([f"{self.place.root}/{self.place.site}/+/{contract.ACK}"])
        while not self.link.granted(asked) and self.link.connected and time.monotonic() < until:
            self.link.pause(0.05)

    def _ways(self, target: Target, poles: list[str]) -> list[tuple[str, Key | None, str]]:
        """On which topics it goes out, each with its key: one that *poles* share, or the pole's own, which goes with
        the nonce of its flashing.
        """
        if self._keys is None:
            return [(topic, None, "") for topic in self._topics(target)]
        meant = {pole: self._street.row(pole).groups for pole in poles}
        known = {row.pole for row in self._street.rows()}
        keys = for_target(self._keys, self.place.site, None if target.poles else target.group, meant, known)
        if isinstance(keys, Key):
            return [(topic, keys, "") for topic in self._topics(target)]
        root, site = self.place.root, self.place.site
        return [
            (
                contract.topic(root, site, pole, contract.COMMAND),
                key,
                self._street.row(pole).flash_nonce if key.name == pole else "",
            )
            for pole, key in keys.items()
        ]

    def _topics(self, target: Target) -> list[str]:
        root, site = self.place.root, self.place.site
        if target.poles:
            return [contract.topic(root, site, pole, contract.COMMAND) for pole in target.poles]
        return [contract.group_topic(root, site, target.group) if target.group else contract.all_topic(root, site)]

    def _answer(self, message: Message, sent: set[int], outcome: Outcome) -> bool:
        """Take one message; True where it was a pole's answer to what was sent."""
        pole, kind = self.whose(message)
        if kind != contract.ACK or message.retained:
            self.note(message)
            return False
        ack = parsed(message.payload)
        if ack is None or ack.get("sender") != self.sender or number(ack.get("n"), 0, 2**62) not in sent:
            return False
        applied = ack.get("outcome") == ack_reasons.APPLIED
        self.learn(number(ack.get("mark"), 0, 2**62))
        outcome.answered(pole, applied, text(ack.get("reason"), 40), text(ack.get("detail"), 200))
        return True


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
        "neverReported": outcome.never,
    }
