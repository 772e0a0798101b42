"""What the pole does now, as an update has to know it; whether the moment is good; and the restart."""

from pole import const
from pole.drivers.failures import OVER
from pole.update import health
from pole.update.moment import is_good

_NETWORK = const(("link", "time"))  # failures that are no fault of the software


def see(parts):
    """What can be seen of the lamp and of the parts now, a health.Seen."""
    ports, watch, decision, reading = parts.ports, parts.watch, parts.decision, parts.senses.reading
    arrived = parts.lamp.arrived and not (watch and watch.state.probe)
    power = reading.power_mw if reading.answered else None
    failed = [part for part, one in parts.failures.failed.items() if one[3] < OVER and part not in _NETWORK]
    return health.Seen(
        decision.level, decision.owner, arrived, ports.relay.closed, ports.dimmer.given * 10000 // 65535, power,
        watch.faults if watch else (), failed,
    )  # fmt: skip


def is_steady(parts, now):
    """Whether this is a good moment to start other software (update/moment.py)."""
    decision, dusk = parts.decision, parts.dusk
    if not decision or parts.startup_deadline is not None or parts.configuring.restart or not parts.watch:
        return False  # it has just started, or is not well itself
    change = parts.arbiter.next_change(now) if now is not None else None
    now_seen = see(parts)
    in_dusk = dusk is not None and dusk.since is not None
    return is_good(now, now_seen.level if now_seen.closed else 0, now_seen.arrived, decision.until, change, in_dusk)


def restart(parts, now, ticks, why):
    """Restarts the chip; *why* is printed."""
    if parts.counters:
        parts.counters.save(now, ticks)
    parts.ports.restart(why)
