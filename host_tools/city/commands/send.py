"""Sends a command to poles and reports the result for each.

A command to many is sent once, on a topic they share; which poles are meant is known from their retained messages.
Every pole answers with an ack of the same sender and number.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from host_tools.broker.connection import Link, Message
from host_tools.city.commands.exchange import Exchange, ExchangeOutcome, Rejections, rejections_as_json
from host_tools.city.commands.place import Place
from host_tools.city.commands.speaker import Speaker
from host_tools.city.live.street_state import Street
from host_tools.closest import closest
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.keys.key_file import for_target
from host_tools.wire.from_pole import Ack
from host_tools.wire.sender_numbers import Counters
from host_tools.wire.topics import Topic
from pole.wire import ack_reasons, contract

OFFLINE_S = 3.0  # for the answer of a pole that was named and whose last will may be of an earlier session


@dataclass(frozen=True)
class Target:
    """The poles a command is for: by name, a group, or (both empty) all."""

    poles: tuple[str, ...] = ()
    group: str = ""

    def __str__(self) -> str:
        return ", ".join(self.poles) if self.poles else f"group {self.group}" if self.group else "all poles"


class SendOutcome(ExchangeOutcome):
    """The result of a command: poles that applied it, that refused it and why, that did not answer, that are offline.

    ``idle`` are those which had no override that the cancel could end, ``never`` those of the site's files that were
    meant and of which the broker has no message.
    """

    def __init__(self, exchange: Exchange, asked: Iterable[str], offline: Iterable[str], never: Iterable[str]) -> None:
        super().__init__(exchange)
        self._asked = dict.fromkeys(asked)
        self._offline = dict.fromkeys(offline)
        self.never = list(never)

    def answered(self, ack: Ack) -> None:
        """Take a pole's answer: one that was offline may have come back, and one that was not known counts too."""
        self._offline.pop(ack.pole, None)
        self._asked[ack.pole] = None

    @property
    def asked(self) -> list[str]:
        return list(self._asked)

    @property
    def offline(self) -> list[str]:
        return list(self._offline)

    @property
    def silent(self) -> list[str]:
        answers = self._exchange.outcomes()
        return [pole for pole in self._asked if pole not in answers]

    @property
    def counts(self) -> tuple[int, int]:
        """How many were asked, how many of them have not answered yet."""
        return len(self._asked), len(self._asked) - len(self._exchange.outcomes())

    @property
    def idle(self) -> list[str]:
        return [pole for pole, why in super().rejected.items() if why[0] == ack_reasons.UNKNOWN_REFERENCE]

    @property
    def rejected(self) -> Rejections:
        return {pole: why for pole, why in super().rejected.items() if why[0] != ack_reasons.UNKNOWN_REFERENCE}

    @property
    def complete(self) -> bool:
        """Whether every pole that was meant applied it; a cancel must have ended an override on at least one."""
        return not (self.rejected or self.silent or self._offline) and bool(self.applied)


class Sender(Speaker):
    """Sends commands, sealed with the keys in *keys* (by name) of the poles they are for; None: not sealed."""

    reads = (contract.PRESENCE, contract.BIRTH)

    def __init__(
        self, place: Place, link: Link, sender: str, counters: Counters, keys: Mapping[str, Key] | None = None
    ) -> None:
        super().__init__(place, link, sender, counters)
        self._keys = keys
        self._street = Street(place.root, place.site, poles=place.poles)

    def heard(self, topic: Topic, message: Message) -> None:
        self._street.feed(message.topic, message.payload, message.retained, int(self.clock.now()))

    def meant(self, target: Target) -> tuple[list[str], list[str], list[str]]:
        """The poles that *target* means: those to be asked, those offline, and those of the files that never reported.

        Raises CommandError where that is no pole that has ever reported.
        """
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
        asked = [row.pole for row in rows if row.online is not False]
        return asked, [row.pole for row in rows if row.online is False], never

    def send(
        self, target: Target, body: str, wait_s: float, progress: Callable[[SendOutcome], None] = lambda outcome: None
    ) -> SendOutcome:
        """Send *body* and wait for the ack of each pole, *wait_s* in all; *progress* is called with their number.

        Raises CommandError where there is no such pole, or no key for it, BrokerError where the broker
        does not take it.
        """
        until = time.monotonic() + wait_s
        asked, offline, never = self.meant(target)
        ways = self._ways(target, asked + offline)
        exchange = self.exchange(len(ways))
        outcome = SendOutcome(exchange, asked, offline, never)
        self.hear_acks(until)
        away = set(offline)
        doubt = min(until, time.monotonic() + OFFLINE_S)
        for topic, key, nonce in ways:
            sealed = exchange.seal(topic, body, key, nonce)
            if sealed.pole in away:  # a named pole's will may be of an earlier session; others are not waited for
                exchange.post(sealed, poles=[sealed.pole] if target.poles else [], until=doubt)
            else:
                exchange.post(sealed, poles=[sealed.pole] if sealed.pole else asked, until=until)
        self.converse(exchange, until, lambda: progress(outcome), outcome.answered)
        return outcome

    def _ways(self, target: Target, poles: list[str]) -> list[tuple[str, Key | None, str]]:
        """The topics to send on, each with its key: one that *poles* share, or the pole's own, which goes with
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


def as_json(outcome: SendOutcome) -> dict[str, Any]:
    """*outcome* for programs."""
    return {
        "applied": sorted(outcome.applied),
        "rejected": rejections_as_json(outcome.rejected),
        "nothingHeld": sorted(outcome.idle),
        "noAnswer": outcome.silent,
        "offline": outcome.offline,
        "neverReported": outcome.never,
    }
