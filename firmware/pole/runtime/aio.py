"""The few asyncio calls the pole uses, under the same names on MicroPython and CPython, and tick arithmetic.

MicroPython counts milliseconds and has ``sleep_ms`` and ``wait_for_ms``; CPython counts seconds.  Ticks are
MicroPython's on an ESP32: 30 bits that wrap, so two of them compare only within about six days.
"""

import asyncio

from pole import const

CancelledError = asyncio.CancelledError
TimeoutError = asyncio.TimeoutError
create_task = asyncio.create_task

try:
    sleep_ms = asyncio.sleep_ms
    wait_ms = asyncio.wait_for_ms
    from asyncio import core  # type: ignore[attr-defined]
    from time import ticks_ms

    def _current():
        return core.cur_task

    def _rouse(task):
        core._task_queue.remove(task)  # it is in the queue of sleepers: due now instead of later
        core._task_queue.push(task)

    def _nap(_task, ms):
        return sleep_ms(ms)

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

    def _current():
        return asyncio.get_running_loop().create_future()  # type: ignore[attr-defined]

    def _rouse(future):
        future.done() or future.set_result(None)

    async def _nap(future, ms):  # type: ignore[misc]
        # with wait_for others that are due in the same millisecond would go on first, and do not on MicroPython
        timer = asyncio.get_running_loop().call_later(ms / 1000, _rouse, future)  # type: ignore[attr-defined]
        try:
            await future
        finally:
            timer.cancel()


class Wake:
    """A flag that tasks set and one task waits for.  Unlike ``wait_ms`` on an Event, waiting makes no task."""

    def __init__(self):
        self._set = False
        self._sleeper = None

    def is_set(self):
        """Whether it was set since it was cleared."""
        return self._set

    def clear(self):
        """Clears the flag."""
        self._set = False

    def set(self):
        """Sets the flag; the waiting task goes on."""
        self._set = True
        sleeper, self._sleeper = self._sleeper, None
        if sleeper is not None:
            _rouse(sleeper)

    async def wait(self, ms):
        """Returns when the flag is set, after *ms* milliseconds at the latest."""
        if not self._set:
            self._sleeper = _current()
            try:
                await _nap(self._sleeper, ms)
            finally:
                self._sleeper = None


_PERIOD = const(1 << 30)
_HALF = const(1 << 29)


def ticks_add(ticks, ms):
    """*ticks* moved by *ms* milliseconds (may be negative), wrapped."""
    return (ticks + ms) & (_PERIOD - 1)


def ticks_diff(later, earlier):
    """Milliseconds from *earlier* to *later*, -2**29 to 2**29 - 1."""
    return ((later - earlier + _HALF) & (_PERIOD - 1)) - _HALF
