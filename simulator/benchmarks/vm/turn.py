"""Runs in the WebAssembly build of MicroPython, whose integers have 31 bits as a chip's: counts what a turn allocates.

``prepare`` is called with the control task before its first turn, ``warm`` until nothing happens any more; then
``allocated`` says what the turns of a sample take.  The meter answers; nothing else is wired.
"""

import gc

import machine
from ops import UART_READ, UART_WRITE

from pole.runtime import aio

UNIX = 1795539600  # 2026-11-24 20:00 in Sagar
_frame = bytearray(23)
_ticks = [0]
_state = [0, False]  # frames until now; whether one was asked for and not read
_wait = [1]


def _read_into(op, buffer, a=0, b=0):
    if op != UART_READ or not _state[1]:
        return 0
    _state[1] = False
    for i in range(23):
        buffer[i] = _frame[i]
    return 23


def _post(op, a=0, b=0, data=b""):
    if op == UART_WRITE:
        _state[1] = True


def prepare(one):
    machine.read_into, machine.post = _read_into, _post
    aio.ticks_ms = lambda: _ticks[0]
    one._parts.ports.accelerometer = None  # a chip that answers nothing has it set up again at each sample


def _go_on():
    """Time goes on until something is due; the next frame is 238 V, 0.38 A, 90 W, changed a little each time."""
    _ticks[0] = (_ticks[0] + _wait[0]) & 0x3FFFFFFF
    _state[0] += 1
    number = _state[0]
    _frame[0] = 0x55
    for at, value in (
        (1, 95000 + number % 7),
        (4, 3777774 + number * 37 % 4096),
        (10, 56000 + number % 5),
        (13, number),
    ):
        for i in range(3):
            _frame[at + i] = value >> 8 * i & 255
    _frame[16], _frame[17] = 0x20, 0x4E  # 50 Hz
    _frame[22] = ~(0x58 + sum(_frame[:22])) & 255


def warm(one, turns):
    """Lives *turns* with a time that is agreed, at night."""
    for n in range(2):
        for _ in range(turns):
            _go_on()
            _wait[0] = one._turn()
        clock = one._parts.clock
        if not n:
            clock.unix, clock.known, clock.confirmed, clock.set_s = UNIX, True, True, clock.up_s
            one._parts.reporter._meter_at = _ticks[0]


def allocated(one, asking):
    """Bytes that the next turn takes in which the meter is read, or asked (*asking*), and nothing is written."""
    found = []
    while len(found) < 5:
        _go_on()
        was = one._parts.senses._asked
        gc.collect()
        before = gc.mem_alloc()
        _wait[0] = one._turn()
        took = gc.mem_alloc() - before
        if one._parts.senses._asked != was and was != asking:
            found.append(took)
    return min(found)
