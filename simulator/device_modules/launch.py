"""Starts one pole in a MicroPython virtual machine: arguments are the pipe, the pole's folder and the firmware.

The pole then sees what it would see on its flash: ``/`` with boot.py's files, ``/data``, and the app.
"""

import sys

import asyncio_tasks

_folder = sys.argv[2]
sys.path.insert(0, sys.argv[3])
sys.modules["_asyncio"] = asyncio_tasks  # before asyncio is imported: a file of that name would not be looked at

import gc  # noqa: E402

import _chip  # noqa: E402
import chip_gc  # noqa: E402
from hostops import FAILED, HEAP, INTEREST, SOCKETS  # noqa: E402
from ops import ENTROPY, FLASH_BLOCK  # noqa: E402


def _measure(ms):
    """Reports once a simulated hour the heap, and the live part of it."""
    global _peak, _next, _idle
    used = gc.mem_alloc() - FLASH_BLOCK
    if used > _peak:
        _peak = used
    if ms and (_chip.ticks - _next) & 0x3FFFFFFF < 0x20000000:
        _next = (_chip.ticks + 3600000) & 0x3FFFFFFF
        gc.collect()
        _chip.call(HEAP, _peak, gc.mem_alloc() - FLASH_BLOCK)
    timers = sys.modules.get("timers")
    if not timers:
        return _idle(ms)
    ready = _idle(timers.wait(ms))
    timers.run()
    return ready


_peak = 0
_next = 60000
_idle = _chip.idle
_chip.idle = _measure

import select  # noqa: E402
import time  # noqa: E402

select.idle = time.idle = _measure


def _nonce(n):
    """Bytes of the virtual chip's generator: this machine's own would differ in each run."""
    return _chip.read(ENTROPY, n)


sys.modules["gc"] = chip_gc

try:
    import python_heap
    from boot import boot, handed_by
    from main import main

    ports = boot(_folder + "/vfs", _folder + "/data", nonce=_nonce, heap=python_heap.Heap())
    handed = handed_by(ports)
    if handed:  # as at the end of main.py; a call of a method here would leave the ports in the virtual machine's stack
        from hand_over import hand_over

        del boot, main, handed_by, ports  # nothing of golden is to stay
        hand_over(handed)
    else:
        main(ports)
    import timers

    for number in range(SOCKETS):  # the app has ended, and does not use them any more
        _chip.post(INTEREST, number, 0)
    while True:  # a chip would have its REPL now, without any input
        _idle(timers.wait(-1))
        timers.run()
except Exception as error:
    import io

    text = io.StringIO()
    sys.print_exception(error, text)
    _chip.call(FAILED, 0, 0, text.getvalue().encode()[:4000])
