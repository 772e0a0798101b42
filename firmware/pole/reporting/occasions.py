"""What the city is told now and then: what happened at the start, that a session began, what failed, what was lost.

Loaded when there is something of it, and forgotten afterwards.
"""

from pole import const
from pole.reporting import part_failures
from pole.runtime import aio
from pole.wire import contract

_LAST_MS = const(30000)  # from the end of safe mode, as it is told, to the restart


def tell_all(control, now, ticks):
    """Tells it, and has a life that lasted long enough end its count of early deaths, or its safe mode."""
    reporter = control.reporter
    while control.news:
        reporter.event(now, *control.news[0])
        del control.news[0]
    while control.missing:
        epoch, first, last = control.missing
        reporter.event(now, "eventsDropped", {"epoch": epoch, "first": first, "last": last, "count": last - first + 1})
        control.missing = control.outbox.missing()
    dispute = control.clock.dispute
    if bool(dispute) != control.disputed:
        control.disputed = not control.disputed
        reporter.event(now, "clockDisagreement", dispute, control.disputed)
    if control.inbox.announce:
        _birth(control, now)
        control.inbox.announce = False
        control.failures.works("link")
    if control.turning_at is not None and aio.ticks_diff(control.turning_at, ticks) <= 0:
        _turn(control, now, ticks)
    if control.failures.changed:
        part_failures.tell(control.failures, reporter, control.ports.store, now)


def _birth(control, now):
    """Who the pole is, its address, and what its journal holds."""
    fields = dict(control.reporter.identity)
    fields["v"] = contract.VERSION
    fields["at"] = now
    fields["ip"] = control.ports.radio.ip()
    journal = control.outbox.span()
    if journal:
        fields["journal"] = journal
    control.reporter.put(contract.BIRTH, fields)


def _turn(control, now, ticks):
    """Ten minutes of life, and early deaths are forgotten; an hour of safe mode, and a full start is tried."""
    control.turning_at = None
    if control.watch:
        control.ports.deaths.forget()
    elif control.safe:
        control.safe = False
        control.reporter.event(now, "safeMode", {}, False)
        control.turning_at = aio.ticks_add(ticks, _LAST_MS)
    else:
        control.ports.restart("the end of safe mode")
