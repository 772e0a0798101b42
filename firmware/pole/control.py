"""The one task that takes every decision, in the same order each time it wakes: time answers, commands, a sample when
one is due, the decision, the lamp, the reports, the watchdog.  All other tasks only leave something for it and wake it.
"""

from pole import const
from pole.commands.handler import JUDGING
from pole.commands.messages import take_messages
from pole.health.sample import take_sample
from pole.runtime import aio
from pole.runtime.transient import unload
from pole.service.laptop import Laptop

KEEPING = (
    "pole.health.persistence", "pole.health.setup", "pole.health.calibration", "pole.health.event_types",
    "pole.health.chatter",
)  # fmt: skip
TELLING = ("pole.reporting.occasions", "pole.reporting.part_failures")
_RAMP_S = const(2)
_PAUSE_MS = const(30000)  # the longest the control task sleeps: half of the watchdog's time-out
_AHEAD_MS = const(60000)  # so far ahead it is known what the light has to do
_UNDECIDED = const(100)  # and the chip is reset, which tidies its memory
_CROWDED_MS = const(100)  # until acks may have made room for the next command
_STABLE_AFTER_MS = const(600000)  # a start that runs for 10 min is not counted as an early reset
_SAFE_MS = const(3600000)  # in safe mode, until a full start is tried again


