"""Occasional reports to the city: events of the start, the beginning of a session, failures, losses.

Loaded when there is one of them, and unloaded afterwards.
"""

from pole import const
from pole.reporting import part_failures
from pole.runtime import aio
from pole.wire import contract

_LAST_MS = const(30000)  # between the end event of safe mode and the restart, so that it can be sent


def tell_all(parts, now, ticks):
    """Sends them, and ends the count of early resets, or safe mode, when the pole has run long enough."""
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
        part_failures.tell_failures(parts.failures, reporter, parts.ports.store, now)


def _birth(parts, now):
    """Sends birth: identity and address of the pole, and the span of its journal."""
    fields = dict(parts.reporter.identity)
    fields["v"] = contract.VERSION
    fields["at"] = now
    fields["ip"] = parts.ports.radio.ip()
    journal = parts.journal.span()
    if journal:
        fields["journal"] = journal
    parts.reporter.put(contract.BIRTH, fields)


def _turn(parts, now, ticks):
    """After ten minutes clears the count of early resets; after an hour of safe mode tries a full start."""
    parts.startup_deadline = None
    if parts.watch:
        parts.ports.deaths.forget()
    elif parts.safe:
        parts.safe = False
        parts.reporter.event(now, "safeMode", {}, False)
        parts.startup_deadline = aio.ticks_add(ticks, _LAST_MS)
    else:
        parts.ports.restart("the end of safe mode")
