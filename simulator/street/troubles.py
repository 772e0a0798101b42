"""Faults around one pole that are not in its plant: wrong times from its witnesses, parts that raise.

A pole can detect them only when it uses the part.  So each happening notes when the pole first met it, and when the
pole first found it over.
"""

from __future__ import annotations

import errno
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from simulator.device_modules import ops
from simulator.happenings.act import ADC, BUS, FLASH, METER, PARTS

SERVER_TIME, CITY_TIME = "server_time_wrong", "city_time_wrong"
ALONE_MS = 3_600_000  # for which a pole leaves a part alone that raised; what it writes before says nothing of it
CONTRADICTS_S = 30  # a witness that is wrong by less may agree with the others, and need not be reported

_LINES = (ops.UART_WRITE, ops.UART_READ, ops.UART_ANY, ops.COUNTER_VALUE)
_TRANSFERS = (ops.I2C_WRITE, ops.I2C_READ_MEM)


@dataclass
class _Met:
    """When the pole first met one happening, and when it first found it over; None: not yet."""

    seen_ms: int | None = None
    gone_ms: int | None = None


class Troubles:
    """The troubles of one pole; *now_ms* is the time of the run."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.raising = False  # whether ``refuse`` has to be called
        self._now_ms = now_ms
        self._held: dict[str, dict[int, int]] = defaultdict(dict)  # {kind: {happening: seconds}}
        # ends that the pole has not met yet, {happening: ms before which it cannot know}
        self._over: dict[str, dict[int, int]] = defaultdict(dict)
        self._raised: dict[str, set[int]] = defaultdict(set)  # devices that have, and were not used since
        self._met: dict[int, _Met] = {}

    def begin(self, happening: int, kind: str, seconds: int = 0) -> None:
        """*kind* (played as a ``Trouble``) begins because of *happening*; *seconds*: by which that clock is ahead."""
        self._held[kind][happening] = seconds
        self._met[happening] = _Met()
        self.raising = self.raising or kind in PARTS

    def end(self, happening: int, kind: str) -> None:
        """It is over."""
        del self._held[kind][happening]
        self._over[kind][happening] = self._now_ms() + (ALONE_MS if kind == FLASH else 0)

    def fails(self, kind: str) -> bool:
        """Whether the part of *kind* raises now."""
        return bool(self._held[kind])

    def ahead_ms(self, kind: str) -> int:
        """By how much the clock of *kind* is ahead; the pole reads its time now."""
        seconds = next(reversed(self._held[kind].values()), 0)
        self.meet(kind, abs(seconds) >= CONTRADICTS_S)
        return seconds * 1000

    def refuse(self, op: int, a: int, b: int) -> None:
        """Raises OSError where operation *op* (of ``ops``, with *a* and *b*) is one of a part that fails."""
        if op == ops.ADC_READ:
            self._use(ADC, a)
        elif op in _LINES:
            self._use(METER, a)
        elif op in _TRANSFERS:
            self._use(BUS, b & 0xFF)

    def _use(self, kind: str, device: int) -> None:
        if self._held[kind]:
            self._raised[kind].add(device)
            self.meet(kind, True)
            raise OSError(errno.EIO)
        self._raised[kind].discard(device)
        if not self._raised[kind]:
            self.meet(kind, False)

    def meet(self, kind: str, wrong: bool) -> None:
        """Note that the pole uses the part of *kind* and finds it *wrong*, or right."""
        if wrong:
            for happening in self._held[kind]:
                if self._met[happening].seen_ms is None:
                    self._met[happening].seen_ms = self._now_ms()
        elif not self._held[kind]:
            now = self._now_ms()
            for happening in [number for number, from_ms in self._over[kind].items() if from_ms <= now]:
                self._met[happening].gone_ms = now
                del self._over[kind][happening]

    def had(self, happening: int) -> bool:
        """Whether *happening* is one of these."""
        return happening in self._met

    def seen_ms(self, happening: int) -> int | None:
        """When the pole first met *happening*; None: never."""
        return self._met[happening].seen_ms

    def gone_ms(self, happening: int) -> int | None:
        """When the pole first found it over; None: never."""
        return self._met[happening].gone_ms
