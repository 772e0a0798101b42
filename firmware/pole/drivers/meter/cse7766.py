"""CSE7766 energy meter on a UART (4800 baud, 8E1): it sends a frame of 24 bytes every 60 ms or so, without being asked.

A frame: 0x55 (or 0xAA: never calibrated; or 0xF0 with bits of what is wrong: 1 coefficients, 2 power, 4 current, 8
voltage out of range), 0x5A, then coefficient and period of voltage, current and power (24 bits each, high byte first),
what of that is valid, 16 bits of CF pulses, and the sum of bytes 2 to 22.  A value is its coefficient over its period,
in V, A and W, as the datasheet (Chipsea, "CSE7766 user manual") has it; a pulse is worth the power's coefficient in
microjoules.  Without load the power's period never ends: bit 2 of 0xF0, and the power is 0.

The checksum is one byte, which one stray alignment in 256 passes too: a frame counts only when its coefficients, which
never change, are those of the frame before.
"""

import machine

from pole import const

_FRAME = const(24)  # bytes
_LINE = const(120)  # bytes that are looked at together: four frames, wherever they begin
_STALE = const(8)  # times so many; the port's buffer holds 256 bytes
_UNFIT = const(9)  # status: no coefficients, or no voltage
_NO_POWER, _NO_CURRENT = const(2), const(4)  # status: their period does not end in time
_HAS_VOLTAGE, _HAS_CURRENT, _HAS_POWER = const(0x40), const(0x20), const(0x10)  # a whole period was measured
_MAX_PULSES = const(0xC000)  # between two frames, 73 Wh; more means the chip has started again from zero
_UWH = const(1000000)  # microwatt-hours in a watt-hour


class Cse7766:
    """Meter on UART *uart_id*, pins *tx* (which it does not use) and *rx*.

    ``energy_wh``, ``energy_uwh`` and ``STEP_UWH`` are as those of the BL0942.
    """

    STEP_UWH = 1486  # of a chip as it is delivered, with a shunt of 1 milliohm

    def __init__(self, uart_id, tx, rx):
        self._port = (uart_id, tx, rx)
        self._uart = None
        self._line = bytearray(_LINE)
        self._coefficients = bytearray(9)
        self._pulses = -1  # of the last frame, 17 bits; -1: none yet
        self._rest = 0  # 3600ths of a microwatt-hour
        self._current = self._power = -1  # tens of microamperes, mW; -1: not known yet
        self.answer_ms = 200  # three frames come, of which two are whole
        self.energy_wh = 0
        self.energy_uwh = 0

    def request(self):
        """What has come until now is thrown away.  Raises what the UART raises."""
        if not self._uart:
            uart_id, tx, rx = self._port
            self._uart = machine.UART(uart_id, 4800, bits=8, parity=0, stop=1, tx=tx, rx=rx)
        for _ in range(_STALE):
            if not self._uart.readinto(self._line):
                break

    def read(self, reading):
        """Fills *reading* (a Reading) from what has come since ``request``; of several frames the last counts.

        Returns False, and leaves *reading* as it is, when there is no frame, or none in which the chip trusts itself.
        """
        line = self._line
        count = self._uart.readinto(line) or 0
        at, found = 0, False
        while at <= count - _FRAME:
            if not _is_frame(line, at):
                at += 1
                continue
            if self._is_known(at):
                found = self._take(at, reading)
            at += _FRAME
        return found

    def _is_known(self, at):
        """Whether the coefficients of the frame are those of the one before; they are kept."""
        line, known, same = self._line, self._coefficients, True
        for i in range(9):
            byte = line[at + 2 + i // 3 * 6 + i % 3]
            if byte != known[i]:
                known[i], same = byte, False
        return same

    def _take(self, at, reading):
        line = self._line
        status, valid = line[at] & 15 if line[at] >= 0xF0 else 0, line[at + 20]
        if line[at] == 0xAA or status & _UNFIT or not valid & _HAS_VOLTAGE:
            return False
        none = status & _NO_POWER or (status & _NO_CURRENT and not valid & _HAS_POWER)  # no current, no power
        power = 0 if none else _of(line, at + 14, 3)
        if not valid & _HAS_POWER and not none:
            if self._power < 0:
                return False
            power = min(power, self._power)  # its period has not ended yet: less than that flows
        current = 0 if status & _NO_CURRENT else _of(line, at + 8, 5)
        if status & _NO_CURRENT:
            if power:
                return False
        elif not valid & _HAS_CURRENT:
            if self._current < 0:
                return False
            current = min(current, self._current)
        self._power, self._current = power, current
        self._count((valid & 0x80) << 9 | line[at + 21] << 8 | line[at + 22], _u24(line, at + 14))
        reading.voltage_mv = _of(line, at + 2, 3)
        reading.current_ma = (current + 50) // 100
        reading.power_mw = power
        # tenths of a volt times tens of microamperes are microvolt-amperes
        apparent = (reading.voltage_mv + 50) // 100 * current // 1000
        reading.pf_thousandths = min(1000, (power * 1000 + apparent // 2) // apparent) if apparent else 0
        reading.energy_wh = self.energy_wh
        return True

    def _count(self, pulses, coefficient):
        """Adds the energy since the last frame.  The first frame only says where counting starts."""
        if self._pulses >= 0:
            new = (pulses - self._pulses) & 0x1FFFF
            if new > _MAX_PULSES:
                new = pulses if pulses <= _MAX_PULSES else 0
            rest = self._rest + new * (coefficient % 3600)
            uwh = self.energy_uwh + new * (coefficient // 3600) + rest // 3600
            self._rest = rest % 3600
            self.energy_wh += uwh // _UWH
            self.energy_uwh = uwh % _UWH
        self._pulses = pulses


def _is_frame(line, at):
    head = line[at]
    if line[at + 1] != 0x5A or not (head == 0x55 or head == 0xAA or head >= 0xF0):
        return False
    total = 0
    for i in range(at + 2, at + _FRAME - 1):
        total += line[i]
    return total & 255 == line[at + _FRAME - 1]


def _of(line, at, digits):
    """The coefficient at *at* over the period behind it, rounded, with so many *digits* behind the point.

    Long division: no intermediate value reaches 2**30, so that nothing is allocated.
    """
    period = _u24(line, at + 3)
    if not period:
        return 0
    coefficient = _u24(line, at)
    out, left = coefficient // period, coefficient % period
    for _ in range(digits):
        left *= 10
        out = out * 10 + left // period
        left %= period
    return out + (2 * left >= period)


def _u24(line, at):
    return line[at] << 16 | line[at + 1] << 8 | line[at + 2]


def make(part, _bus):
    """The meter that *part*, a table of the board file, describes."""
    return Cse7766(part["uart"], part["tx"], part["rx"])
