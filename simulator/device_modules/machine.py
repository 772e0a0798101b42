"""``machine`` as on an ESP32, as far as the pole uses it: names, arguments and exceptions are the real port's.

No state is kept here: it is all in the chip, because under CPython many poles share this module.
"""

import struct

from _chip import call, post, read, read_into
from ops import (
    ADC_READ,
    CHIP,
    I2C_OPEN,
    I2C_READ_MEM,
    I2C_WRITE,
    PIN_GET,
    PIN_INIT,
    PIN_SET,
    PWM_SET,
    PWM_START,
    PWM_STOP,
    RESET,
    RESET_CAUSE,
    RTC_GET,
    RTC_MEMORY_GET,
    RTC_MEMORY_SET,
    RTC_SET,
    UART_ANY,
    UART_CLOSE,
    UART_OPEN,
    UART_READ,
    UART_WRITE,
    UNIQUE_ID,
    WDT_FEED,
    WDT_START,
)

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

# of each chip: its pins, those that can measure (a bit for each), the first that is an input only, UARTs, I2C buses
_CHIPS = (
    (0xFF0EEFF03F, 0xFF0E00F015, 34, 3, 2),  # ESP32: 6 to 11 are the flash
    (0x1FFFE003FFFFF, 0x1FFFFE, 49, 3, 2),  # ESP32-S3: 26 to 32 are the flash
    (0x3C0FFF, 0x3F, 22, 2, 1),  # ESP32-C3: 12 to 17 are the flash
)


def reset():
    call(RESET)
    raise SystemExit  # the simulator has ended this run of the pole; nothing after a reset may run


def reset_cause():
    return call(RESET_CAUSE)


def unique_id():
    return read(UNIQUE_ID)


def freq():
    return 160000000


def soft_reset():
    raise SystemExit


def __getattr__(name):
    if name == "Timer":
        from timers import Timer  # which is seldom needed, and takes memory

        return Timer
    if name == "Counter" and call(CHIP) != 2:  # an ESP32-C3 has none
        from pulse_counter import Counter

        return Counter
    raise AttributeError(name)


def _checked(value):
    if value < 0:
        raise OSError(-value)
    return value


def _number(pin, which=0):
    """The number of *pin*; *which* asks for one that can measure (1), or for one that can be an output (2)."""
    number = pin.number if isinstance(pin, Pin) else pin
    chip = _CHIPS[call(CHIP)]
    if number < 0 or not chip[which & 1] >> number & 1 or (which == 2 and number >= chip[2]):
        raise ValueError("invalid pin")
    return number


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2

    def __init__(self, id, mode=None, pull=-1, *, value=None):
        self.number = _number(id)
        if mode is not None or pull != -1 or value is not None:
            self.init(mode, pull, value=value)

    def init(self, mode=None, pull=-1, *, value=None):
        if mode is not None and mode & 2 and self.number >= _CHIPS[call(CHIP)][2]:
            raise ValueError("pin can only be input")
        code = (mode or 0) | ((pull or 0) + 1) << 4
        if value is not None:
            code |= (2 if value else 1) << 8
        call(PIN_INIT, self.number, code)

    def value(self, value=None):
        if value is None:
            return call(PIN_GET, self.number)
        post(PIN_SET, self.number, 1 if value else 0)
        return None

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)


class PWM:
    def __init__(self, dest, freq=5000, *, duty_u16=32768):
        self._pin = _number(dest, 2)
        if not 1 <= freq <= 40000000:
            raise ValueError("frequency must be from 1Hz to 40MHz")
        self._duty = _duty(duty_u16)
        call(PWM_START, self._pin, self._duty, struct.pack("<I", freq))

    def duty_u16(self, duty=None):
        if duty is None:
            return self._duty
        self._duty = _duty(duty)
        post(PWM_SET, self._pin, self._duty)
        return None

    def deinit(self):
        call(PWM_STOP, self._pin)


def _duty(duty):
    if not 0 <= duty <= 65535:
        raise ValueError("duty_u16 must be from 0 to 65535")
    return duty


class ADC:
    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3

    def __init__(self, pin, *, atten=ATTN_11DB):
        self._pin = _number(pin, 1)
        self._kind = call(CHIP)
        if not 0 <= atten <= 3:
            raise ValueError("invalid attenuation")

    def read_u16(self):
        return call(ADC_READ, self._pin)

    def read_uv(self):
        raw = call(ADC_READ, self._pin) >> 4
        if self._kind:
            return raw * 3300 // 4095 * 1000
        return (142 + (52797 * raw + 32768) // 65536) * 1000  # an ESP32 at 11 dB


class UART:
    def __init__(self, id, baudrate=115200, bits=8, parity=None, stop=1, *, tx, rx, rxbuf=256):
        if not 0 <= id < _CHIPS[call(CHIP)][3]:
            raise ValueError("UART(%d) does not exist" % id)
        self._id = id
        rxbuf &= 0xFFFF  # of which the real port's driver has 16 bits
        code = 0 if parity is None else parity + 1
        _checked(call(UART_OPEN, id, baudrate, bytes((_number(tx), _number(rx), rxbuf & 0xFF, rxbuf >> 8, code))))

    def deinit(self):
        call(UART_CLOSE, self._id)

    def any(self):
        return call(UART_ANY, self._id)

    def readinto(self, buf, nbytes=None):
        return read_into(UART_READ, buf, self._id, len(buf) if nbytes is None else nbytes) or None

    def write(self, buf):
        post(UART_WRITE, self._id, 0, bytes(buf))
        return len(buf)


_written = [0, b"", b"\0"]  # on any bus, last: the register, the data, and both as they are sent


class I2C:
    def __init__(self, id, *, scl, sda, freq=400000):
        if not 0 <= id < _CHIPS[call(CHIP)][4]:
            raise ValueError("I2C(%d) doesn't exist" % id)
        self._id = id
        call(I2C_OPEN, id, 0, bytes((_number(scl), _number(sda))))

    def readfrom_mem_into(self, addr, memaddr, buf):
        value = read_into(I2C_READ_MEM, buf, self._id, addr | memaddr << 8 | len(buf) << 16)
        if value < 0:
            raise OSError(-value)

    def writeto_mem(self, addr, memaddr, buf):
        if memaddr != _written[0] or buf != _written[1]:  # as on a chip, the same takes no memory
            _written[:] = memaddr, bytes(buf), bytes((memaddr,)) + bytes(buf)
        _checked(call(I2C_WRITE, self._id, addr, _written[2]))


class WDT:
    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        call(WDT_START, timeout)

    def feed(self):
        post(WDT_FEED)


class RTC:
    def datetime(self, when=None):
        if when is None:
            return struct.unpack("<HBBBBBBI", read(RTC_GET))
        call(RTC_SET, 0, 0, struct.pack("<HBBBBBBI", *when))
        return None

    def memory(self, data=None):
        if data is None:
            return read(RTC_MEMORY_GET)
        if len(data) > 2048:
            raise ValueError("buffer too long")
        call(RTC_MEMORY_SET, 0, 0, bytes(data))
        return None