class Control:
    """Decides for one pole, with the parts that app.py makes.

    *dusk* is lighting/photocell's, None without one; *calendar* is timetable's; *watch* and *counters* are None in safe
    mode.  *news* are the events of the start, as ``Reporter.event`` takes them after the time: reporting/occasions.py
    tells them, and what else is seldom told.
    """

    def __init__(
        self, ports, settings, ticks, inbox, random, clock, calendar, arbiter, lamp, dusk, senses, watch, counters,
        commanding, configuring, outbox, reporter, session, network_time, addresses, news,
    ):  # fmt: skip
        self.ports = ports
        self.settings = settings
        self.inbox = inbox
        self._random = random
        self.clock = clock
        self.make_room = clock.make_room  # called before what takes memory is loaded
        self.calendar = calendar
        self.failures = ports.failures
        self.arbiter = arbiter
        self.lamp = lamp
        self.dusk = dusk
        self.senses = senses
        self.watch = watch
        self.counters = counters
        self.commanding = commanding
        self.configuring = configuring
        self.outbox = outbox
        self.reporter = reporter
        self.session = session
        self.network_time = network_time
        self._addresses = addresses
        self.news = news
        self.turning_at = aio.ticks_add(ticks, _STABLE_AFTER_MS if watch else _SAFE_MS)  # None: nothing more will come
        self.missing = None  # events that were asked for and are not there: (epoch, first, last)
        self.disputed = False  # that the witnesses of the time disagree was said
        self._laptop = Laptop(ports.console, inbox.wake) if ports.console else None
        self._alive = True
        self.decision = None
        self.unsure = ""  # why the photocell puts no lamp out
        self.safe = watch is None
        self._undecided = 0  # decisions in a row for which there was no memory

    async def run(self):
        """Never returns.  Raises what keeps it from deciding on the light: the caller resets the chip."""
        inbox = self.inbox
        if self.settings["link.host"]:
            aio.create_task(inbox.guard("link", self._connect))
            aio.create_task(inbox.guard("time", self.network_time.run))
        if self._laptop:
            aio.create_task(inbox.guard("console", self._laptop.run))
        supply = self.ports.supply
        if supply:
            aio.create_task(inbox.guard("supply", lambda: supply.watch(inbox.wake.set)))
        while True:
            wait = self._turn()
            await inbox.wake.wait(wait)
            inbox.wake.clear()

    async def _connect(self):
        # a ward that lost its feeder must not come back in the same second
        await aio.sleep_ms(self._random.below(self.settings["report.spread"] * 1000 + 1))
        await self.session.run()

    def _turn(self):
        """Everything that is due now; returns the milliseconds until something is due again."""
        ticks = self.failures.now = aio.ticks_ms()
        inbox = self.inbox
        while inbox.times:
            self._try("time", self.clock.offer, *inbox.times.pop(0))
        now = self.clock.now(ticks)
        quality = self.clock.quality(ticks)
        self.network_time.settled = self.clock.settled(ticks)
        wait = _PAUSE_MS
        if inbox.announce or inbox.messages or inbox.dropped:
            self._try("commands", take_messages, self, now, ticks)
        if self._laptop and self._laptop.request:
            wait = self._try("console", self._laptop.serve, self, now, ticks)
        if self._supplied(now):
            wait = min(wait, self._try("detectors", take_sample, self, now, ticks))
        wait = min(wait, self._lit(now, ticks), self._try("configuration", self.configuring.due, ticks))
        if inbox.messages or inbox.dropped:
            wait = min(wait, _CROWDED_MS)
        self._try("reports", self._report, now, ticks, quality)
        self.ports.watchdog.feed()
        self.failures.look("watchdog", self.ports.watchdog)
        if self._has_news(ticks):
            self._try("reports", self._tell, now, ticks)
        if self.configuring.restart:
            if self.counters:
                self.counters.save(now, ticks)
            self.ports.restart("another configuration")
        return wait

    def _try(self, part, work, *arguments):
        """What *work* returns; the longest wait where it raises: the light is not to suffer for what can wait."""
        try:
            done = work(*arguments)
        except Exception as error:
            self._survive(part, error)
            return _PAUSE_MS
        if self.failures.failed:
            self.failures.works(part)
        return done

    def _survive(self, part, error):
        self.make_room()
        unload(*JUDGING)
        unload(*KEEPING)
        try:
            self.failures.note(part, error)
            print("diya: " + part + ": " + str(error))
        except MemoryError:
            pass  # next time

    def _supplied(self, now):
        """Whether there is mains; a board that outlives it for a moment says so in that moment."""
        supply = self.ports.supply
        if not supply:
            return True
        self.failures.look("supply", supply)
        if supply.present() != self._alive:
            self._alive = not self._alive
            self.make_room()
            from pole.reporting.supply_loss import say

            say(self.reporter, self.ports.store, now, self._alive)
            unload("pole.reporting.supply_loss")
        return self._alive

    def _lit(self, now, ticks):
        """Decides and drives; without memory for that once more, and then the lamp is fully lit."""
        for _ in range(2):
            try:
                wait = self._light(now, ticks)
                self._undecided = 0
                if self.failures.failed:
                    self.failures.works("light")
                return wait
            except MemoryError as error:
                self._survive("light", error)
                self._undecided += 1
                if self._undecided > _UNDECIDED:
                    raise
        self.ports.relay.set(True)
        self.ports.dimmer.set(10000)
        return _CROWDED_MS

    def _light(self, now, ticks):
        """Decides the level and drives the lamp."""
        arbiter, lamp, ports = self.arbiter, self.lamp, self.ports
        switch = self.calendar.at(now) if now is not None else None
        watch, dusk = self.watch, self.dusk
        dark = dusk.dark if dusk else None
        decision = arbiter.decide(now, switch, dark, watch.cap if watch else None, ticks, self.unsure)
        if decision is not self.decision:  # even at the same level: an emergency hurries a ramp of an hour
            # after a start the switch point is long past, and so is its ramp
            lamp.aim(decision.level, decision.ramp_s if self.decision else min(decision.ramp_s, _RAMP_S), ticks)
        self.decision = decision
        counters = self.counters
        wait = lamp.step(ticks, counters.on_seconds // 3600 if counters else 0)
        ports.relay.set(lamp.relay)
        ports.dimmer.set(min(lamp.dim + watch.state.probe, 10000) if watch else lamp.dim)
        self.failures.look("relay", ports.relay)
        self.failures.look("dimmer", ports.dimmer)
        if counters:
            counters.count(lamp.relay, now, ticks)
        wait = _AHEAD_MS if wait < 0 else min(wait, _AHEAD_MS)
        if now is not None:
            change = arbiter.next_change(now)
            if switch and (change is None or switch.until < change):
                change = switch.until
            if change is not None:
                wait = min(wait, self.clock.until_ms(change, ticks))
        due = aio.ticks_add(ticks, wait) if wait < _AHEAD_MS else None
        if not switch and dusk and dusk.since is not None and (dusk.dusk >= 0 or not dark):
            due = -1  # the photocell sees the dusk, or a dawn that may be believed
        self._addresses.light_due = due
        return min(wait, counters.wait_ms()) if counters else wait

    def _has_news(self, ticks):
        """Whether there is something that is seldom told (reporting/occasions.py)."""
        self.missing = self.missing or self.outbox.missing()
        return (
            self.news
            or self.missing
            or self.inbox.announce
            or self.failures.changed
            or bool(self.clock.dispute) != self.disputed
            or (self.turning_at is not None and aio.ticks_diff(self.turning_at, ticks) <= 0)
        )

    def _tell(self, now, ticks):
        self.make_room()
        try:
            from pole.reporting import occasions

            occasions.tell_all(self, now, ticks)
        except MemoryError:
            pass  # with the next turn
        finally:
            unload(*TELLING)

    def _report(self, now, ticks, quality):
        reporter, watch, clock = self.reporter, self.watch, self.clock
        if watch and (watch.news or (watch.state.learned and not self.lamp.relay)):
            try:
                from pole.health import persistence

                persistence.tell(watch, reporter, self.ports.store, self.counters, self.settings, now)
            except MemoryError:
                pass  # with the next turn
            unload(*KEEPING)
        fields = self.configuring.report()
        if fields and self.outbox.room():
            reporter.ack(now, fields)
            self.configuring.told()
        error_s = None if now is None else clock.error_ms(ticks) // 1000
        faults = watch.faults if watch else None
        reporter.state(now, ticks, self.decision, self.lamp, quality, error_s, faults, clock.witnesses)
        if self.counters:
            reporter.meter(now, ticks, self.senses.reading, self.counters, watch.life if watch else None)
