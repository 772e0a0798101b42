"""A pole's link under MicroPython's own asyncio and sockets: ``micropython vm_pole.py PORT COUNT``.

Connects to 127.0.0.1, publishes COUNT events, one after the other, and says on standard output what happens to it.
"""

import asyncio
import gc
import sys
import time

from link_bench import changed

from pole.link.outbox import Outbox, Queue
from pole.link.session import Session
from pole.runtime.lcg import Lcg
from pole.wire import contract


class Stream:
    def __init__(self, inner):
        self.readinto = inner.readinto
        self.write = inner.write
        self.drain = inner.drain
        self.close = inner.s.close

    def flush(self):
        return False  # only drain knows


class Net:
    async def resolve(self, host):
        return host

    async def connect(self, address, port, timeout_ms, secure):
        reader, _ = await asyncio.open_connection(address, port)
        return Stream(reader)


async def main(port, count):
    done = asyncio.Event()

    def on_message(topic, payload, oversize):
        print("message", topic.split("/")[-1], "oversize" if oversize else str(payload, "utf-8"))
        if payload == b"end":
            done.set()

    def ticks():
        return time.ticks_ms() & 0x3FFFFFFF

    queue = Queue()
    outbox = Outbox(ticks, queue)
    settings = changed(link_host="127.0.0.1", link_port=port, link_timeout=60, link_backoff=1)
    link = Session(
        Net(), None, settings, outbox, ticks, Lcg(1), on_message, lambda: outbox.put(contract.BIRTH, '{"v":1}')
    )
    task = asyncio.create_task(link.run())
    heap = []

    async def until(condition):
        for _ in range(120000):
            if condition():
                return
            await asyncio.sleep_ms(1)
        raise RuntimeError("nothing went on for two minutes: " + link.problem)

    for number in range(count):
        await until(lambda: outbox.put(contract.EVENT, '{"v":1,"id":%d}' % number))  # noqa: B023
        if number % (count // 4) == 0:
            await until(lambda: not queue.waiting() and not outbox.oldest())  # what is on its way is no growth
            gc.collect()
            heap.append(gc.mem_alloc())
    await asyncio.wait_for(done.wait(), 120)
    print("heap", max(heap[2:]) - min(heap[2:]))
    print("problem", link.problem)
    task.cancel()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
