"""BL0942 energy meter on a UART: voltage, current, power, power factor and energy of the lamp.

One frame answers one request, about 25 ms later at 9600 baud, so asking and reading are two calls and the caller sleeps
between them.  Everything is integers; for a lamp below 1 kW they fit MicroPython's 31-bit small integers, so a sample
allocates nothing.

On boards with an isolated or badly pulled line the frame comes behind stray bytes (esphome/esphome#10136), so it is
looked for in all that has come.  Its checksum is one byte, which one stray alignment in 256 passes too: a frame must
also have the two bytes that are always zero and the frequency of a mains, and frames that overlap are all refused.

The datasheet ties the registers together: V_RMS = 73989 v/Vref, I_RMS = 305978 i/Vref, WATT = 3537 v i cos/Vref^2, with
v and i in mV at the chip's inputs and Vref 1.218 V.  With the voltage divider and the 1 milliohm shunt of the reference
circuit that is 15873.36 counts a volt and 251213.46 counts an ampere, and therefore 623.002 counts a watt
(15873.36 * 251213.46 * 3537 / 73989 / 305978); one pulse of CF_CNT is 1638.4 * 256 counts of WATT for one second.
"""

import machine

from pole import const

_FRAME = const(23)  # bytes: 0x55, I_RMS, V_RMS, I_FAST_RMS, WATT, CF_CNT (24 bits each), FREQ (16), STATUS, checksum
_CARRIED = const(22)  # bytes of a frame that may have come without its last one
_AT_ONCE = const(42)  # bytes that are looked at together, beside those carried over
_STALE = const(16)  # times so many; the chip's buffer holds 256 bytes
_COMMAND = const(0x58)  # read, chip address 0
_SLOW, _FAST = const(14285), const(25000)  # FREQ, microseconds a period: 70 and 40 Hz

# Counts to units as fractions, both parts below 2**17 (see scale), each within 1e-8 of the constants above.
VOLTAGE = (1753, 27826)  # mV a count
CURRENT = (12897, 32399)  # tens of microamperes a count
POWER = (61125, 38081)  # mW a count
PULSE_UWH = 187011  # microwatt-hours a pulse of CF_CNT

_MAX_PULSES = const(0xFFFF)  # between two frames, 12 kWh; more means the chip has started again from zero
_UWH = const(1000000)  # microwatt-hours in a watt-hour


def scale(count, numerator, denominator):
    """*count* * *numerator* / *denominator*, rounded, for a count below 2**24 and the other two below 2**17.

    Long division in two digits of 12 bits: no intermediate value reaches 2**30.
    """
    high = (count >> 12) * numerator
    low = (high % denominator << 12) + (count & 4095) * numerator + denominator // 2
    return (high // denominator << 12) + low // denominator


class Bl0942:
    """Meter on UART *uart_id* (1 or 2; 0 is the console), pins *tx* and *rx*, at *baud* bits a second.

    ``energy_wh`` and ``energy_uwh`` (watt-hours, and the microwatt-hours beyond them) are what it has counted: keep
    both over a restart and put them back before the first reading.  A cut clears the chip's own counter, with what was
    short of a pulse (``STEP_UWH``, microwatt-hours).
    """

    STEP_UWH = PULSE_UWH

    def __init__(self, uart_id, tx, rx, baud):
        self._port = (uart_id, baud, tx, rx)
        self._uart = None
        self._request = bytes((_COMMAND, 0xAA))
        self._line = bytearray(_CARRIED + _AT_ONCE)
        self._frame = bytearray(_FRAME)
        self._come = memoryview(self._line)[_CARRIED:]
        self._pulses = -1  # CF_CNT of the last frame; -1: none yet
        # wait between request and read: the bits, and some margin
        self.answer_ms = (2 + _FRAME) * 10 * 1000 // baud + 12
        self.energy_wh = 0
        self.energy_uwh = 0

    def request(self):
        """Asks for a frame; what was still waiting to be read is thrown away.  Raises what the UART raises."""
        if not self._uart:
            uart_id, baud, tx, rx = self._port
            self._uart = machine.UART(uart_id, baud, tx=tx, rx=rx)
        for _ in range(_STALE):  # a line that never falls silent is not read to its end
            if not self._uart.readinto(self._come):
                break
        self._uart.write(self._request)

    def read(self, reading):
        """Fills *reading* (a Reading) from the frame asked for ``answer_ms`` ago, among all that has come.

        Returns False, and leaves *reading* and the energy as they are, when no whole frame has come, or more than one
        reading of the same bytes is possible.  Of several frames the last counts.
        """
        line, frame = self._line, self._frame
        begin, since = _CARRIED, -1  # bytes since the last frame began; -1: there was none
        for _ in range(_STALE):
            count = self._uart.readinto(self._come)
            if not count:
                break
            end = _CARRIED + count
            for at in range(begin, end - _FRAME + 1):
                if since >= 0:
                    since += 1
                if line[at] == 0x55 and _is_frame(line, at):
                    if 0 <= since < _FRAME:
                        return False
                    since = 0
                    for i in range(_FRAME):
                        frame[i] = line[at + i]
            begin = max(begin, end - _CARRIED)
            for i in range(begin, end):
                line[_CARRIED - end + i] = line[i]
            begin = _CARRIED - end + begin
        if since >= 0:
            self._take(frame, reading)
        return since >= 0

    def _take(self, frame, reading):
        self._count(_u24(frame, 13))
        current = scale(_u24(frame, 1), CURRENT[0], CURRENT[1])
        watt = _u24(frame, 10)
        negative = watt & 0x800000
        power = scale(0x1000000 - watt if negative else watt, POWER[0], POWER[1])
        reading.voltage_mv = scale(_u24(frame, 4), VOLTAGE[0], VOLTAGE[1])
        reading.current_ma = (current + 50) // 100
        reading.power_mw = -power if negative else power
        # tenths of a volt times tens of microamperes are microvolt-amperes
        apparent = (reading.voltage_mv + 50) // 100 * current // 1000
        factor = min(1000, (power * 1000 + apparent // 2) // apparent) if apparent else 0
        reading.pf_thousandths = -factor if negative else factor
        reading.energy_wh = self.energy_wh

    def _count(self, pulses):
        """Adds the energy since the last frame.  The first frame only says where counting starts."""
        if self._pulses >= 0:
            new = (pulses - self._pulses) & 0xFFFFFF
            if new > _MAX_PULSES:
                new = pulses if pulses <= _MAX_PULSES else 0
            uwh = self.energy_uwh + new * PULSE_UWH
            self.energy_wh += uwh // _UWH
            self.energy_uwh = uwh % _UWH
        self._pulses = pulses


def _is_frame(line, at):
    if line[at + 18] or line[at + 21] or not _SLOW <= line[at + 16] | line[at + 17] << 8 <= _FAST:
        return False
    total = _COMMAND
    for i in range(at, at + _FRAME - 1):
        total += line[i]
    return ~total & 255 == line[at + _FRAME - 1]


def _u24(buffer, at):
    return buffer[at] | buffer[at + 1] << 8 | buffer[at + 2] << 16


def make(part, _bus):
    """The meter that *part*, a table of the board file, describes."""
    return Bl0942(part["uart"], part["tx"], part["rx"], part["baud"])
