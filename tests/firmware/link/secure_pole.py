"""A pole's secure link for as long as a test needs it, on whichever runtime: what became of it, as a dictionary."""

from pole.drivers.flash.files import Files
from pole.link.outbox import Outbox, Queue
from pole.link.session import Session
from pole.runtime import aio
from pole.runtime.lcg import Lcg
from pole.wire import contract

try:
    from tests.firmware.link.link_bench import changed
    from tests.firmware.link.processor import queued_ms
except ImportError:  # MicroPython
    from link_bench import changed
    from processor import queued_ms

TICK_MS = 5
AT_ONCE = 421  # a seed whose first wait is a millisecond


async def live(net, folder, job):
    """Runs the link over *net* with the files of *folder* until the *job* is done, it has failed, or time is up.

    *job*: ``settings`` over the bench's; ``believed``, the time the pole believes in (Unix s); ``seconds`` at most;
    ``events``, [topic or "" for the pole's own, payload] to publish; ``hear``, how many messages to wait for.

    Returns ``online`` (was it ever), ``problem``, ``heard`` (topics), ``refused`` (filters), ``longest``, the
    longest that a task which wakes every 5 ms was kept waiting, in ms, ``lasted``, how long all took, and ``queued``:
    what of that others had the processor for.  That counts for nothing in ``longest``.
    """
    heard = []
    outbox = Outbox(aio.ticks_ms, Queue())
    settings = changed(link_host="localhost", link_tls=1, link_backoff=1, link_maximumBackoff=1)
    settings.update(job["settings"])
    session = Session(
        net, None, settings, outbox, aio.ticks_ms, Lcg(AT_ONCE), lambda topic, payload, oversize: heard.append(topic),
        lambda: None, Files(folder), lambda ticks: job["believed"],
    )  # fmt: skip
    own = session.topics[contract.EVENT]
    task = aio.create_task(session.run())
    waiting = list(job["events"])
    out = {"online": False, "longest": 0}
    end = aio.ticks_add(aio.ticks_ms(), int(job["seconds"] * 1000))
    start = last = aio.ticks_ms()
    unqueued = before = queued_ms()
    while aio.ticks_diff(end, aio.ticks_ms()) > 0:
        await aio.sleep_ms(TICK_MS)
        now, queued = aio.ticks_ms(), queued_ms()
        out["longest"] = max(out["longest"], aio.ticks_diff(now, last) - (queued - before))
        last, before = now, queued
        if session.online:
            out["online"] = True
            if not outbox.oldest():
                if waiting:
                    topic, payload = waiting.pop(0)
                    session.topics[contract.EVENT] = topic.encode() if topic else own
                    outbox.put(contract.EVENT, payload)
                elif len(heard) >= job["hear"]:
                    break
        elif session.problem:
            break
    out.update({"problem": session.problem, "heard": heard, "refused": list(session.refused)})
    out.update({"lasted": aio.ticks_diff(aio.ticks_ms(), start), "queued": queued_ms() - unqueued})
    while not task.done():  # asyncio.wait_for of Python 3.11 may swallow one that comes with its result
        task.cancel()
        await aio.sleep_ms(TICK_MS)
    return out
