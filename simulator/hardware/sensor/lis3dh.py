"""LIS3DH accelerometer, from its datasheet (ST 17530) and application note (ST AN3308): output and shock comparators.

The comparators (INT1 and INT2) are modelled as they are used to watch for a shock: any axis above the threshold, behind
the high-pass filter or not, held until it is read or not.  The FIFO, clicks and positions are not.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.hardware.around import Around

ADDRESS = 0x18  # with SA0 low
SHOCK_MS = 20  # how long a shock lasts at least; what the comparators want to last longer they do not see
SIDEWAYS = 0.71  # a shock comes from between two axes, of which each has this part

_WHO_AM_I, _CTRL1, _CTRL2, _CTRL4, _CTRL5 = 0x0F, 0x20, 0x21, 0x23, 0x24
_OUT = range(0x28, 0x2E)
_CFG, _SRC, _THS, _DURATION = range(4)
_COMPARATORS = (0x30, 0x34)  # the CFG register of each; the others follow
_FILTERED = (0x01, 0x02)  # bits of CTRL2
_HELD = (0x08, 0x02)  # bits of CTRL5
_BOTH_HELD = 0x0A
_BLOCK = 6  # registers of the comparators that a pole reads at once
_AXES = struct.Struct("<3h")
_READ_ONLY = {_WHO_AM_I, 0x27, *_OUT, 0x2F, *(base + _SRC for base in _COMPARATORS)}
_NEXT = 0x80  # of a register's number: each byte belongs to the next one
_RATES = (0, 1, 10, 25, 50, 100, 200, 400)  # Hz
_RANGES = ((2, 1, 16), (4, 2, 32), (8, 4, 62), (16, 12, 186))  # g; mg a digit of 12 bits; mg a step of a threshold
_HIGH = 0x2A  # of CFG: X, Y, Z above
_ACTIVE = 0x40
_SIDE = 0x0A  # of SRC: X and Y were above


class Lis3dh:
    """Chip of a pole that stands still under *acceleration_g* (x, y, z; z up, 1 g at rest).

    *shock_g* gives the highest deviation from that between two milliseconds of the run, *now_ms* which one it is.
    """

    def __init__(
        self,
        now_ms: Callable[[], int],
        acceleration_g: Callable[[], tuple[float, float, float]],
        shock_g: Callable[[int, int], float],
    ) -> None:
        self._now_ms = now_ms
        self._acceleration_g = acceleration_g
        self._shock_g = shock_g
        self.power_on()

    def power_on(self) -> None:
        self._registers = bytearray(0x40)
        self._registers[_WHO_AM_I] = 0x33
        self._registers[_CTRL1] = 0x07  # powered down
        self._pointer = self._step = 0
        self._since = [self._now_ms(), self._now_ms()]
        self._seen = [False, False]
        self._felt = (-1, -1, 0.0)  # what the shock was between two milliseconds

    def write(self, data: bytes) -> None:
        self._pointer, self._step = data[0] & 0x3F, data[0] >> 7
        if len(data) > 1:
            self._watch()  # what happened so far happened under the old settings
        for byte in data[1:]:
            if self._pointer not in _READ_ONLY:
                self._registers[self._pointer] = byte
            self._pointer = (self._pointer + self._step) % len(self._registers)

    def read(self, n: int) -> bytes:
        if n == len(_OUT) and self._pointer == _OUT.start and self._step:
            self._pointer = _OUT.stop
            return self._output()
        if n == _BLOCK and self._pointer == _COMPARATORS[0] and self._step and self._held_both:
            return self._comparators()
        out = bytearray()
        output = b""
        for _ in range(n):
            if self._pointer in _OUT:
                output = output or self._output()
                out.append(output[self._pointer - _OUT.start])
            elif self._pointer - _SRC in _COMPARATORS:
                out.append(self._take(_COMPARATORS.index(self._pointer - _SRC)))
            else:
                out.append(self._registers[self._pointer])
            self._pointer = (self._pointer + self._step) % len(self._registers)
        return bytes(out)

    def read_from(self, register: int, n: int) -> bytes:
        self._pointer, self._step = register & 0x3F, register >> 7
        return self.read(n)

    def _comparators(self) -> bytes:
        """From the first register of the first comparator to the second's SRC, which are taken."""
        self._watch()
        out = self._registers[self._pointer : self._pointer + _BLOCK]
        for number, base in enumerate(_COMPARATORS):
            out[base - self._pointer + _SRC] = _ACTIVE | _SIDE if self._seen[number] else 0
            self._seen[number] = False
        self._pointer += _BLOCK
        return bytes(out)

    @property
    def _held_both(self) -> bool:
        return self._registers[_CTRL5] & _BOTH_HELD == _BOTH_HELD

    @property
    def _rate(self) -> int:
        return _RATES[self._registers[_CTRL1] >> 4 & 7]

    def _output(self) -> bytes:
        """The six bytes of OUT_X_L to OUT_Z_H, left justified in two's complement."""
        control, scale = self._registers[_CTRL1], self._registers[_CTRL4]
        if not control >> 4 & 7:
            return bytes(6)
        bits = 8 if control & 0x08 else 12 if scale & 0x08 else 10
        digit = _RANGES[scale >> 4 & 3][1] * (1 << 12 - bits) / 1000
        half = 1 << bits - 1
        x, y, z = [
            min(max(round(value / digit), -half), half - 1) << 16 - bits if control >> axis & 1 else 0
            for axis, value in enumerate(self._acceleration_g())
        ]
        return _AXES.pack(x, y, z)

    def _watch(self) -> None:
        """Looks at what has happened since the comparators were last looked at."""
        now = self._now_ms()
        control = self._registers[_CTRL5]
        if control & _BOTH_HELD == _BOTH_HELD and self._since[0] == self._since[1] == now:
            return
        for number, base in enumerate(_COMPARATORS):
            held = control & _HELD[number]
            since = self._since[number] if held else max(self._since[number], now - 1000 // max(1, self._rate))
            seen = now > since and self._above(number, base, since, now)
            self._seen[number] = seen or (bool(held) and self._seen[number])
            self._since[number] = now

    def _above(self, number: int, base: int, since: int, now: int) -> bool:
        rate = self._rate
        if self._registers[base + _CFG] & _HIGH != _HIGH or not rate:
            return False
        if max(1, self._registers[base + _DURATION]) * 1000 > SHOCK_MS * rate:
            return False
        if self._felt[0] != since or self._felt[1] != now:
            self._felt = since, now, self._shock_g(since, now)
        felt = self._felt[2] * SIDEWAYS
        if not self._registers[_CTRL2] & _FILTERED[number]:  # gravity is there too
            felt += max(abs(value) for value in self._acceleration_g())
        most_g, _digit, step_mg = _RANGES[self._registers[_CTRL4] >> 4 & 3]
        return min(felt, most_g) * 1000 > self._registers[base + _THS] * step_mg

    def _take(self, number: int) -> int:
        self._watch()
        seen, self._seen[number] = self._seen[number], False
        return _ACTIVE | _SIDE if seen else 0


def attach(_table: str, part: Mapping[str, Any], around: Around) -> Lis3dh:
    """Wires the accelerometer."""
    felt = Lis3dh(around.now_ms, lambda: around.plant.acceleration_g(around.now_ms()), around.plant.shock_g)
    around.chip.i2c.attach(part["scl"], part["sda"], ADDRESS, felt)
    return felt
