"""How moments and durations are spread: peaks, shares and what is said of them, as pure functions of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from simulator.nearest_rank import rank


def by_second(moments: Iterable[int], since: int = 0) -> Counter[int]:
    """How many of *moments* (ms) are in each second after *since* (ms); earlier ones are left out."""
    return Counter((ms - since) // 1000 for ms in moments if ms >= since)


def peak(moments: Iterable[int], since: int = 0) -> int:
    """The most of *moments* (ms) in one second after *since*."""
    return max(by_second(moments, since).values(), default=0)


def most_at_once(spans: Iterable[tuple[int, int]]) -> int:
    """How many of *spans* (from ms, until ms) overlap at most; one that ends as another begins does not."""
    count = most = 0
    for _ms, step in sorted((ms, step) for span in spans for ms, step in zip(span, (1, -1), strict=True)):
        count += step
        most = max(most, count)
    return most


def shares(durations: Sequence[float], of: int) -> tuple[list[float], list[float]]:
    """The curve of how many of *of* poles are done: *durations* in order, and the percent that is done by each."""
    ordered = sorted(durations)
    return ordered, [100.0 * (place + 1) / of for place in range(len(ordered))]


def seconds(ms: float) -> str:
    """*ms* as text in seconds."""
    return f"{ms / 1000:.{2 if ms < 10_000 else 1 if ms < 100_000 else 0}f} s"


def told(durations: Sequence[int | None]) -> str:
    """Median, 99 % and last of *durations* (ms), and how many there are none of."""
    there = [each for each in durations if each is not None]
    if not there:
        return "never"
    said = " / ".join(seconds(rank(there, share)) for share in (0.5, 0.99, 1.0))
    never = len(durations) - len(there)
    return f"{said}; {never:,} never" if never else said


def within(durations: Sequence[int]) -> str:
    """99 % and last of *durations* (ms), in words; "-" of none."""
    if not durations:
        return "-"
    return f"99 % within {seconds(rank(durations, 0.99))}, the last after {seconds(max(durations))}"
