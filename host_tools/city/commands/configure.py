"""Sends each pole its configuration from the site's files, retained on its topic, and collects the results.

A configuration is retained: a pole that is offline receives it when it comes back.  The one sent before is known from
the broker, which retains it, and from the pole's birth, which has the hash of the one in force.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from host_tools.city.commands.configuration import Held, compiled, digest_of, is_there, next_version
from host_tools.city.commands.exchange import Exchange, ExchangeOutcome, Rejections, Sealed, rejections_as_json
from host_tools.city.commands.pace import paced
from host_tools.city.commands.retaining_speaker import RetainingSpeaker
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.site.model import Pole, Site
from pole.wire import ack_reasons, contract


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


class Configurer(RetainingSpeaker):
    """Sends configurations; its link must be subscribed to ``speaker.topics(place)``."""

    retains = contract.CONFIG

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
        meant, ready = list(poles), {}
        exchange = self.exchange(len(meant))
        outcome = ConfigureOutcome(exchange)
        now = int(self.clock.now())
        for pole in meant:
            key = _key(keys, pole.name)
            held, topic = self._held(pole.name), self._topic(pole.name)
            if is_there(site, pole, held, topic, key, now):
                outcome.there.append(pole.name)
                continue
            version = next_version(site, held)
            body = compiled(site, pole, now, version)
            sealed = exchange.seal(topic, body, key, held.nonce)
            ready[pole.name] = sealed
            outcome.sent[pole.name] = Sent(version, digest_of(body), sealed.n)
            if key and pole.name not in self.births:
                outcome.unborn.append(pole.name)
        outcome.offline = [pole for pole in outcome.sent if not self.online.get(pole)]
        times = paced((pole for pole in meant if pole.name in ready), outcome.offline)
        posts = [(at_s, ready[pole]) for at_s, pole in times]
        until = self._post(exchange, posts, wait_s, lambda: progress(outcome))
        self.converse(exchange, until, lambda: progress(outcome))
        return outcome

    def _post(
        self, exchange: Exchange, posts: Iterable[tuple[float, Sealed]], wait_s: float, progress: Callable[[], None]
    ) -> float:
        """Posts each of *posts* at its second, each to be waited for *wait_s*; when the wait for the last is over."""
        began = time.monotonic()
        until = began + wait_s
        for at_s, sealed in posts:
            until = began + at_s + wait_s
            while (left := began + at_s - time.monotonic()) > 0:
                if self.listen(exchange, until, left):
                    progress()
            exchange.post(sealed, retain=True, until=until)
        return until

    def _topic(self, pole: str) -> str:
        topic: str = contract.topic(self.place.root, self.place.site, pole, contract.CONFIG)
        return topic

    def _held(self, pole: str) -> Held:
        birth = self.births.get(pole)
        kept = self.kept.get(pole, b"")
        return Held(kept, birth.config_version, birth.config_hash, birth.flash_nonce) if birth else Held(kept)


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
