"""What the city is told now and then: what happened at the start, that a session began, what failed, what was lost.

Loaded when there is something of it, and forgotten afterwards.
"""

from pole import const
from pole.reporting import part_failures
from pole.runtime import aio
from pole.wire import contract

_LAST_MS = const(30000)  # from the end of safe mode, as it is told, to the restart


def tell_all(parts, now, ticks):
    """Tells it, and has a life that lasted long enough end its count of early deaths, or its safe mode."""
    reporter = parts.reporter
    while parts.news:
        reporter.event(now, *parts.news[0])
        del parts.news[0]
    while parts.missing:
        epoch, first, last = parts.missing
        reporter.event(now, "eventsDropped", {"epoch": epoch, "first": first, "last": last, "count": last - first + 1})
        parts.missing = parts.outbox.missing()
    dispute = parts.clock.dispute
    if bool(dispute) != parts.disputed:
        parts.disputed = not parts.disputed
        reporter.event(now, "clockDisagreement", dispute, parts.disputed)
    if parts.inbox.announce:
        _birth(parts, now)
        parts.inbox.announce = False
        parts.failures.works("link")
    if parts.startup_deadline is not None and aio.ticks_diff(parts.startup_deadline, ticks) <= 0:
        _turn(parts, now, ticks)
    if parts.failures.changed:
        part_failures.tell(parts.failures, reporter, parts.ports.store, now)


def _birth(parts, now):
    """Who the pole is, its address, and what its journal holds."""
    fields = dict(parts.reporter.identity)
    fields["v"] = contract.VERSION
    fields["at"] = now
    fields["ip"] = parts.ports.radio.ip()
    journal = parts.journal.span()
    if journal:
        fields["journal"] = journal
    parts.reporter.put(contract.BIRTH, fields)


def _turn(parts, now, ticks):
    """Ten minutes of life, and early deaths are forgotten; an hour of safe mode, and a full start is tried."""
    parts.startup_deadline = None
    if parts.watch:
        parts.ports.deaths.forget()
    elif parts.safe:
        parts.safe = False
        parts.reporter.event(now, "safeMode", {}, False)
        parts.startup_deadline = aio.ticks_add(ticks, _LAST_MS)
    else:
        parts.ports.restart("the end of safe mode")
