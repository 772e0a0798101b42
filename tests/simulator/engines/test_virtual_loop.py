"""asyncio on simulated milliseconds: order, time-outs, cancellation, and a life that ends with the power."""

import asyncio
import gc

import pytest

from pole.runtime import aio
from simulator.engines.virtual_loop import VirtualLoop


def live(loop: VirtualLoop, *coroutines, until_ms: int = 10_000) -> None:
    """Runs the coroutines, stepping the loop whenever it asks to be."""
    for coroutine in coroutines:
        loop.create_task(coroutine)
    now = 0
    while True:
        wait = loop.step(now)
        if wait < 0 or now + wait > until_ms:
            return
        now += wait


def test_those_due_in_the_same_millisecond_run_in_the_order_they_asked() -> None:
    loop = VirtualLoop()
    seen: list[tuple[float, str]] = []

    async def task(name: str, first: int) -> None:
        await asyncio.sleep(first / 1000)
        await asyncio.sleep((30 - first) / 1000)
        seen.append((loop.now_ms, name))

    live(loop, task("a", 10), task("b", 20), task("c", 5))
    # all are due at 30; b asked last for its second sleep, c first
    assert seen == [(30, "c"), (30, "a"), (30, "b")]


def test_a_wait_for_a_flag_that_ends_in_the_millisecond_of_a_sleep_goes_on_in_the_order_asked() -> None:
    """It came after the sleep, and a pole asked the time before it connected on one engine, and after on the other."""
    loop = VirtualLoop()
    seen: list[str] = []

    async def waiter() -> None:
        await aio.Wake().wait(30)
        seen.append("waiter")

    async def sleeper() -> None:
        await aio.sleep_ms(30)
        seen.append("sleeper")

    live(loop, waiter(), sleeper())
    assert seen == ["waiter", "sleeper"]


def test_a_nap_that_a_flag_has_ended_leaves_nothing_to_wake_up_for() -> None:
    loop = VirtualLoop()
    wake = aio.Wake()
    seen: list[int] = []

    async def sleeper() -> None:
        for _ in range(2):
            if not wake.is_set():
                await wake.nap(30_000)
            wake.clear()
            seen.append(loop.now_ms)

    loop.create_task(sleeper())
    assert loop.step(0) == 30_000
    loop.call_soon(wake.set)
    assert loop.step(10) == 30_000
    assert loop.step(30_000) == 10  # the first nap would have been over now, and wakes nobody
    assert loop.step(30_010) == -1
    assert seen == [10, 30_010]


def test_time_stands_still_while_tasks_run_and_the_loop_says_when_it_wants_to_go_on() -> None:
    loop = VirtualLoop()

    async def task() -> None:
        await asyncio.sleep(1.5)
        await asyncio.sleep(0)
        assert loop.time() == 1.5

    job = loop.create_task(task())
    assert loop.step(0) == 1500
    assert loop.step(700) == 800
    assert loop.step(1500) == -1
    assert job.result() is None


def test_wait_for_gives_up_in_time_and_cancels_what_it_waited_for() -> None:
    loop = VirtualLoop()
    seen: list[object] = []

    async def slow() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            seen.append(("cancelled", loop.now_ms))
            raise

    async def task() -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(slow(), 2)
        seen.append(("gave up", loop.now_ms))
        assert await asyncio.wait_for(asyncio.sleep(1, "in time"), 2) == "in time"
        seen.append(("got it", loop.now_ms))

    live(loop, task())
    assert seen == [("cancelled", 2000), ("gave up", 2000), ("got it", 3000)]


def test_a_time_out_that_was_not_needed_leaves_nothing_to_wake_up_for() -> None:
    loop = VirtualLoop()

    async def task() -> None:
        await asyncio.wait_for(asyncio.sleep(0.01), 3600)

    loop.create_task(task())
    assert loop.step(0) == 10
    assert loop.step(10) == -1


def test_events_and_gather() -> None:
    loop = VirtualLoop()
    event = asyncio.Event()
    seen: list[object] = []

    async def waiter() -> str:
        await event.wait()
        return f"woken at {loop.now_ms}"

    async def task() -> None:
        both = asyncio.gather(waiter(), waiter())
        await asyncio.sleep(0.25)
        event.set()
        seen.append(await both)

    live(loop, task())
    assert seen == [["woken at 250", "woken at 250"]]


def test_the_power_going_unwinds_every_task_at_once_and_in_silence() -> None:
    loop = VirtualLoop()
    seen: list[str] = []

    async def task(name: str) -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            seen.append(name)

    loop.create_task(task("a"))
    loop.create_task(task("b"))
    loop.step(0)
    loop.abandon()
    assert sorted(seen) == ["a", "b"]
    del loop
    gc.collect()  # pytest makes an error of "Task was destroyed but it is pending"
    assert len(seen) == 2
