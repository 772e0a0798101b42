"""A receiver that can be killed between two of its steps, and what its broker retains: for both kinds of rollouts."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from host_tools.broker.connection import Message
from host_tools.city.record.record import Record
from host_tools.city.rollouts import requests, rollout_rows
from host_tools.city.rollouts.rolling import Rolling
from host_tools.city.rollouts.rollout_rows import Row
from pole.wire import contract

HEAD = "diya/1/sagar"

R = TypeVar("R", bound=Rolling[Any])


class Killed(Exception):
    """The receiver was killed."""


class MortalReceiver:
    """``kill`` names the stage at which its next turn with messages ends: before, after or half.

    ``retained`` is what the broker has, and ``now`` the time (Unix s).
    """

    record: Record

    def __init__(self, now: int) -> None:
        self.now = now
        self.retained: dict[str, bytes] = {}
        self.kill = ""
        self._waiting: list[Message] = []
        self._many = 0  # messages of this turn

    def _start(self) -> None:
        """Opens the record and begins a session."""
        raise NotImplementedError

    def _mortal(self, roller: R) -> R:
        """*roller*, which never finds that it has nothing to do, and is killed before its transaction is committed."""
        turn = roller.turn

        def mortal(*arguments: Any) -> list[tuple[str, bytes]]:
            messages = turn(*arguments)
            if messages and self.kill == "before":
                raise Killed
            return messages

        roller.turn = mortal  # type: ignore[method-assign]
        roller.idle = lambda steady: False  # type: ignore[method-assign]
        return roller

    def _retain(self, topic: str, payload: bytes, retain: bool) -> None:
        """The broker takes a message of the receiver, which may be killed at it."""
        self._many += 1
        if self.kill == "after" or (self.kill == "half" and self._many > 1):
            raise Killed
        assert retain
        self.retained[topic] = payload

    def restart(self) -> None:
        """After it was killed: acks that came meanwhile are lost, as the broker does not keep them."""
        self.record.close()
        self.kill, self._waiting = "", []
        self._start()

    def say(self, pole: str, kind: str, **values: Any) -> None:
        """*pole* says so."""
        payload = json.dumps({"v": 1, "at": self.now, **values}).encode()
        _qos, retain = contract.DELIVERY[kind]
        if retain:
            self.retained[f"{HEAD}/{pole}/{kind}"] = payload
        self._waiting.append(Message(f"{HEAD}/{pole}/{kind}", payload, False))

    def ask(self, number: int, what: str) -> None:
        with self.record.transaction() as connection:
            requests.ask(connection, rollout_rows.row_of(connection, number), what, "asha", "console", self.now)

    def row(self, number: int) -> Row:
        with self.record.transaction() as connection:
            return rollout_rows.row_of(connection, number)
