"""Decides when a pole counts as cut off, which it cannot report itself: `communicationFailure`.

It begins when the broker publishes the pole's last will, when nothing came from a pole that should report at least
every quarter of an hour, or when the recorder itself has been without the broker for a minute. It ends with the pole's
next message; an event does not count, for it may have waited at the broker for days.

Where a pole is expected to be without supply (*dark*), as by day on a feeder that is switched on at dusk, none of
that is a failure; one that is not back when it has to be counts as cut off from then on.

Pure: the state of a pole goes in and is changed, and the failure that begins or ends comes out. The record keeps both
in its file (failure_rows.py), the simulator in memory. Times are Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

EPOCH = "_recorder"  # no journal's epoch has an underscore; sequences count per pole

LAST_WILL = "lastWill"
SILENT = "silent"
BROKER = "broker"

SILENT_S = 2100  # a pole refreshes its state every 15 minutes: two of them missed, and five minutes
BROKER_S = 60  # without the broker, after which poles that were online count as cut off


@dataclass
class Known:
    """The state of a pole: its last presence, the time of its last message, the cause of the open failure.

    ``outlived``: a message came after its last will, so the presence that the broker retains is out of date.
    """

    online: bool | None = None
    seen: int | None = None
    failing: str | None = None
    outlived: bool = False


@dataclass(frozen=True)
class Failure:
    """A communicationFailure begins, or ends; ``seen`` is the time of the pole's last message before."""

    starts: bool
    cause: str
    seen: int | None


def presence(pole: Known, online: bool, retained: bool, now: int, dark: bool = False) -> Failure | None:
    """Take the pole's presence.  A retained `true` proves that it was online, not that it still sends; a retained will
    that is older than its last message proves nothing.
    """
    if not online and retained and pole.outlived:
        return None
    pole.online = online
    pole.outlived = False
    if not online:
        return None if dark else _begin(pole, LAST_WILL)
    if not retained:
        return alive(pole, now)
    return _end(pole) if pole.failing == LAST_WILL else None


def alive(pole: Known, now: int) -> Failure | None:
    """Take a message of the pole, which is online then: a will may come late, after the session that follows it."""
    ended = _end(pole)
    pole.outlived = pole.outlived or pole.online is False
    pole.online = True
    pole.seen = now  # and not the later of both: a clock that was put back would leave it in the future
    return ended


def unheard(pole: Known, quiet_s: float, limit_s: float) -> Failure | None:
    """Begin a failure where *quiet_s*, since the last message or since listening began, is *limit_s* or more.

    *quiet_s* is counted on a clock that is never set: a step of the computer's own is no silence.  For a pole that is
    offline there is no wait: it was expected to be, and no longer is.
    """
    if pole.online is False:
        return _begin(pole, LAST_WILL)
    return _begin(pole, SILENT) if quiet_s >= limit_s else None


def without_broker(pole: Known) -> Failure | None:
    """Begin a failure of a pole that was online: there has been no broker for BROKER_S, so nothing can be received."""
    return _begin(pole, BROKER) if pole.online else None


def _begin(pole: Known, cause: str) -> Failure | None:
    if pole.failing is not None:
        return None
    pole.failing = cause
    return Failure(True, cause, pole.seen)


def _end(pole: Known) -> Failure | None:
    cause, pole.failing = pole.failing, None
    return None if cause is None else Failure(False, cause, pole.seen)
