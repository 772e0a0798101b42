"""BL0942 energy meter, from its datasheet (Shanghai Belling, V1.06): registers, energy pulses, UART frame.

Its inputs sit behind a 1 milliohm shunt and a voltage divider of about 1.95 Mohm over 510 ohm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.hardware.around import Around, Electrical

VREF = 1.218  # V
SHUNT_MV = 1.0  # mV at the current input for one ampere
DIVIDER_MV = 15873.36 * VREF / 73989  # mV at the voltage input for one volt, calibrated: 15873.36 counts a volt
WA_CREEP = 0x0B  # default of the register: power below 3125/256 of it (134 counts, 0.2 W) counts as none
PULSE = (
    16384 * 256 * 100
)  # counts of WATT times milliseconds that make one pulse of CF_CNT (1638.4 * 256 times seconds)
_FULL = 0xFFFFFF
_LEAST = WA_CREEP * 3125 / 256

READ_PACKET = b"\x58\xaa"


class Bl0942:
    """Meter at chip address 0, talking at *baud*; *sense* says what flows through it now.

    The energy between two looks at the power is counted at the power of the first, so the code that switches the load
    calls ``accumulate`` right after it; a request does so too.
    """

    def __init__(self, sense: Callable[[], Electrical], baud: int) -> None:
        self._sense = sense
        self._byte_us = 10 * 1000000 // baud  # start, eight bits, stop
        self.cf_count = 0
        self.power_on(0)

    def power_on(self, now_ms: int) -> None:
        """Power has come back: the counter starts from zero."""
        self.cf_count = 0
        self._rest = 0  # counts of WATT times milliseconds short of a pulse
        self._seen_ms = now_ms
        self._watt = 0
        self._request = b""
        self._answer = b""
        self._begin_us = 0  # when the answer's first byte begins
        self._taken = 0

    def accumulate(self, now_ms: int) -> Electrical:
        """Brings the energy counter up to date and looks at the load again; returns what flows now."""
        self._rest += abs(self._watt) * (now_ms - self._seen_ms)
        self.cf_count = (self.cf_count + self._rest // PULSE) & _FULL
        self._rest %= PULSE
        self._seen_ms = now_ms
        flow = self._sense()
        watt = round(3537 * flow.current_a * SHUNT_MV * flow.voltage_v * DIVIDER_MV / VREF**2 * _cosine(flow))
        self._watt = 0 if -_LEAST < watt < _LEAST else max(-0x800000, min(0x7FFFFF, watt))
        return flow

    def write(self, data: bytes, now_ms: int) -> None:
        if data == READ_PACKET:  # the first byte of the packet can end none that has begun
            self._answer_at(now_ms)
            return
        for byte in data:
            self._request = (self._request + bytes((byte,)))[-len(READ_PACKET) :]
            if self._request == READ_PACKET:
                self._answer_at(now_ms)

    def _answer_at(self, now_ms: int) -> None:
        self._request = b""
        self._answer = self.frame(now_ms)
        self._begin_us = now_ms * 1000 + len(READ_PACKET) * self._byte_us
        self._taken = 0

    def read(self, n: int, now_ms: int) -> bytes:
        if self._taken == len(self._answer):
            return b""
        data = self._answer[self._taken : self._taken + min(n, self.any(now_ms))]
        self._taken += len(data)
        return data

    def any(self, now_ms: int) -> int:
        arrived = max(0, now_ms * 1000 - self._begin_us) // self._byte_us
        return min(arrived, len(self._answer)) - self._taken

    def frame(self, now_ms: int) -> bytes:
        """The packet the chip sends when it is asked at *now_ms*."""
        flow = self.accumulate(now_ms)
        current = round(305978 * flow.current_a * SHUNT_MV / VREF)
        voltage = round(73989 * flow.voltage_v * DIVIDER_MV / VREF)
        period = round(1000000 / flow.frequency_hz)
        status = (1 if self._watt < 0 else 0) | (2 if self._watt == 0 else 0)
        current, voltage = min(current, _FULL), min(voltage, _FULL)
        # five registers of three bytes, one of two, and four bytes
        registers = current | voltage << 24 | current << 48 | (self._watt & _FULL) << 72 | self.cf_count << 96
        registers |= min(period, 0xFFFF) << 120 | status << 144
        body = b"\x55" + registers.to_bytes(21, "little")
        return body + bytes((~(0x58 + sum(body)) & 0xFF,))


def _cosine(flow: Electrical) -> float:
    apparent = flow.voltage_v * flow.current_a
    return flow.power_w / apparent if apparent else 0.0


def attach(_table: str, part: Mapping[str, Any], around: Around) -> Bl0942:
    """Wires the meter."""
    meter = Bl0942(around.electrical, part["baud"])
    around.chip.uarts.attach(part["tx"], part["rx"], meter, part["baud"])
    return meter
