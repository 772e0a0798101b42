"""Sends each pole its configuration from the site's files, retained on its topic, and collects the results.

A configuration is retained: a pole that is offline receives it when it comes back.  The one sent before is known from
the broker, which retains it, and from the pole's birth, which has the hash of the one in force.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from host_tools.broker.connection import Message
from host_tools.city.commands.exchange import Exchange, ExchangeOutcome, Rejections, rejections_as_json
from host_tools.city.commands.speaker import Speaker
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.site.model import Pole, Problem, Site, SiteError
from host_tools.site.pole_settings import DAY_S, pole_config
from host_tools.wire import envelope
from host_tools.wire.from_pole import MOST_VERSION, Birth, Presence, read
from host_tools.wire.payload import number, parsed
from host_tools.wire.topics import Topic
from pole.settings import schema
from pole.wire import ack_reasons, contract
from pole.wire.digest import hash_of

FRESH_S = 365 * DAY_S  # after a year a pole is sent the dates and changes of time of ten more years


@dataclass(frozen=True)
class Sent:
    """A configuration that was sent: its version, its hash, and the envelope's number."""

    version: int
    digest: str
    n: int


class ConfigureOutcome(ExchangeOutcome):
    """The result for each pole; ``there`` are the poles that had this configuration in force already.

    ``offline`` are those which had no session when it was sent, ``unborn`` those which never sent the nonce of their
    flashing, so that it cannot be sealed for it.
    """

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self.sent: dict[str, Sent] = {}
        self.there: list[str] = []
        self.offline: list[str] = []
        self.unborn: list[str] = []

    @property
    def reverted(self) -> dict[str, str]:
        """{pole: the detail of its ack} of those which went back to the configuration before."""
        return {pole: why[1] for pole, why in super().rejected.items() if why[0] == ack_reasons.REVERTED}

    @property
    def rejected(self) -> Rejections:
        return {pole: why for pole, why in super().rejected.items() if why[0] != ack_reasons.REVERTED}


class Configurer(Speaker):
    """Sends configurations; its link must be subscribed to ``speaker.topics(place)``."""

    reads = (contract.PRESENCE, contract.BIRTH, contract.CONFIG)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._births: dict[str, Birth] = {}
        self._kept: dict[str, bytes] = {}
        self._online: dict[str, bool] = {}

    def heard(self, topic: Topic, message: Message) -> None:
        if topic.kind == contract.CONFIG:
            self._kept[topic.pole] = message.payload
            return
        said = read(topic, message.payload)
        if isinstance(said, Birth):
            self._births[said.pole] = said
        elif isinstance(said, Presence):
            self._online[said.pole] = said.online

    def send(
        self,
        site: Site,
        poles: Iterable[Pole],
        keys: Mapping[str, Key] | None,
        wait_s: float,
        progress: Callable[[ConfigureOutcome], None] = lambda outcome: None,
    ) -> ConfigureOutcome:
        """Send what *poles* lack and wait up to *wait_s* for their acks; *progress* is called with their number.

        *keys* by pole, None for a bench without.  Everything is made before anything is sent.  Raises SiteError where
        a pole would refuse it, CommandError where a key is missing, BrokerError.
        """
        meant, ready = list(poles), []
        exchange = self.exchange(len(meant))
        outcome = ConfigureOutcome(exchange)
        now = int(self.clock.now())
        for pole in meant:
            key = _key(keys, pole.name)
            if self._there(site, pole, key, now):
                outcome.there.append(pole.name)
                continue
            given = {**pole_config(site, pole, now), "version": self._version(site, pole.name)}
            _check(given)
            body = _text(given)
            sealed = exchange.seal(self._topic(pole.name), body, key, self._nonce(pole.name))
            ready.append(sealed)
            outcome.sent[pole.name] = Sent(given["version"], _digest(body), sealed.n)
            if key and pole.name not in self._births:
                outcome.unborn.append(pole.name)
        until = time.monotonic() + wait_s
        for sealed in ready:
            exchange.post(sealed, retain=True, until=until)
        outcome.offline = [pole for pole in outcome.sent if not self._online.get(pole)]
        self.converse(exchange, until, lambda: progress(outcome))
        return outcome

    def _nonce(self, pole: str) -> str:
        """Nonce of the flashing: a message sealed for the node before is refused by the node that is there now."""
        birth = self._births.get(pole)
        return birth.flash_nonce if birth else ""

    def _topic(self, pole: str) -> str:
        topic: str = contract.topic(self.place.root, self.place.site, pole, contract.CONFIG)
        return topic

    def _version(self, site: Site, pole: str) -> int:
        """One above the version in force on the pole, and above the one that was sent."""
        birth = self._births.get(pole)
        kept = number(_body(self._kept.get(pole, b"")).get("version"), 0, MOST_VERSION) or 0
        return max(birth.config_version + 1 if birth else 1, kept + 1, site.version)

    def _there(self, site: Site, pole: Pole, key: Key | None, now: int) -> bool:
        """Whether the configuration retained for *pole* is in force there, and the site's files still give the same.

        They are compiled as of the day on which that one was made, because a configuration depends on it.
        """
        payload = self._kept.get(pole.name, b"")
        body = str((parsed(payload) or {}).get("body", ""))
        given = _body(payload)
        made, birth = number(given.get("clock.floor"), 0, now), self._births.get(pole.name)
        if made is None or now - made > FRESH_S or birth is None or birth.config_hash != _digest(body):
            return False
        if not genuine(payload, self._topic(pole.name), key, self._nonce(pole.name)):
            return False
        return body == _text({**pole_config(site, pole, made + DAY_S), "version": given.get("version")})


def as_json(outcome: ConfigureOutcome) -> dict[str, Any]:
    """*outcome* for programs."""
    return {
        "sent": {pole: {"version": sent.version, "hash": sent.digest} for pole, sent in sorted(outcome.sent.items())},
        "there": sorted(outcome.there),
        "applied": sorted(outcome.applied),
        "rejected": rejections_as_json(outcome.rejected),
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
    """The hash by which a pole identifies a configuration."""
    known_by: str = hash_of(body.encode())
    return known_by


def _body(payload: bytes) -> dict[str, Any]:
    """The settings in an envelope; empty where there are none."""
    body = (parsed(payload) or {}).get("body")
    return (parsed(body.encode()) or {}) if isinstance(body, str) else {}


def genuine(payload: bytes, topic: str, key: Key | None, nonce: str) -> bool:
    """Whether *payload* was sealed with *key* for the flashing *nonce*: a broker could forge one."""
    said = parsed(payload) or {}
    try:
        return payload == envelope.seal(topic, said["sender"], said["n"], said["body"], key, nonce if key else "")
    except (KeyError, TypeError, ValueError, AttributeError, CommandError):
        return False
