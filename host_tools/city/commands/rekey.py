"""Gives poles new keys: their own, or one they share, each wrapped under the pole's own key.

Nothing is locked out, wherever this is killed: a new key stands in the key file, as pending, before it is sent, and is
the one in force there only when the pole has said so.  A pole that took it and whose word was lost refuses the old key;
then it is asked again under the new one, which changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from host_tools.broker.connection import Message
from host_tools.city.commands.speaker import Speaker
from host_tools.errors import CommandError
from host_tools.keys.key_file import KeyFile
from host_tools.wire import envelope
from host_tools.wire.envelope import Key
from host_tools.wire.payload import parsed, text
from pole.wire import ack_reasons, contract

KEEP_S = 1.0  # an answer is in the key file after so long


@dataclass
class Outcome:
    """Poles that have the new key (or no longer the removed one), that refused and why, that said nothing."""

    asked: list[str]
    applied: list[str] = field(default_factory=list)
    rejected: dict[str, tuple[str, str]] = field(default_factory=dict)  # pole: (reason, detail)

    @property
    def silent(self) -> list[str]:
        answered = {*self.applied, *self.rejected}
        return [pole for pole in self.asked if pole not in answered]

    @property
    def complete(self) -> bool:
        return len(self.applied) == len(self.asked)


class _Taken:
    """Poles that have said that they live by their pending key, until *file* says so too.

    The file is replaced whole, which takes 0.1 s and more with 10,000 poles, so not for each of them.  Where the
    program is killed before, their keys still stand there as pending: the next run asks them under the old key, which
    they refuse, and then under the new one.
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
        """Write them down, if the first of them is *after_s* old."""
        if self._poles and time.monotonic() - self._since >= after_s:
            self._file.settle(*self._poles)
            self._poles.clear()

    def __enter__(self) -> _Taken:
        return self

    def __exit__(self, *_: object) -> None:
        """Write them down however it ends."""
        self.keep()


class Rekeyer(Speaker):
    """Changes keys; its link must be subscribed to ``speaker.topics(place)``."""

    reads = (contract.BIRTH,)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._nonces: dict[str, str] = {}  # of the poles' flashings

    def heard(self, pole: str, kind: str, message: Message) -> None:
        if kind == contract.BIRTH:
            self._nonces[pole] = envelope.flash_nonce(parsed(message.payload))

    def change(
        self,
        file: KeyFile,
        poles: Iterable[str],
        name: str | None,
        remove: bool,
        wait_s: float,
        progress: Callable[[Outcome], None] = lambda outcome: None,
    ) -> Outcome:
        """Give *poles* a new key called *name*, or *remove* it; None: each pole its own.

        Raises CommandError where the file has no key for a pole, BrokerError.
        """
        outcome = Outcome(list(poles))
        for pole in outcome.asked:
            if pole not in file.current:
                raise CommandError(f"the key file {file.path} has no key called {pole}, which must seal the command")
        if remove and (name is None or name in outcome.asked):
            raise CommandError("a pole's own key can be changed and not removed: --name must name another")
        if name in {pole.name for pole in self.place.poles} and outcome.asked != [name]:
            raise CommandError(f"--name is {name!r}, the name of a pole: a key that poles share must have another")
        tried: dict[str, list[Key]] = {}
        sent: dict[str, int] = {}

        def ask(pole: str, own: Key) -> None:
            new = None if remove else file.proposed(name or pole)
            n, topic = self.number(), contract.topic(self.place.root, self.place.site, pole, contract.COMMAND)
            body = envelope.rekey(own, name or pole, new, self.sender, n)
            self.link.publish(topic, envelope.seal(topic, self.sender, n, body, own, self._nonces.get(pole, "")))
            tried.setdefault(pole, []).append(own)
            sent[pole] = n

        if not remove:
            file.propose(*([name] if name else outcome.asked))
        for pole in outcome.asked:
            ask(pole, file.current[pole])
        until = time.monotonic() + wait_s
        silent = set(outcome.asked)
        taken = _Taken(file)
        progress(outcome)
        with taken:
            while silent and (left := until - time.monotonic()) > 0:
                message = self.link.take(min(left, KEEP_S))
                taken.keep(KEEP_S)
                said = parsed(message.payload) if message else None
                if message is None or said is None:
                    continue
                pole, kind = self.whose(message)
                if kind != contract.ACK or said.get("sender") != self.sender or said.get("n") != sent.get(pole, 0):
                    self.note(message)
                    continue
                if pole not in silent:
                    continue  # QoS 1: the same word may come twice
                other = file.pending.get(pole)
                if said.get("outcome") == ack_reasons.APPLIED:
                    outcome.applied.append(pole)
                    silent.remove(pole)
                    if name is None or tried[pole][-1] == other:
                        taken.add(pole)
                elif said.get("reason") == ack_reasons.BAD_MAC and other and other not in tried[pole]:
                    ask(pole, other)  # it has that one already, and its word was lost
                else:
                    silent.remove(pole)
                    outcome.rejected[pole] = (text(said.get("reason"), 40) or "?", text(said.get("detail"), 200))
                progress(outcome)
        if name is not None and not remove and outcome.complete:
            file.settle(name)
        return outcome
