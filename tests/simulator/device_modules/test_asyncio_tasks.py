"""asyncio under the real virtual machine, on the simulator's task queue and time instead of the built-in ones."""

import json
import os
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from host_tools.firmware_build.find_micropython import find_micropython
from simulator import device_modules
from simulator.device_modules import hostops

SCRIPT = """
import sys
import asyncio_tasks
sys.modules["_asyncio"] = asyncio_tasks
import asyncio
import json
import time

seen = []
began = time.ticks_ms()

def note(what):
    seen.append([time.ticks_diff(time.ticks_ms(), began), what])

async def sleeper(name, first, then):
    await asyncio.sleep_ms(first)
    await asyncio.sleep_ms(then)
    note(name)

async def ordering():
    # all due in the same millisecond: in the order in which they fell asleep for the last time
    await asyncio.gather(sleeper("a", 10, 20), sleeper("b", 20, 10), sleeper("c", 5, 25))

async def cancelling():
    task = asyncio.create_task(sleeper("never", 1000, 1000))
    await asyncio.sleep_ms(500)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        note("cancelled")
    note(task.done())
    note(task.cancel())

async def holder(event):
    await event.wait()

async def chain():
    # who waits for a task that waits for a task: the innermost is woken
    event = asyncio.Event()
    inner = asyncio.create_task(holder(event))
    async def middle():
        await inner
    outer = asyncio.create_task(middle())
    await asyncio.sleep_ms(5)
    outer.cancel()
    try:
        await outer
    except asyncio.CancelledError:
        note("chain")
    note(inner.done())

async def waiting():
    try:
        await asyncio.wait_for_ms(sleeper("too late", 3000, 0), 2000)
    except asyncio.TimeoutError:
        note("timed out")
    await asyncio.wait_for_ms(sleeper("in time", 1000, 0), 2000)

async def events():
    event = asyncio.Event()
    async def waiter(name):
        await event.wait()
        note(name)
    for name in ("x", "y", "z"):
        asyncio.create_task(waiter(name))
    await asyncio.sleep_ms(100)
    event.set()
    await asyncio.sleep_ms(0)
    note("set")
    await asyncio.sleep_ms(1)

async def failing():
    async def bad():
        await asyncio.sleep_ms(7)
        raise ValueError("of a task")
    try:
        await asyncio.gather(bad(), sleeper("other", 50, 0))
    except ValueError as error:
        note(str(error))
    task = asyncio.create_task(bad())
    await asyncio.sleep_ms(20)
    try:
        await task
    except ValueError as error:
        note("late " + str(error))

async def wrapping():
    # over the wrap of the ticks, which these tests begin just before
    await asyncio.sleep_ms(10)
    note("before")
    await asyncio.gather(sleeper("after", 100000, 1), sleeper("soon", 1, 1))

asyncio.run(globals()[sys.argv[2]]())
print(json.dumps(seen))
"""


def run(name: str, tmp_path: Path, ticks: int = 0) -> list[list[object]]:
    """What the script's coroutine *name* notes, (ms since its beginning, what)."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    ours, theirs = socket.socketpair()
    command = [*find_micropython(), "-X", "heapsize=192k", str(script), str(theirs.fileno()), name]
    env = {**os.environ, "MICROPYPATH": os.pathsep.join([device_modules.__path__[0], ".frozen"])}
    with ours, subprocess.Popen(command, env=env, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE) as vm:
        theirs.close()
        pipe = ours.makefile("rb")
        while head := pipe.read(12):
            op, silent, length, a, _b = struct.unpack("<BBHii", head)
            pipe.read(length)
            assert op in (hostops.IDLE, hostops.INTEREST)
            assert a >= 0, "it would wait for ever"
            ticks += a
            if not silent:
                ours.sendall(struct.pack("<iHH", ticks & 0x3FFFFFFF, 0, 0))
        assert vm.stdout
        return json.loads(vm.stdout.read())


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("ordering", [[30, "c"], [30, "a"], [30, "b"]]),
        ("cancelling", [[500, "cancelled"], [500, True], [500, False]]),
        ("chain", [[5, "chain"], [5, True]]),
        ("waiting", [[2000, "timed out"], [3000, "in time"]]),
        ("events", [[100, "x"], [100, "y"], [100, "z"], [100, "set"]]),
        ("failing", [[7, "of a task"], [27, "late of a task"]]),
    ],
)
def test_tasks_on_the_virtual_machine(name: str, seen: list[list[object]], tmp_path: Path) -> None:
    assert run(name, tmp_path) == seen


def test_the_order_holds_over_the_wrap_of_the_ticks(tmp_path: Path) -> None:
    seen = run("wrapping", tmp_path, (1 << 30) - 50)
    assert seen[0][1] == "before"
    assert [what for _ms, what in seen[1:]] == ["soon", "after"]
