"""The one task that takes every decision, in the same order each time it wakes: time answers, commands, a sample when
one is due, the decision, the lamp, the reports, the watchdog.  All other tasks only leave something for it and wake it.
"""

from pole import const
from pole.commands.handler import JUDGING
from pole.commands.messages import take_messages
from pole.health.sample import take_sample
from pole.runtime import aio
from pole.runtime.transient import unload
from pole.settings.trial import Configuring

KEEPING = (
    "pole.health.persistence", "pole.health.setup", "pole.health.calibration", "pole.health.event_types",
    "pole.health.chatter",
)  # fmt: skip
UPDATING = (
    "pole.update.advance", "pole.update.health", "pole.update.moment", "pole.update.situation", "pole.update.pointer",
    "pole.update.image", "pole.update.image_trial",
)  # fmt: skip
TELLING = ("pole.reporting.occasions", "pole.reporting.part_failures")
_RAMP_S = const(2)
_PAUSE_MS = const(30000)  # the longest the control task sleeps: half of the watchdog's time-out
_AHEAD_MS = const(60000)  # so far ahead it is known what the light has to do
_UNDECIDED = const(100)  # and the chip is reset, which tidies its memory
_CROWDED_MS = const(100)  # until acks may have made room for the next command


class Control:
    """Decides for one pole with its *parts* (app.py)."""

    def __init__(self, parts):
        self._parts = parts
        self._supplied = True
        self._undecided = 0  # decisions in a row without enough memory

    async def run(self):
        """Never returns.  Raises what keeps it from deciding on the light: the caller resets the chip."""
        parts = self._parts
        inbox = parts.inbox
        wake = inbox.wake
        if parts.settings["link.host"]:
            aio.create_task(inbox.guard("link", self._connect))
            aio.create_task(inbox.guard("time", parts.network_time.run))
        if parts.laptop:
            aio.create_task(inbox.guard("console", parts.laptop.run))
        supply = parts.ports.supply
        if supply:
            aio.create_task(inbox.guard("supply", lambda: supply.watch(wake.set)))
        while True:
            wait = self._turn()
            if not wake.is_set():
                await wake.nap(wait)
            wake.clear()

    async def _connect(self):
        # a ward that lost its feeder must not come back in the same second
        parts = self._parts
        await aio.sleep_ms(parts.random.below(parts.settings["report.spread"] * 1000 + 1))
        await parts.session.run()

    def _turn(self):
        """Everything that is due now; returns the milliseconds until something is due again."""
        parts = self._parts
        # three at a time: four would be a tuple, which takes memory
        failures, inbox, clock = parts.failures, parts.inbox, parts.clock
        laptop = parts.laptop
        ticks = failures.now = aio.ticks_ms()
        while inbox.times:
            self._try("time", clock.offer, *inbox.times.pop(0))
        now = clock.now(ticks)
        quality = clock.quality(ticks)
        parts.network_time.settled = clock.settled(ticks)
        wait = _PAUSE_MS
        if inbox.announce or inbox.messages or inbox.dropped:
            self._try("commands", take_messages, parts, now, ticks)
        if laptop and laptop.request:
            wait = self._try("console", laptop.serve, parts, now, ticks)
        if self._has_supply(now):
            wait = min(wait, self._try("detectors", take_sample, parts, now, ticks))
        wait = min(
            wait, self._lit(now, ticks), self._try("configuration", Configuring.due, parts.configuring, now, ticks)
        )
        if parts.updating.active or parts.updating.waiting or failures.failed:
            wait = min(wait, self._try("update", parts.updating.due, parts, now, ticks))
        if inbox.messages or inbox.dropped:
            wait = min(wait, _CROWDED_MS)
        self._try("reports", _report, parts, now, ticks, quality)
        parts.ports.watchdog.feed()
        failures.look("watchdog", parts.ports.watchdog)
        if parts.update_at is not None:
            wait = min(wait, self._try("update", _update, parts, now, ticks))
        if self._has_news(ticks):
            self._try("reports", _tell, parts, now, ticks)
        if parts.configuring.restart:
            if parts.counters:
                parts.counters.save(now, ticks)
            parts.ports.restart("another configuration")
        return wait

    def _try(self, part, work, first, now, ticks, more=None):
        """What *work* returns; the longest wait where it raises: less urgent work must not disturb the light.

        A tuple of arguments or a bound method as *work* would take memory in each turn.
        """
        try:
            done = work(first, now, ticks) if more is None else work(first, now, ticks, more)
        except Exception as error:
            return self._survive(part, error)
        failures = self._parts.failures
        if failures.failed:
            failures.works(part)
        return done

    def _survive(self, part, error):
        """Notes that *part* raised *error*; returns the longest wait."""
        parts = self._parts
        parts.make_room()
        unload(*JUDGING)
        unload(*KEEPING)
        try:
            parts.failures.note(part, error)
            print("diya: " + part + ": " + str(error))
        except MemoryError:
            pass  # next time
        return _PAUSE_MS

    def _has_supply(self, now):
        """Whether there is mains; a board with stored energy reports its loss at once."""
        parts = self._parts
        supply = parts.ports.supply
        if not supply:
            return True
        parts.failures.look("supply", supply)
        if supply.present() != self._supplied:
            self._supplied = not self._supplied
            parts.make_room()
            from pole.reporting.supply_loss import say

            say(parts.reporter, parts.ports.store, now, self._supplied)
            unload("pole.reporting.supply_loss")
        return self._supplied

    def _lit(self, now, ticks):
        """Decides and drives; if there is no memory for that, once more, and then the lamp is fully lit."""
        for _ in range(2):
            try:
                wait = self._light(now, ticks)
                self._undecided = 0
                failures = self._parts.failures
                if failures.failed:
                    failures.works("light")
                return wait
            except MemoryError as error:
                self._survive("light", error)
                self._undecided += 1
                if self._undecided > _UNDECIDED:
                    raise
        ports = self._parts.ports
        ports.relay.set(True)
        ports.dimmer.set(10000)
        return _CROWDED_MS

    def _light(self, now, ticks):
        """Decides the level and drives the lamp."""
        parts = self._parts
        arbiter, lamp, ports = parts.arbiter, parts.lamp, parts.ports
        failures = parts.failures
        switch = parts.calendar.at(now) if now is not None else None
        watch, dusk, last = parts.watch, parts.dusk, parts.decision
        dark = dusk.dark if dusk else None
        decision = arbiter.decide(now, switch, dark, watch.cap if watch else None, ticks, parts.unsure)
        if decision is not last:  # even at the same level: an emergency shortens a ramp of an hour
            # after a start the switch point is long past, and so is its ramp
            lamp.aim(decision.level, decision.ramp_s if last else min(decision.ramp_s, _RAMP_S), ticks)
        parts.decision = decision
        counters = parts.counters
        wait = lamp.step(ticks, counters.on_seconds // 3600 if counters else 0)
        relay, dimmer = ports.relay, ports.dimmer
        relay.set(lamp.relay)
        dimmer.set(watch.output(lamp.dim) if watch else lamp.dim)
        failures.look("relay", relay)
        failures.look("dimmer", dimmer)
        if counters:
            counters.count(lamp.relay, now, ticks)
        if wait < 0 or wait > _AHEAD_MS:
            wait = _AHEAD_MS
        if now is not None:
            change = arbiter.next_change(now) if arbiter.held else None
            if switch and (change is None or switch.until < change):
                change = switch.until
            if change is not None:
                wait = min(wait, parts.clock.until_ms(change, ticks))
        due = aio.ticks_add(ticks, wait) if wait < _AHEAD_MS else None
        if not switch and dusk and dusk.since is not None and (dusk.dusk >= 0 or not dark):
            due = -1  # the photocell sees the dusk, or a dawn that may be accepted
        parts.addresses.light_due = due
        return min(wait, counters.wait_ms()) if counters else wait

    def _has_news(self, ticks):
        """Whether there is an occasional report (reporting/occasions.py)."""
        parts = self._parts
        parts.missing = parts.missing or parts.outbox.missing()
        return (
            parts.news
            or parts.missing
            or parts.inbox.announce
            or parts.failures.changed
            or (not parts.clock.dispute) == parts.disputed
            or (parts.startup_deadline is not None and aio.ticks_diff(parts.startup_deadline, ticks) <= 0)
        )


def _tell(parts, now, ticks):
    parts.make_room()
    try:
        from pole.reporting import occasions

        occasions.tell_all(parts, now, ticks)
    except MemoryError:
        pass  # with the next turn
    finally:
        unload(*TELLING)


def _update(parts, now, ticks):
    """Does what is due of an update; milliseconds until something is due again."""
    left = aio.ticks_diff(parts.update_at, ticks)
    if left > 0:
        return left
    parts.make_room()
    try:
        from pole.update.advance import advance

        wait = advance(parts, now, ticks)
        if wait < 0:
            del advance
            unload(*UPDATING)
            from pole.update.image_trial import advance

            wait = advance(parts, now, ticks)
        return wait
    finally:
        unload(*UPDATING)


def _report(parts, now, ticks, quality):
    reporter, watch, clock = parts.reporter, parts.watch, parts.clock
    lamp, counters = parts.lamp, parts.counters
    if watch and (watch.news or (watch.state.learned and not lamp.relay)):
        try:
            from pole.health import persistence

            persistence.tell(watch, reporter, parts.ports.store, counters, parts.settings, now)
        except MemoryError:
            pass  # with the next turn
        unload(*KEEPING)
    fields = parts.configuring.report()
    if fields and parts.outbox.room():
        reporter.ack(now, fields)
        parts.configuring.told()
    error_s = None if now is None else clock.bound_ms() // 1000
    faults = watch.faults if watch else None
    reporter.state(now, ticks, parts.decision, lamp, quality, error_s, faults, clock.witnesses)
    if counters:
        reporter.meter(now, ticks, parts.senses.reading, counters, watch.life if watch else None)
