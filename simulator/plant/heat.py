"""A temperature that follows a target: a first-order lag with a closed form, so no steps have to be simulated."""

from __future__ import annotations

from math import exp


class Heat:
    """A value that follows its target with time constant *tau_s* (s); *start* is both at the beginning."""

    __slots__ = ("_at_ms", "_target", "_tau_ms", "_value")

    def __init__(self, tau_s: float, start: float) -> None:
        self._tau_ms = tau_s * 1000.0
        self._value = start
        self._target = start
        self._at_ms = 0

    def at(self, now_ms: int) -> float:
        """The value at *now_ms*, which must not lie before the last change of the target."""
        gap = self._value - self._target
        if gap == 0.0:
            return self._target
        return self._target + gap * exp((self._at_ms - now_ms) / self._tau_ms)

    def follow(self, target: float, now_ms: int) -> None:
        """From *now_ms* on, follow *target*."""
        if target != self._target:
            self._value = self.at(now_ms)
            self._target = target
            self._at_ms = now_ms
