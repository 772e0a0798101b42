"""Noise as an integer hash: the same (seed, pole, quantity, time) always gives the same value.

A generator with a state would make a reading depend on who read before; a hash lets poles be evaluated in any order,
twice, or never, and both engines see the same street.  The mixing is the finaliser of SplitMix64 (Steele, Lea and
Flood, 2014), which passes statistical tests even for consecutive inputs.
"""

from __future__ import annotations

from hashlib import blake2b
from statistics import NormalDist

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_TO_UNIT = 2.0**-53
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


def smooth(stream: int, now_ms: int, period_ms: int) -> float:
    """Slow noise, mean 0 and standard deviation 1, that takes about *period_ms* to forget where it was.

    Normal values a period apart, joined without kinks; the division keeps the deviation the same between them.
    """
    step, rest = divmod(now_ms, period_ms)
    part = rest / period_ms
    part = part * part * (3.0 - 2.0 * part)
    before, after = normal(stream, step), normal(stream, step + 1)
    spread: float = ((1.0 - part) ** 2 + part * part) ** 0.5
    return (before + (after - before) * part) / spread
