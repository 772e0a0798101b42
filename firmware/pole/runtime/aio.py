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
        if ms > 0:
            await _nap(_current(), ms)
        else:
            await asyncio.sleep(0)

    async def wait_ms(awaitable, ms):
        """Result of *awaitable*; raises TimeoutError when it takes longer than *ms* milliseconds."""
        return await asyncio.wait_for(awaitable, ms / 1000)

    def ticks_ms():
        """Milliseconds of the running event loop, 30 bits that wrap."""
        loop = asyncio.get_running_loop()  # type: ignore[attr-defined]
        try:
            return loop.now_ms & 0x3FFFFFFF
        except AttributeError:  # it is not the simulator's
            return round(loop.time() * 1000) & 0x3FFFFFFF

    def _current():
        return asyncio.get_running_loop().create_future()  # type: ignore[attr-defined]

    def _rouse(future):
        future.done() or future.set_result(None)

    def _nap(future, ms):  # type: ignore[misc]
        loop = asyncio.get_running_loop()  # type: ignore[attr-defined]
        try:
            return loop.nap(future, ms)
        except AttributeError:
            return _timed(loop, future, ms)

    async def _timed(loop, future, ms):
        # with wait_for others that are due in the same millisecond would go on first, and do not on MicroPython
        timer = loop.call_later(ms / 1000, _rouse, future)
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
        self._sleeper = None

    def set(self):
        """Sets the flag; the waiting task goes on."""
        self._set = True
        sleeper, self._sleeper = self._sleeper, None
        if sleeper is not None:
            _rouse(sleeper)

    def nap(self, ms):
        """To be awaited while the flag is not set: as ``wait``, but it takes no memory.  ``clear`` must follow."""
        self._sleeper = _current()
        return _nap(self._sleeper, ms)

    async def wait(self, ms):
        """Returns when the flag is set, after *ms* milliseconds at the latest."""
        if not self._set:
            try:
                await self.nap(ms)
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
