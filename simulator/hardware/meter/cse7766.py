"""CSE7766 energy meter, from its manual (Chipsea): periods of its pulses, status bits, a frame every 60 ms.

It sits behind a shunt of 1 milliohm and a divider of 1 Mohm; coefficients as captured on a Sonoff POW R2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.hardware.around import Around, Electrical
from simulator.plant.meter import MeterType

TYPE = MeterType("cse7766", 0.01, 1e-4, 0.01, 0.003, 0.0003, 0.02, 0.15, 0.0004, 0.0015, 0.02, 0.0015)
VOLT, AMPERE, WATT = 194_400, 16_400, 5_351_000  # microseconds of a period at 1 V, 1 A, 1 W
LONGEST_US = 6_500_000  # a period that takes longer is out of range
STEP = 0.2  # a change of the power by this part begins a new period
FRAME_MS = 60
BAUD, EVEN = 4800, 0
_BYTE_US = 11 * 1_000_000 // BAUD  # start, eight bits, parity, stop
_BUFFER = 256  # bytes of the port; what comes when it is full is lost


class Cse7766:
    """Meter whose *sense* says what flows through it now; energy is counted as in the BL0942's model.

    ``broken`` is put into the status bits of each frame (bit 0: the coefficients are damaged).
    """

    def __init__(self, sense: Callable[[], Electrical]) -> None:
        self._sense = sense
        self.broken = 0
        self.pulses = 0
        self.power_on(0)

    def power_on(self, now_ms: int) -> None:
        """Power has come back: the counter starts from zero, and so does the first frame."""
        self.pulses = 0
        self._rest = 0.0  # microjoules short of a pulse
        self._watts = 0.0
        self._seen_ms = self._since_ms = self._begin_ms = now_ms
        self._sent = 0  # bytes of the stream that have reached the port
        self._waiting = b""

    def accumulate(self, now_ms: int) -> Electrical:
        """Brings the pulses up to date and looks at the load again; returns what flows now."""
        self._rest += self._watts * 1000.0 * (now_ms - self._seen_ms)
        self.pulses += int(self._rest // WATT)
        self._rest %= WATT
        self._seen_ms = now_ms
        flow = self._sense()
        watts = abs(flow.power_w)
        if abs(watts - self._watts) > STEP * max(watts, self._watts):
            self._since_ms = now_ms
        self._watts = watts
        return flow

    def write(self, data: bytes, now_ms: int) -> None:
        """It has no input."""

    def read(self, n: int, now_ms: int) -> bytes:
        self._receive(now_ms)
        data, self._waiting = self._waiting[:n], self._waiting[n:]
        return data

    def any(self, now_ms: int) -> int:
        self._receive(now_ms)
        return len(self._waiting)

    def _receive(self, now_ms: int) -> None:
        """The bytes that have come by now; those since the last look say what flows now."""
        cycles, into_ms = divmod(now_ms - self._begin_ms, FRAME_MS)
        arrived = 24 * cycles + min(24, into_ms * 1000 // _BYTE_US)
        new = arrived - self._sent
        if new > 0:
            frame = self.frame(now_ms)
            first = self._sent % 24
            stream = frame * (min(new, _BUFFER) // 24 + 2)
            self._waiting = (self._waiting + stream[first : first + new])[:_BUFFER]
            self._sent = arrived

    def frame(self, now_ms: int) -> bytes:
        """The frame that it sends at *now_ms*."""
        flow = self.accumulate(now_ms)
        elapsed_us = max(1, 1000 * (now_ms - self._since_ms))
        status, valid = self.broken, 0x01
        body = b""
        for coefficient, value, flag, bit in (
            (VOLT, flow.voltage_v, 0x40, 8),
            (AMPERE, flow.current_a, 0x20, 4),
            (WATT, self._watts, 0x10, 2),
        ):
            period = min(LONGEST_US, round(coefficient / value) if value > 0.0 else LONGEST_US)
            if period == LONGEST_US and (flag != 0x10 or elapsed_us >= LONGEST_US):
                status |= bit
            elif period <= elapsed_us or flag != 0x10:
                valid |= flag
            else:
                period = elapsed_us
            body += coefficient.to_bytes(3, "big") + max(1, period).to_bytes(3, "big")
        valid |= (self.pulses >> 16 & 1) << 7
        body += bytes((valid,)) + (self.pulses & 0xFFFF).to_bytes(2, "big")
        return bytes((0xF0 | status if status else 0x55, 0x5A)) + body + bytes((sum(body) & 255,))


def attach(_table: str, part: Mapping[str, Any], around: Around) -> Cse7766:
    """Wires the meter."""
    meter = Cse7766(around.electrical)
    around.chip.uarts.attach(part["tx"], part["rx"], meter, BAUD, EVEN)
    return meter
