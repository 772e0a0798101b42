"""A bench for the link on both runtimes: virtual milliseconds, a scripted broker, a network and a radio that fail.

``Bench`` puts its own tasks, events and sleeps in the place of ``pole.runtime.aio``'s.  Which of the tasks due in the
same millisecond runs first is chosen by a seed, so a test can show that the choice does not matter.
"""

from pole.runtime import aio
from pole.runtime.lcg import Lcg

try:
    from types import coroutine
except ImportError:  # MicroPython awaits plain generators

    def coroutine(function):
        return function


NAMES = ("create_task", "Wake", "sleep_ms", "wait_ms")

SETTINGS = {
    "site": "sagar", "pole": "P0001", "groups": ["ward-1", "ward-2"],
    "link.root": "diya/1", "link.host": "broker.example", "link.port": 1883, "link.tls": 0,
    "link.user": "", "link.secret": "", "link.ssid": "", "link.password": "",
    "link.keepalive": 60, "link.timeout": 20, "link.backoff": 5, "link.maximumBackoff": 120,
}  # fmt: skip


class Task:
    def __init__(self, bench, coro):
        self.bench = bench
        self.coro = coro
        self.done = False
        self.result = None
        self.error = None
        self.throw = None
        self.due = bench.now
        self.ready = True
        self.awaited = False
        self.waiters = []

    def cancel(self):
        if not self.done:
            self.throw = aio.CancelledError()
            self.bench.wake(self)


class Wake:
    def __init__(self):
        self._set = False
        self._sleeper = None

    def is_set(self):
        return self._set

    def set(self):
        self._set = True
        if self._sleeper:
            self._sleeper.bench.wake(self._sleeper)

    def clear(self):
        self._set = False

    async def wait(self, ms=None):
        if not self._set:
            self._sleeper = BENCH[0].current
            try:
                await pause(ms)
            finally:
                self._sleeper = None


BENCH = [None]


@coroutine
def pause(ms):
    """Suspends the running task for *ms* milliseconds, None: until it is woken."""
    return (yield ms)


class Bench:
    """Runs tasks from virtual millisecond *start* on.  *order*: seed of the choice among tasks that are ready; None:
    first in, first out."""

    def __init__(self, order=None, start=0):
        self.now = start  # milliseconds, never wraps
        self.current = None
        self._tasks = []
        self._order = None if order is None else Lcg(order)
        self._kept = {}

    def ticks(self):
        return self.now & ((1 << 30) - 1)

    def __enter__(self):
        BENCH[0] = self
        for name in NAMES:
            self._kept[name] = getattr(aio, name)
        aio.create_task = self.create_task
        aio.Wake = Wake
        aio.sleep_ms = self.sleep_ms
        aio.wait_ms = self.wait_ms
        return self

    def __exit__(self, *_):
        for name in NAMES:
            setattr(aio, name, self._kept[name])

    def create_task(self, coro):
        task = Task(self, coro)
        self._tasks.append(task)
        return task

    async def sleep_ms(self, ms):
        await pause(ms)

    async def wait_ms(self, awaitable, ms):
        inner = self.create_task(awaitable)
        inner.awaited = True
        inner.waiters.append(self.current)
        deadline = self.now + ms
        try:
            while not inner.done and self.now < deadline:
                await pause(deadline - self.now)
        except aio.CancelledError:
            inner.cancel()
            raise
        finally:
            inner.waiters.clear()
        if not inner.done:
            inner.cancel()
            raise aio.TimeoutError()
        if inner.error:
            raise inner.error
        return inner.result

    def wake(self, task):
        task.ready = True
        task.due = self.now

    def run(self, until):
        """Lets everything happen up to and including millisecond *until*."""
        while True:
            ready = [task for task in self._tasks if task.ready and task.due <= self.now]
            if ready:
                self._step(ready[self._order.below(len(ready)) if self._order else 0])
                continue
            times = [task.due for task in self._tasks if task.ready]
            if not times or min(times) > until:
                self.now = until
                return
            self.now = min(times)

    def _step(self, task):
        self._tasks.remove(task)
        self.current = task
        try:
            if task.throw:
                error, task.throw = task.throw, None
                ms = task.coro.throw(error)
            else:
                ms = task.coro.send(None)
        except StopIteration as stop:
            task.result = stop.value
            self._end(task)
        except (Exception, aio.CancelledError) as error:
            task.error = error
            self._end(task)
            if not task.awaited and not isinstance(error, aio.CancelledError):
                raise
        else:
            task.ready = ms is not None
            task.due = self.now + (ms or 0)
            if task.throw:
                self.wake(task)
            self._tasks.append(task)

    def _end(self, task):
        task.done = True
        for waiter in task.waiters:
            self.wake(waiter)


class Stream:
    """One connection to *broker*, which answers ``latency`` ms later."""

    def __init__(self, bench, broker):
        self.bench = bench
        self.broker = broker
        self.arrived = Wake()
        self.chunks = []
        self.ended = False
        self.closed = False
        self.blocked = False  # takes no data
        self.error = None  # raised by each call

    async def readinto(self, buffer):
        while not self.chunks and not self.ended:
            self.arrived.clear()
            await self.arrived.wait()
        if self.error:
            raise self.error
        if not self.chunks:
            return 0
        chunk = self.chunks.pop(0)
        count = min(len(chunk), len(buffer))
        buffer[:count] = chunk[:count]
        if count < len(chunk):
            self.chunks.insert(0, chunk[count:])
        return count

    def write(self, data):
        if self.error:
            raise self.error
        if not self.closed and not self.blocked:
            self.broker.heard(self, bytes(data))

    def flush(self):
        return not self.blocked and not self.error

    async def drain(self):
        while self.blocked:
            await pause(10)
        if self.error:
            raise self.error

    def close(self):
        self.closed = True
        self.broker.log.append((self.bench.now, "close"))

    def deliver(self, data):
        self.chunks.append(bytes(data))
        self.arrived.set()

    def end(self, error=None):
        self.ended = True
        self.error = error
        self.arrived.set()


