"""When a pole counts as cut off, which it cannot report itself, and when no longer: `communicationFailure`.

It begins when the broker publishes the pole's last will, when nothing was heard of a pole that ought to report at least
every quarter of an hour, or when the recorder itself has been without the broker for a minute. It ends when the pole
speaks again; an event is no sign of life, for it may have waited at the broker for days.

Where a pole is expected to be without supply (*dark*), as by day on a feeder that is switched on at dusk, none of
that is a failure; one that is not back when it has to be is missed from then on.

Pure: what is known of a pole goes in and is changed, and what has begun or ended comes out. The record keeps both in
its file (failures.py), the simulator in memory. Times are Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

EPOCH = "_recorder"  # no journal's epoch has a dash below; sequences count per pole

LAST_WILL = "lastWill"
SILENT = "silent"
BROKER = "broker"

SILENT_S = 2100  # a pole refreshes its state every 15 minutes: two of them missed, and five minutes
BROKER_S = 60  # without the broker, after which nothing that was online counts as heard


@dataclass
class Known:
    """What is known of a pole: its presence as last told, when it last spoke, the cause of the failure going on.

    ``outlived``: it has spoken since its last will, so what the broker retains as its presence is out of date.
    """

    online: bool | None = None
    seen: int | None = None
    failing: str | None = None
    outlived: bool = False


@dataclass(frozen=True)
class Failure:
    """A communicationFailure begins, or ends; ``seen`` is when the pole had last spoken."""

    starts: bool
    cause: str
    seen: int | None


def presence(pole: Known, online: bool, retained: bool, now: int, dark: bool = False) -> Failure | None:
    """The pole's presence.  A retained `true` proves that it was online, not that it has anything to say; a retained
    will that it has outlived proves nothing.
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
    """The pole has just said something, so it is online: a will may come late, after the session that follows it."""
    ended = _end(pole)
    pole.outlived = pole.outlived or pole.online is False
    pole.online = True
    pole.seen = now  # and not the later of both: a clock that was put back would leave it in the future
    return ended


def unheard(pole: Known, quiet_s: float, limit_s: float) -> Failure | None:
    """Whether the pole was not heard of for *limit_s*: it is *quiet_s* since it spoke, or since we began to listen.

    *quiet_s* is counted on a clock that is never set: a step of the computer's own is no silence.  A pole that is
    offline waits for nothing: it was expected to be, and no longer is.
    """
    if pole.online is False:
        return _begin(pole, LAST_WILL)
    return _begin(pole, SILENT) if quiet_s >= limit_s else None


def without_broker(pole: Known) -> Failure | None:
    """There is no broker for BROKER_S now: whatever a pole that was online says, nobody hears it."""
    return _begin(pole, BROKER) if pole.online else None


def _begin(pole: Known, cause: str) -> Failure | None:
    if pole.failing is not None:
        return None
    pole.failing = cause
    return Failure(True, cause, pole.seen)


def _end(pole: Known) -> Failure | None:
    cause, pole.failing = pole.failing, None
    return None if cause is None else Failure(False, cause, pole.seen)
