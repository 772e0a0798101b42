import asyncio

from pole.runtime import aio

try:
    from tests.firmware.link.processor import queued_ms
except ImportError:  # MicroPython
    from link.processor import queued_ms


def lived(life):
    """Milliseconds that the coroutine *life* took, and in how many of them others had the processor."""

    async def timed():
        start, before = aio.ticks_ms(), queued_ms()
        await life
        return aio.ticks_diff(aio.ticks_ms(), start), queued_ms() - before

    return asyncio.run(timed())


async def later(ms, action):
    await aio.sleep_ms(ms)
    action()


def test_a_flag_that_is_up_is_not_waited_for():
    async def life():
        wake = aio.Wake()
        wake.set()
        assert wake.is_set()
        await wake.wait(5000)

    lived_ms, queued = lived(life())
    assert lived_ms - queued < 1000


def test_waiting_ends_when_the_flag_goes_up_and_not_before():
    async def life():
        wake = aio.Wake()
        task = aio.create_task(later(30, wake.set))
        await wake.wait(5000)
        assert wake.is_set()
        wake.clear()
        assert not wake.is_set()
        await task

    lived_ms, queued = lived(life())
    assert lived_ms >= 25
    assert lived_ms - queued < 1000


def test_waiting_ends_in_time_when_nobody_puts_the_flag_up():
    async def life():
        wake = aio.Wake()
        await wake.wait(30)
        assert not wake.is_set()

    lived_ms, queued = lived(life())
    assert lived_ms >= 25
    assert lived_ms - queued < 1000


def test_a_flag_put_up_after_its_time_wakes_nobody_twice():
    async def life():
        wake = aio.Wake()
        await wake.wait(10)
        wake.set()  # no task waits: the one that slept here must not be woken
        await aio.sleep_ms(30)

    lived_ms, queued = lived(life())
    assert lived_ms >= 35
    assert lived_ms - queued < 1000


def test_a_task_cancelled_while_it_waits_is_not_woken():
    async def life():
        wake = aio.Wake()
        seen = []

        async def waiter():
            try:
                await wake.wait(5000)
            except aio.CancelledError:
                seen.append("cancelled")
                raise

        task = aio.create_task(waiter())
        await aio.sleep_ms(10)
        task.cancel()
        await aio.sleep_ms(10)
        wake.set()
        await aio.sleep_ms(10)
        assert seen == ["cancelled"]

    lived_ms, queued = lived(life())
    assert lived_ms - queued < 1000


def test_ticks_wrap():
    last = (1 << 30) - 1
    assert aio.ticks_add(last, 1) == 0
    assert aio.ticks_diff(5, last) == 6
    assert aio.ticks_diff(last, 5) == -6
