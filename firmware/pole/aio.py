"""The few asyncio calls the pole uses, under the same names on MicroPython and CPython, and tick arithmetic.

MicroPython counts milliseconds and has ``sleep_ms`` and ``wait_for_ms``; CPython counts seconds.  Ticks are
MicroPython's on an ESP32: 30 bits that wrap, so two of them compare only within about six days.
"""

import asyncio

from pole import const

CancelledError = asyncio.CancelledError
Event = asyncio.Event
TimeoutError = asyncio.TimeoutError
create_task = asyncio.create_task

try:
    sleep_ms = asyncio.sleep_ms
    wait_ms = asyncio.wait_for_ms
    from time import ticks_ms
except AttributeError:  # CPython

    async def sleep_ms(ms):
        """Sleep for *ms* milliseconds."""
        await asyncio.sleep(ms / 1000)

    async def wait_ms(awaitable, ms):
        """Result of *awaitable*; raises TimeoutError when it takes longer than *ms* milliseconds."""
        return await asyncio.wait_for(awaitable, ms / 1000)

    def ticks_ms():
        """Milliseconds of the running event loop, 30 bits that wrap."""
        loop = asyncio.get_running_loop()  # type: ignore[attr-defined]
        return round(loop.time() * 1000) & (_PERIOD - 1)


_PERIOD = const(1 << 30)
_HALF = const(1 << 29)


def ticks_add(ticks, ms):
    """*ticks* moved by *ms* milliseconds (may be negative), wrapped."""
    return (ticks + ms) & (_PERIOD - 1)


def ticks_diff(later, earlier):
    """Milliseconds from *earlier* to *later*, -2**29 to 2**29 - 1."""
    return ((later - earlier + _HALF) & (_PERIOD - 1)) - _HALF
