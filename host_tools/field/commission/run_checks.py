"""Runs the checks one after the other, and restores the light at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from host_tools.field.commission.checks import broker, clock, curve, meter, photocell, radio, ramp, relay, tilt
from host_tools.field.commission.outcome import Outcome
from host_tools.field.commission.session import Visit
from host_tools.language import Spoken

# the time first, for without it a pole accepts no lower level; the light next, in an order with the fewest changes
CHECKS = (clock, meter, relay, ramp, curve, photocell, tilt, radio, broker)
LONGEST_HOLD_S = 3600


def commission(visit: Visit, done: Callable[[Outcome], None] = lambda outcome: None) -> list[Outcome]:
    """The outcome of every check; *done* is called with each at once."""
    out = []
    with _left_as_found(visit):
        for check in CHECKS:
            visit.tell("check", check=check.NAME)
            outcome = check.check(visit)
            out.append(outcome)
            done(outcome)
            if check is curve:
                _put_back(visit)  # the rest needs no light of its own
    return out


@contextmanager
def _left_as_found(visit: Visit) -> Iterator[None]:
    try:
        yield
    except BaseException:
        try:
            _put_back(visit)  # also after Ctrl-C; if the cable is pulled, the override ends by itself
        except Spoken:
            pass
        raise


def _put_back(visit: Visit) -> None:
    """Returns the lamp to its programme, or to the technician's own override that was there before."""
    before = visit.status
    left = (before.until or 0) - int(visit.wall())
    if before.owner == "local" and left > 0:
        visit.service.set(before.target, min(left, LONGEST_HOLD_S), 1, before.reason)
    else:
        visit.service.release()
