"""Noise as an integer hash: the same (seed, pole, quantity, time) always gives the same value.

A generator with a state would make a reading depend on earlier readings; with a hash poles can be evaluated in any
order, twice, or never, and both engines have the same street.  The mixing is the finaliser of SplitMix64 (Steele, Lea
and Flood, 2014), which passes statistical tests even for consecutive inputs.
"""

from __future__ import annotations

from hashlib import blake2b
from math import sqrt
from statistics import NormalDist

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_TO_UNIT = 2.0**-53
_TO_UNIT_21 = 2.0**-21
_normal = NormalDist().inv_cdf


def key(seed: int, *names: str) -> int:
    """A 64-bit key of one stream of noise, such as ``key(7, "P0003", "voltage")``.  Slow: make it once."""
    text = "\0".join((str(seed), *names)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def bits(stream: int, step: int) -> int:
    """64 random bits of the stream with key *stream* at *step* (any integer)."""
    z = (stream + step * _GOLDEN) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def uniform(stream: int, step: int) -> float:
    """A number above 0 and below 1, evenly spread."""
    return ((bits(stream, step) >> 11) + 0.5) * _TO_UNIT


def normal(stream: int, step: int) -> float:
    """A number with mean 0 and standard deviation 1, normally spread."""
    return _normal(((bits(stream, step) >> 11) + 0.5) * _TO_UNIT)


def three(stream: int, step: int) -> tuple[float, float, float]:
    """Three independent numbers as of ``normal`` from one hash; none is beyond 5 standard deviations."""
    z = (stream + step * _GOLDEN) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    z ^= z >> 31
    return (
        _normal(((z & 0x1FFFFF) + 0.5) * _TO_UNIT_21),
        _normal((((z >> 21) & 0x1FFFFF) + 0.5) * _TO_UNIT_21),
        _normal((((z >> 42) & 0x1FFFFF) + 0.5) * _TO_UNIT_21),
    )


def smooth(stream: int, now_ms: int, period_ms: int) -> float:
    """Slow noise, mean 0 and standard deviation 1, with a correlation time of about *period_ms*.

    Normal values a period apart, joined without kinks; the division keeps the deviation the same between them.
    """
    step, rest = divmod(now_ms, period_ms)
    part = rest / period_ms
    part = part * part * (3.0 - 2.0 * part)
    before, after = normal(stream, step), normal(stream, step + 1)
    spread: float = ((1.0 - part) ** 2 + part * part) ** 0.5
    return (before + (after - before) * part) / spread


class Smooth:
    """``smooth`` of one *stream* and *period_ms*, quick where it is asked again within a period."""

    __slots__ = ("_after", "_before", "_period_ms", "_step", "_stream")

    def __init__(self, stream: int, period_ms: int) -> None:
        self._stream = stream
        self._period_ms = period_ms
        self._step = 0
        self._before, self._after = normal(stream, 0), normal(stream, 1)

    def at(self, now_ms: int) -> float:
        """The noise at *now_ms*."""
        step = now_ms // self._period_ms
        if step != self._step:
            self._step = step
            self._before, self._after = normal(self._stream, step), normal(self._stream, step + 1)
        part = (now_ms - step * self._period_ms) / self._period_ms
        part = part * part * (3.0 - 2.0 * part)
        rest = 1.0 - part
        return (self._before * rest + self._after * part) / sqrt(rest * rest + part * part)
