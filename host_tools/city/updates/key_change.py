"""Brings poles the change of the key that signs updates, retained on their topics, and collects who took it.

The change is a manifest that the key in force has signed (`diya update keygen --rotate`).  It takes the place of the
last release that the broker retains for a pole, which has taken that up.  One that has not had the chance yet, because
it is offline, is left out until it is back: its release, or the word to stop one, is not to be lost.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from host_tools.city.commands.exchange import Exchange, ExchangeOutcome, rejections_as_json
from host_tools.city.commands.retaining_speaker import RetainingSpeaker
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.release.manifest import modulus_of, print_of
from host_tools.wire.payload import parsed
from pole.wire import contract

_MOST_BYTES = 8192
_FORM = 'what `diya update keygen --rotate` writes: {"manifest": "...", "signature": "..."}'


class KeyChange(NamedTuple):
    """A signed change: for the poles of *site*, its *serial*, the *print* of the new key as `birth` says it; *body* is
    that of the message.
    """

    site: str
    serial: int
    print: str
    body: str


def read_change(path: Path) -> KeyChange:
    """The change in the file at *path*.  Raises CommandError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CommandError(f"the signed change {path} cannot be read: {error.strerror}") from error
    said = parsed(data) if len(data) <= _MOST_BYTES else None
    text, signature = (said or {}).get("manifest"), (said or {}).get("signature")
    fields = parsed(text.encode()) if isinstance(text, str) else None
    modulus = modulus_of(text) if isinstance(text, str) else None
    if not fields or not modulus or not isinstance(signature, str):
        raise CommandError(f"{path} is no signed change of the key and must be {_FORM}")
    site, serial = fields.get("site"), fields.get("serial")
    if not isinstance(site, str) or not isinstance(serial, int):
        raise CommandError(f"{path} is no signed change of the key: site and serial are missing; it must be {_FORM}")
    body = json.dumps({"manifest": text, "signature": signature}, separators=(",", ":"))
    return KeyChange(site, serial, print_of(modulus), body)


class KeyChangeOutcome(ExchangeOutcome):
    """The result for each pole; ``there`` are those which have the new key already.

    ``offline`` are those without a session when it was sent, ``pending`` those of them whose last update waits at the
    broker, so that nothing was sent, and ``unborn`` those which never sent the nonce of their flashing.  ``busy`` are
    those on which a release is under way, by the record: nothing was sent either.
    """

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self.there: list[str] = []
        self.offline: list[str] = []
        self.pending: list[str] = []
        self.unborn: list[str] = []
        self.busy: list[str] = []
        self.before: dict[str, str] = {}  # pole: the print of its key, as it said last


class KeyChanger(RetainingSpeaker):
    """Sends a change; its link must be subscribed to ``speaker.topics(place)``."""

    retains = contract.UPDATE

    def send(
        self, change: KeyChange, poles: Iterable[str], keys: Mapping[str, Key] | None, wait_s: float,
        progress: Callable[[KeyChangeOutcome], None] = lambda outcome: None, *, busy: Container[str] = (),
        note: Callable[[list[str]], None] = lambda poles: None,
    ) -> KeyChangeOutcome:  # fmt: skip
        """Send *change* to those of *poles* that lack it, and wait up to *wait_s* for their acks.

        *keys* by pole, None for a bench without.  *busy* are the poles on which a release is under way.  Everything is
        made before anything is sent, and *note* is called in between with the poles that are sent it.  Raises
        CommandError, BrokerError.
        """
        meant, ready = list(poles), []
        if change.site != self.place.site:
            raise CommandError(f"the change of the key is for the site {change.site} and must be for {self.place.site}")
        exchange = self.exchange(len(meant))
        outcome = KeyChangeOutcome(exchange)
        for pole in meant:
            if keys is not None and pole not in keys:
                raise CommandError(f"the key file has no key called {pole}, and only the pole's own may update it")
            birth, online = self.births.get(pole), bool(self.online.get(pole))
            app = birth.app if birth else None
            if app:
                outcome.before[pole] = app.key
            if app and app.key == change.print:
                outcome.there.append(pole)
            elif birth is None:
                outcome.unborn.append(pole)
            elif pole in busy:
                outcome.busy.append(pole)
            elif not online and _is_release(self.kept.get(pole, b"")):
                outcome.pending.append(pole)
            else:
                topic = contract.topic(self.place.root, self.place.site, pole, contract.UPDATE)
                ready.append(exchange.seal(topic, change.body, keys[pole] if keys else None, birth.flash_nonce))
                if not online:
                    outcome.offline.append(pole)
        note([sealed.pole for sealed in ready])
        until = time.monotonic() + wait_s
        for sealed in ready:
            exchange.post(sealed, retain=True, until=until)
        self.converse(exchange, until, lambda: progress(outcome))
        return outcome


def as_json(change: KeyChange, outcome: KeyChangeOutcome) -> dict[str, Any]:
    """*outcome* for programs."""
    return {
        "key": change.print,
        "there": sorted(outcome.there),
        "applied": sorted(outcome.applied),
        "rejected": rejections_as_json(outcome.rejected),
        "noAnswer": outcome.silent,
        "offline": [pole for pole in outcome.offline if pole in outcome.silent],
        "pending": sorted(outcome.pending),
        "underWay": sorted(outcome.busy),
        "neverReported": sorted(outcome.unborn),
    }


def _is_release(payload: bytes) -> bool:
    """Whether *payload*, an envelope for a pole, has a release, or the word to stop one, in it."""
    envelope = parsed(payload) if payload else None
    text = (envelope or {}).get("body")
    body = parsed(text.encode()) if isinstance(text, str) else None
    return bool(body) and modulus_of(str((body or {}).get("manifest"))) is None
