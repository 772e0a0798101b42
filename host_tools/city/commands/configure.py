"""Brings a site's files to its poles: each one's configuration, retained on its topic, and what became of it.

A configuration is a wish that stays: a pole that is offline finds it when it comes back.  What was sent before is known
from the broker, which keeps it, and from the pole's birth, which says the hash of what is in force.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from host_tools.broker.connection import Message
from host_tools.city.commands.speaker import Speaker
from host_tools.errors import CommandError
from host_tools.site.model import Pole, Problem, Site, SiteError
from host_tools.site.pole_settings import DAY_S, pole_config
from host_tools.wire import envelope
from host_tools.wire.envelope import Key
from host_tools.wire.payload import number, parsed, text
from pole.settings import schema
from pole.wire import ack_reasons, contract
from pole.wire.digest import hash_of

MOST_VERSION = 1_000_000_000
FRESH_S = 365 * DAY_S  # after a year a pole is told the dates and changes of time of ten more


@dataclass(frozen=True)
class Sent:
    """A configuration on its way: its version, the hash a pole knows it by, and the envelope's number."""

    version: int
    digest: str
    n: int


@dataclass
class Outcome:
    """What became of each pole's configuration; ``there`` are the poles that lived by it already."""

    sent: dict[str, Sent] = field(default_factory=dict)
    there: list[str] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    reverted: dict[str, str] = field(default_factory=dict)  # pole: what it says
    rejected: dict[str, tuple[str, str]] = field(default_factory=dict)  # pole: (reason, detail)
    offline: list[str] = field(default_factory=list)  # of the silent ones, when it was sent
    unborn: list[str] = field(default_factory=list)  # that never told the nonce of their flashing: it cannot be theirs

    @property
    def silent(self) -> list[str]:
        answered = {*self.applied, *self.reverted, *self.rejected}
        return [pole for pole in self.sent if pole not in answered]

    @property
    def complete(self) -> bool:
        return not (self.reverted or self.rejected or self.silent)


class Configurer(Speaker):
    """Sends configurations; its link must be subscribed to ``speaker.topics(place)``."""

    reads = (contract.PRESENCE, contract.BIRTH, contract.CONFIG)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._births: dict[str, dict[str, Any]] = {}
        self._kept: dict[str, bytes] = {}
        self._online: dict[str, bool] = {}

    def heard(self, pole: str, kind: str, message: Message) -> None:
        if kind == contract.CONFIG:
            self._kept[pole] = message.payload
        elif kind == contract.BIRTH:
            self._births[pole] = parsed(message.payload) or {}
        elif kind == contract.PRESENCE:
            self._online[pole] = (parsed(message.payload) or {}).get("online") is True

    def send(
        self,
        site: Site,
        poles: Iterable[Pole],
        keys: Mapping[str, Key] | None,
        wait_s: float,
        progress: Callable[[Outcome], None] = lambda outcome: None,
    ) -> Outcome:
        """Send what *poles* lack and wait up to *wait_s* for their word; *progress* is told of each.

        *keys* by pole, None for a bench without.  Everything is made before anything is sent.  Raises SiteError where
        a pole would refuse it, CommandError where a key is missing, BrokerError.
        """
        outcome, ready = Outcome(), []
        now = int(self.clock.now())
        for pole in poles:
            key = _key(keys, pole.name)
            if self._there(site, pole, key, now):
                outcome.there.append(pole.name)
                continue
            given = {**pole_config(site, pole, now), "version": self._version(site, pole.name)}
            _check(given)
            body = _text(given)
            topic, n = self._topic(pole.name), self.number()
            ready.append((topic, envelope.seal(topic, self.sender, n, body, key, self._nonce(pole.name))))
            outcome.sent[pole.name] = Sent(given["version"], _digest(body), n)
            if key and pole.name not in self._births:
                outcome.unborn.append(pole.name)
        for topic, payload in ready:
            self.link.publish(topic, payload, retain=True)
        outcome.offline = [pole for pole in outcome.sent if not self._online.get(pole)]
        progress(outcome)
        until = time.monotonic() + wait_s
        while outcome.silent and (left := until - time.monotonic()) > 0:
            message = self.link.take(left)
            if message:
                self.note(message)
                self._answer(message, outcome)
                progress(outcome)
        return outcome

    def _nonce(self, pole: str) -> str:
        """Of the flashing: what was sealed for the node before is no good for the one that is there now."""
        return envelope.flash_nonce(self._births.get(pole))

    def _topic(self, pole: str) -> str:
        topic: str = contract.topic(self.place.root, self.place.site, pole, contract.CONFIG)
        return topic

    def _version(self, site: Site, pole: str) -> int:
        """One above whatever the pole lives by, or was sent."""
        known = [self._births.get(pole, {}).get("configVersion"), _body(self._kept.get(pole, b"")).get("version")]
        version = max(number(value, 0, MOST_VERSION) or 0 for value in known) + 1
        return max(version, site.version)

    def _there(self, site: Site, pole: Pole, key: Key | None, now: int) -> bool:
        """Whether *pole* lives by what the broker keeps for it, and the site's files still say the same.

        They are read as of the day that was made, for a configuration depends on it.
        """
        payload = self._kept.get(pole.name, b"")
        body = str((parsed(payload) or {}).get("body", ""))
        given = _body(payload)
        made = number(given.get("clock.floor"), 0, now)
        if made is None or now - made > FRESH_S or self._births.get(pole.name, {}).get("configHash") != _digest(body):
            return False
        if not genuine(payload, self._topic(pole.name), key, self._nonce(pole.name)):
            return False
        return body == _text({**pole_config(site, pole, made + DAY_S), "version": given.get("version")})

    def _answer(self, message: Message, outcome: Outcome) -> None:
        pole, kind = self.whose(message)
        sent = outcome.sent.get(pole)
        said = parsed(message.payload)
        if sent is None or said is None or pole not in outcome.silent:
            return
        if kind != contract.ACK or said.get("sender") != self.sender or said.get("n") != sent.n:
            return
        if said.get("outcome") == ack_reasons.APPLIED:
            outcome.applied.append(pole)
        elif said.get("reason") == ack_reasons.REVERTED:
            outcome.reverted[pole] = text(said.get("detail"), 200)
        else:
            outcome.rejected[pole] = (text(said.get("reason"), 40) or "?", text(said.get("detail"), 200))


