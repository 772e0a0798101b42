"""The one task that takes every decision.

It does the same things in the same order each time it wakes: time answers, commands, a sample when one is due, the
decision, the lamp, the reports, the watchdog.  All other tasks only leave something for it and wake it.
"""

from pole import aio, const, contract
from pole.clock import SYNCED
from pole.commanding import JUDGING
from pole.modules import unload

_PAUSE_MS = const(30000)  # the longest the control task sleeps: half of the watchdog's time-out
_CROWDED_MS = const(100)  # until acks may have made room for the next command
_YOUNG_MS = const(600000)  # whoever lives this long has not died early
_SAFE_MS = const(3600000)  # in safe mode, until a full start is tried again
_FAREWELL_MS = const(30000)  # from saying so to doing it


class Control:
    """Decides for one pole, with the parts that app.py makes.

    *dusk* is lighting/photocell's, None without one; *calendar* and *counters* are None in safe mode.  *news* are the
    events of the start: (eventType, attributes, begins).
    """

    def __init__(
        self, ports, settings, ticks, inbox, random, clock, calendar, arbiter, lamp, dusk, reading, counters,
        commanding, configuring, outbox, reporter, session, network_time, news,
    ):  # fmt: skip
        self._ports = ports
        self._settings = settings
        self._inbox = inbox
        self._random = random
        self._clock = clock
        self._calendar = calendar
        self._arbiter = arbiter
        self._lamp = lamp
        self._dusk = dusk
        self._reading = reading
        self._counters = counters
        self._commanding = commanding
        self._configuring = configuring
        self._outbox = outbox
        self._reporter = reporter
        self._session = session
        self._network_time = network_time
        self._news = news
        self._turning_at = aio.ticks_add(ticks, _YOUNG_MS if calendar else _SAFE_MS)  # None: nothing more will come
        self._doubt = ""  # why the last network time was refused: the next is to come soon
        self._sample_at = ticks
        self._asked = False
        self._measured = False  # the reading holds a sample
        self._decision = None
        self._dark = None
        self._safe = calendar is None

    async def run(self):
        """Never returns.  Raises whatever ended any of its tasks: the caller resets the chip."""
        inbox = self._inbox
        if self._settings["link.host"]:
            aio.create_task(inbox.guard(self._connect))
            aio.create_task(inbox.guard(self._network_time.run))
        while True:
            wait = self._turn()
            if inbox.failure:
                raise inbox.failure
            await inbox.wake.wait(wait)
            inbox.wake.clear()

    async def _connect(self):
        # a ward that lost its feeder must not come back in the same second
        await aio.sleep_ms(self._random.below(self._settings["report.spread"] * 1000 + 1))
        await self._session.run()

    def _turn(self):
        """Everything that is due now; returns the milliseconds until something is due again."""
        ticks = aio.ticks_ms()
        inbox = self._inbox
        while inbox.times:
            self._doubt = self._clock.offer(*inbox.times.pop(0))
        now = self._clock.now(ticks)
        quality = self._clock.quality(ticks)
        self._network_time.settled = quality == SYNCED and not self._doubt
        if inbox.dropped and self._reporter.room():
            self._reporter.ack(now, self._commanding.dropped(inbox.dropped))
            inbox.dropped = 0
        if inbox.announce:
            self._configuring.online()
        if inbox.messages:
            self._judge(now, ticks)
        wait = min(self._sample(ticks), self._light(now, ticks), self._configuring.due(ticks))
        if inbox.messages or inbox.dropped:
            wait = min(wait, _CROWDED_MS)
        self._report(now, ticks, quality)
        self._age(now, ticks)
        self._ports.watchdog.feed()
        if self._configuring.restart:
            if self._counters:
                self._counters.save(now, ticks)
            self._ports.restart("another configuration")
        return wait

    def _judge(self, now, ticks):
        """Takes the city's messages, as long as there is room for their acks: none is taken without one."""
        inbox = self._inbox
        while inbox.messages and self._reporter.room():
            message = inbox.messages.pop(0)
            if message[0].endswith("/" + contract.CONFIG):
                fields = self._configuring.take(message[0], message[1], now)
                if not fields:
                    continue
            else:
                unclocked_level = 0 if self._dark is False else 100
                fields = self._commanding.take(message, now, ticks, unclocked_level)
            try:
                self._reporter.ack(now, fields)
            except MemoryError:  # what has judged it makes room for the answer
                unload(*JUDGING)
                self._reporter.ack(now, fields)
        unload(*JUDGING)

    def _age(self, now, ticks):
        """Ten minutes of life, and early deaths are forgotten; an hour of safe mode, and a full start is tried."""
        if self._turning_at is None or aio.ticks_diff(self._turning_at, ticks) > 0:
            return
        self._turning_at = None
        if self._calendar:
            self._ports.deaths.forget()
        elif self._safe:
            self._safe = False
            self._reporter.event(now, "safeMode", {}, False)
            self._turning_at = aio.ticks_add(ticks, _FAREWELL_MS)
        else:
            self._ports.restart("the end of safe mode")

    def _sample(self, ticks):
        """Asks the meter when a sample is due, and reads it once it has had time to answer."""
        meter = self._ports.meter
        left = aio.ticks_diff(self._sample_at, ticks)
        if left > 0:
            return left
        if meter and not self._asked:
            meter.request()
            self._asked = True
            self._sample_at = aio.ticks_add(ticks, meter.answer_ms)
            return meter.answer_ms
        self._asked = False
        if meter and meter.read(self._reading):
            self._measured = True
        if self._dusk:
            self._dark = self._dusk.update(self._ports.photocell.lux(), ticks)
        self._sample_at = aio.ticks_add(ticks, self._settings["meter.sample"] * 1000)
        return aio.ticks_diff(self._sample_at, ticks)

    def _light(self, now, ticks):
        """Decides the level and drives the lamp."""
        arbiter, lamp, ports = self._arbiter, self._lamp, self._ports
        switch = self._calendar.at(now) if self._calendar and now is not None else None
        decision = arbiter.decide(now, switch, self._dark, None, ticks)
        if decision is not self._decision:  # even at the same level: an emergency hurries a ramp of an hour
            lamp.aim(decision.level, decision.ramp_s, ticks)
        self._decision = decision
        counters = self._counters
        wait = lamp.step(ticks, counters.on_seconds // 3600 if counters else 0)
        ports.relay.set(lamp.relay)
        ports.dimmer.set(lamp.dim)
        if counters:
            counters.count(lamp.relay, now, ticks)
        wait = _PAUSE_MS if wait < 0 else min(wait, _PAUSE_MS)
        if now is not None:
            change = arbiter.next_change(now)
            if switch and (change is None or switch.until < change):
                change = switch.until
            if change is not None:
                wait = min(wait, self._clock.until_ms(change, ticks))
        return wait

    def _report(self, now, ticks, quality):
        reporter = self._reporter
        for event_type, attributes, begins in self._news:
            reporter.event(now, event_type, attributes, begins)
        self._news = ()
        while True:
            missing = self._outbox.missing()
            if not missing:
                break
            epoch, first, last = missing
            lost = {"epoch": epoch, "first": first, "last": last, "count": last - first + 1}
            reporter.event(now, "eventsDropped", lost)
        if self._inbox.announce:
            self._inbox.announce = False
            reporter.birth(now, self._ports.radio.ip(), self._outbox.span())
        fields = self._configuring.report()
        if fields and reporter.room():
            reporter.ack(now, fields)
            self._configuring.told()
        error_s = None if now is None else self._clock.error_ms(ticks) // 1000
        reporter.state(now, ticks, self._decision, self._lamp, quality, error_s)
        if self._counters and reporter.meter_due(ticks):
            temperature = self._ports.rtc.temperature_tenths() if self._ports.rtc else None
            reading = self._reading if self._measured else None
            reporter.meter(now, ticks, reading, temperature, self._counters)
