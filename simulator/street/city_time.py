"""Answers poles that ask for the time, as the city of a run, by the same rules as `diya record run`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from host_tools.city.record.time_answer import time_answer
from host_tools.keys.key import Key
from simulator.kernel import Kernel

LATENCY_MS = 30  # until the record answers


class CityTime:
    """Answers through *publish*; *unix_ms* is the city's clock (a test may put another in its place).

    ``answers``: whether there is a city that answers a pole; a run without `diya record` has none.  ``ahead_ms``: by
    how much the answer to a pole is ahead.
    """

    def __init__(self, kernel: Kernel, unix_ms: Callable[[], int], publish: Callable[[str, bytes], None]) -> None:
        self.unix_ms = unix_ms
        self.answers: Callable[[str], bool] = lambda pole: True
        self.ahead_ms: Callable[[str], int] = lambda pole: 0
        self._kernel = kernel
        self._publish = publish
        self._keys: dict[str, dict[str, Key]] = {}

    def knows(self, pole: str, settings: Mapping[str, Any]) -> None:
        """Note the keys that *pole* was given."""
        self._keys[pole] = {name: Key(name, bytes.fromhex(key)) for name, key in settings.get("keys", {}).items()}

    def asked(self, pole: str, topic: str, question: bytes) -> None:
        """Answer *pole*, which asks for the time."""
        self._kernel.after(LATENCY_MS, lambda: self._answer(pole, topic, question))

    def _answer(self, pole: str, topic: str, question: bytes) -> None:
        if self.answers(pole):
            unix_ms = self.unix_ms() + self.ahead_ms(pole)
            answer = time_answer(topic, question, unix_ms, self._keys.get(pole, {}))
            if answer:
                self._publish(*answer)
