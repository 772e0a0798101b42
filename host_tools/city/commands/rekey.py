"""Gives poles new keys: their own, or one they share, each wrapped under the pole's own key.

No pole is locked out if this program is killed at any point: a new key is in the key file, as pending, before it is
sent, and becomes the one in force there only when the pole has acknowledged it.  A pole that applied it and whose ack
was lost refuses the old key; then the command is sent again under the new one, which changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from host_tools.broker.connection import Message
from host_tools.city.commands.exchange import Exchange, ExchangeOutcome
from host_tools.city.commands.speaker import Speaker
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.keys.key_file import KeyFile
from host_tools.wire import commands
from host_tools.wire.from_pole import Ack, Birth, read
from host_tools.wire.topics import Topic
from pole.wire import ack_reasons, contract

KEEP_S = 1.0  # an answer is in the key file after so long


class RekeyOutcome(ExchangeOutcome):
    """Poles that have the new key (or no longer the removed one), that refused and why, that did not answer."""

    def __init__(self, exchange: Exchange, asked: list[str]) -> None:
        super().__init__(exchange)
        self.asked = asked


class _Taken:
    """Poles that have acknowledged their pending key, until that is written to *file*.

    The file is replaced whole, which takes 0.1 s and more with 10,000 poles, so not for each of them.  Where the
    program is killed before, their keys are still pending there: the next run sends under the old key, which they
    refuse, and then under the new one.
    """

    def __init__(self, file: KeyFile) -> None:
        self._file = file
        self._poles: list[str] = []
        self._since = 0.0

    def add(self, pole: str) -> None:
        if not self._poles:
            self._since = time.monotonic()
        self._poles.append(pole)

    def keep(self, after_s: float = 0.0) -> None:
        """Write them to the file, if the first of them is *after_s* old."""
        if self._poles and time.monotonic() - self._since >= after_s:
            self._file.settle(*self._poles)
            self._poles.clear()

    def __enter__(self) -> _Taken:
        return self

    def __exit__(self, *_: object) -> None:
        """Write them to the file, also after an error."""
        self.keep()


class Rekeyer(Speaker):
    """Changes keys; its link must be subscribed to ``speaker.topics(place)``."""

    reads = (contract.BIRTH,)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._nonces: dict[str, str] = {}  # of the poles' flashings

    def heard(self, topic: Topic, message: Message) -> None:
        said = read(topic, message.payload)
        if isinstance(said, Birth):
            self._nonces[said.pole] = said.flash_nonce

    def change(
        self,
        file: KeyFile,
        poles: Iterable[str],
        name: str | None,
        remove: bool,
        wait_s: float,
        progress: Callable[[RekeyOutcome], None] = lambda outcome: None,
    ) -> RekeyOutcome:
        """Give *poles* a new key called *name*, or *remove* it; None: each pole its own.

        Raises CommandError where the file has no key for a pole, BrokerError.
        """
        asked = list(poles)
        for pole in asked:
            if pole not in file.current:
                raise CommandError(f"the key file {file.path} has no key called {pole}, which must seal the command")
        if remove and (name is None or name in asked):
            raise CommandError("a pole's own key can be changed and not removed: --name must name another")
        if name in {pole.name for pole in self.place.poles} and asked != [name]:
            raise CommandError(f"--name is {name!r}, the name of a pole: a key that poles share must have another")
        if not remove:
            file.propose(*([name] if name else asked))
        until = time.monotonic() + wait_s
        exchange, tried = self.exchange(len(asked)), dict[str, list[Key]]()
        outcome = RekeyOutcome(exchange, asked)

        def ask(pole: str, own: Key) -> None:
            called = name or pole
            new = None if remove else file.proposed(called)
            topic = contract.topic(self.place.root, self.place.site, pole, contract.COMMAND)
            exchange.send(
                topic, lambda n: commands.rekey(own, called, new, self.sender, n), own,
                nonce=self._nonces.get(pole, ""), until=until,
            )  # fmt: skip
            tried.setdefault(pole, []).append(own)

        for pole in asked:
            ask(pole, file.current[pole])
        with _Taken(file) as taken:

            def answered(ack: Ack) -> None:
                pending, used = file.pending.get(ack.pole), tried[ack.pole]
                if ack.applied and (name is None or used[-1] == pending):
                    taken.add(ack.pole)
                elif ack.reason == ack_reasons.BAD_MAC and pending and pending not in used:
                    ask(ack.pole, pending)  # it has that key already, and its ack was lost
                taken.keep(KEEP_S)

            self.converse(exchange, until, lambda: progress(outcome), answered, lambda: taken.keep(KEEP_S))
        if name is not None and not remove and outcome.complete:
            file.settle(name)
        return outcome
