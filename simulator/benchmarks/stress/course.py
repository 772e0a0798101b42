"""What happened to one pole in a trial, as values that a process can send."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

Ms = int  # milliseconds of the run


@dataclass(frozen=True)
class Heard:
    """An ack, or an event: when the city had it, and its identity."""

    ms: Ms
    name: str
    outcome: str = ""


def thinned(changes: list[tuple[Ms, float]], gap_ms: int = 1500) -> list[tuple[Ms, float]]:
    """*changes* without the inner steps of a ramp: those between two others, on one way, less than *gap_ms* away."""
    out = changes[:1]
    for (ms, value), (after_ms, after) in pairwise(changes[1:]):
        before_ms, before = out[-1]
        steps = after_ms - ms < gap_ms and (before < value < after or before > value > after)
        if not (steps and ms - before_ms < 40 * gap_ms):
            out.append((ms, value))
    return out + changes[1:][-1:]


def spans(changes: list[tuple[Ms, float]], until: Ms) -> list[tuple[Ms, Ms, float]]:
    """From when to when each value of *changes* held; the last one holds to *until*."""
    ends = [*(ms for ms, _value in changes[1:]), until]
    return [(ms, end, value) for (ms, value), end in zip(changes, ends, strict=False)]


@dataclass
class Course:
    """``attempts``: when the pole began a connection to its broker; ``online``: when the city had its presence.

    ``light`` (percent of its type's) and ``dim`` (percent that the PWM says; 0 with an open relay) with the moment of
    each change.  ``acks`` are named "sender n", ``events`` "epoch-sequence".  ``journal``: names of the events on its
    flash at the end.  ``programmed``: when its flash was written to.  ``messages``, by second, and ``bytes`` that the
    city had of it.  ``configs``: when a configuration was published for it.  ``resets``: of each cause; ``failures``
    of its firmware.
    """

    pole: str
    attempts: list[Ms] = field(default_factory=list)
    online: list[Ms] = field(default_factory=list)
    light: list[tuple[Ms, float]] = field(default_factory=list)
    dim: list[tuple[Ms, float]] = field(default_factory=list)
    acks: list[Heard] = field(default_factory=list)
    events: list[Heard] = field(default_factory=list)
    journal: list[str] = field(default_factory=list)
    programmed: list[Ms] = field(default_factory=list)
    messages: Counter[int] = field(default_factory=Counter)
    bytes: int = 0
    configs: list[Ms] = field(default_factory=list)
    resets: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def first(self, moments: list[Ms], since: Ms) -> Ms | None:
        """Milliseconds from *since* to the first of *moments* from then on; None: there is none."""
        return next((ms - since for ms in moments if ms >= since), None)

    def back(self, since: Ms) -> Ms | None:
        """Milliseconds from *since* until the city has its presence."""
        return self.first(self.online, since)

    def tries(self, since: Ms) -> int:
        """Connections it began from *since* on until it was online, that one included."""
        back = self.back(since)
        return sum(since <= ms and (back is None or ms <= since + back) for ms in self.attempts)

    def settled(self, level: float, since: Ms) -> Ms | None:
        """Milliseconds from *since* until its PWM says *level* percent and stays there for 2 s."""
        ends = [*(ms for ms, _dim in self.dim[1:]), None]
        spans = [(ms, end) for (ms, dim), end in zip(self.dim, ends, strict=True) if abs(dim - level) <= 0.5]
        return next((max(0, ms - since) for ms, end in spans if end is None or end - max(ms, since) >= 2000), None)

    def moved(self, since: Ms) -> Ms | None:
        """Milliseconds from *since* until its PWM changes."""
        return next((ms - since for ms, _dim in self.dim if ms > since), None)

    def dim_at(self, ms: Ms) -> float:
        """Percent that its PWM says at *ms*."""
        return next((dim for at, dim in reversed(self.dim) if at <= ms), 0.0)

    def lit(self, percent: float, since: Ms) -> Ms | None:
        """Milliseconds from *since* until its light is *percent* or more."""
        return self.first([ms for ms, light in self.light if light >= percent], since)

    def dark_ms(self, percent: float, since: Ms, until: Ms) -> int:
        """For how long its light was below *percent* between *since* and *until*."""
        return sum(
            max(0, min(end, until) - max(ms, since)) for ms, end, light in spans(self.light, until) if light < percent
        )

    def full_spans(self, since: Ms, until: Ms) -> list[tuple[Ms, Ms]]:
        """From when to when its PWM said 100 percent between *since* and *until*."""
        full = [(ms, end) for ms, end, dim in spans(self.dim, until) if dim >= 99.5]
        return [(max(ms, since), min(end, until)) for ms, end in full if end > since and ms < until]

    def ack(self, name: str) -> Heard | None:
        """The first ack called *name*."""
        return next((ack for ack in self.acks if ack.name == name), None)

    @property
    def missing(self) -> list[str]:
        """Events on its flash that the city never had."""
        had = {event.name for event in self.events}
        return [name for name in self.journal if name not in had]