class Broker:
    """Answers as a broker does, unless told otherwise; ``log`` holds (ms, what) of everything the pole did."""

    def __init__(self, bench, latency=10):
        self.bench = bench
        self.latency = latency
        self.log = []
        self.streams = []
        self.connack = b"\x20\x02\x00\x00"
        self.suback = {}  # filter: code instead of 1
        self.silent = False
        self.puback = True
        self.pings = True
        self.waiting = b""

    def heard(self, stream, data):
        self.waiting += data
        while len(self.waiting) >= 2:
            at, length, shift = 1, 0, 0
            while True:
                length |= (self.waiting[at] & 127) << shift
                shift += 7
                at += 1
                if self.waiting[at - 1] < 128:
                    break
            packet = self.waiting[: at + length]
            self.waiting = self.waiting[at + length :]
            self._packet(stream, packet[0], packet[at:])

    def _packet(self, stream, first, body):
        kind = first >> 4
        if kind == 3:
            length = body[0] << 8 | body[1]
            topic = str(body[2 : 2 + length], "utf-8")
            packet_id = (body[2 + length] << 8 | body[3 + length]) if first & 6 else 0
            payload = str(body[2 + length + (2 if packet_id else 0) :], "utf-8")
            self.log.append((self.bench.now, "publish", topic.split("/")[-1], payload, packet_id, first & 15))
            if packet_id and self.puback:
                self.answer(stream, b"\x40\x02" + bytes((packet_id >> 8, packet_id & 255)))
        elif kind == 1:
            self.log.append((self.bench.now, "connect", body))
            self.answer(stream, self.connack)
        elif kind == 8:
            codes, at = [], 2
            while at < len(body):
                length = body[at] << 8 | body[at + 1]
                topic = str(body[at + 2 : at + 2 + length], "utf-8")
                codes.append(self.suback.get(topic, 1))
                self.log.append((self.bench.now, "subscribe", topic))
                at += length + 3
            self.answer(stream, bytes((0x90, 2 + len(codes), body[0], body[1])) + bytes(codes))
        elif kind == 12:
            self.log.append((self.bench.now, "ping"))
            if self.pings:
                self.answer(stream, b"\xd0\x00")
        else:
            self.log.append((self.bench.now, "packet", kind, body))

    def answer(self, stream, data):
        if not self.silent:
            self.bench.create_task(self._later(stream, data))

    async def _later(self, stream, data):
        await pause(self.latency)
        if not stream.closed:
            stream.deliver(data)

    def times(self, what):
        return [entry[0] for entry in self.log if entry[1] == what]

    def published(self, kind=None):
        return [entry for entry in self.log if entry[1] == "publish" and kind in (None, entry[2])]


class Net:
    """``refuse``: connections fail; ``dns``: resolving fails; ``resolved``: how often a name was looked up."""

    def __init__(self, bench, broker):
        self.bench = bench
        self.broker = broker
        self.refuse = False
        self.dns = True
        self.resolved = 0
        self.attempts = []  # ms
        self.secure = None  # what the last attempt asked of TLS
        self.time = None  # what the chip's clock was set to
        self.short = ""  # what it says of the memory after a failure

    def set_time(self, unix):
        self.time = unix

    def shortage(self):
        return self.short

    async def resolve(self, host):
        self.resolved += 1
        await pause(5)
        if not self.dns:
            raise OSError("no such host")
        return "10.0.0.1"

    async def connect(self, address, port, timeout_ms, secure=None):
        self.secure = secure
        self.attempts.append(self.bench.now)
        await pause(5)
        if self.refuse:
            raise OSError("refused")
        stream = Stream(self.bench, self.broker)
        self.broker.waiting = b""
        self.broker.streams.append(stream)
        return stream


class Radio:
    """Joins 1.5 s after it is asked, when ``reachable``; ``calls`` is what was asked of it."""

    def __init__(self, bench):
        self.bench = bench
        self.reachable = True
        self.calls = []
        self.wedged = False  # joins nothing until it is switched off
        self._asked = None

    def start(self):
        self.calls.append("start")

    def stop(self, wholly):
        self.calls.append("stop")
        self.wedged = False

    def join(self, ssid, password):
        if self._asked is not None:
            raise OSError("Wifi Internal Error")
        self._asked = self.bench.now
        self.calls.append("join")

    def leave(self):
        self._asked = None
        self.calls.append("leave")

    def joined(self):
        joins = self.reachable and not self.wedged
        return joins and self._asked is not None and self.bench.now >= self._asked + 1500

    def status(self):
        return "no access point found"


def changed(**changes):
    """SETTINGS with *changes*; ``link_timeout=5`` is ``link.timeout``."""
    out = dict(SETTINGS)
    for name in changes:
        out[name.replace("_", ".")] = changes[name]
    return out