def as_json(outcome: Outcome) -> dict[str, Any]:
    """*outcome* for programs."""
    return {
        "sent": {pole: {"version": sent.version, "hash": sent.digest} for pole, sent in sorted(outcome.sent.items())},
        "there": sorted(outcome.there),
        "applied": sorted(outcome.applied),
        "rejected": {
            pole: {"reason": reason, "detail": detail} for pole, (reason, detail) in sorted(outcome.rejected.items())
        },
        "reverted": dict(sorted(outcome.reverted.items())),
        "noAnswer": outcome.silent,
        "offline": [pole for pole in outcome.offline if pole in outcome.silent],
        "neverReported": outcome.unborn,
    }


def _key(keys: Mapping[str, Key] | None, pole: str) -> Key | None:
    if keys is None:
        return None
    if pole not in keys:
        raise CommandError(f"the key file has no key called {pole}, and only the pole's own may configure it")
    return keys[pole]


def _check(given: dict[str, Any]) -> None:
    try:
        schema.complete(given)
    except schema.ConfigError as error:
        what = f"what {given['pole']} is told"
        raise SiteError(
            Problem("site.toml", 0, what, f"is refused by the pole: {sentence}", "must be sound")
            for sentence in error.problems
        ) from None


def _text(given: dict[str, Any]) -> str:
    return json.dumps(given, separators=(",", ":"))


def _digest(body: str) -> str:
    """What a pole knows a configuration by."""
    known_by: str = hash_of(body.encode())
    return known_by


def _body(payload: bytes) -> dict[str, Any]:
    """The settings in an envelope; empty where there are none."""
    body = (parsed(payload) or {}).get("body")
    return (parsed(body.encode()) or {}) if isinstance(body, str) else {}


def genuine(payload: bytes, topic: str, key: Key | None, nonce: str) -> bool:
    """Whether *payload* is what *key* sealed for the flashing *nonce*: a broker could make one up."""
    said = parsed(payload) or {}
    try:
        return payload == envelope.seal(topic, said["sender"], said["n"], said["body"], key, nonce if key else "")
    except (KeyError, TypeError, ValueError, AttributeError, CommandError):
        return False
