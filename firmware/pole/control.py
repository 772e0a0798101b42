"""The one task that takes every decision.

It does the same things in the same order each time it wakes: time answers, commands, a sample when one is due, the
decision, the lamp, the reports, the watchdog.  All other tasks only leave something for it and wake it.
"""

from pole import aio, const
from pole.clock import SYNCED

_PAUSE_MS = const(30000)  # the longest the control task sleeps: half of the watchdog's time-out
_CROWDED_MS = const(100)  # until acks may have made room for the next command


class Control:
    """Decides for one pole, with the parts that app.py makes; *dusk* is lighting/photocell's, None without one."""

    def __init__(
        self, ports, settings, ticks, inbox, random, clock, calendar, arbiter, lamp, dusk, reading, counters,
        commanding, reporter, session, network_time,
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
        self._reporter = reporter
        self._session = session
        self._network_time = network_time
        self._doubt = ""  # why the last network time was refused: the next is to come soon
        self._sample_at = ticks
        self._asked = False
        self._measured = False  # the reading holds a sample
        self._decision = None
        self._dark = None

    async def run(self):
        """Never returns.  Raises whatever ended any of its tasks: the caller resets the chip."""
        inbox = self._inbox
        if self._settings["link.host"]:
            aio.create_task(inbox.guard(self._connect()))
            aio.create_task(inbox.guard(self._network_time.run()))
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
        while inbox.messages and self._reporter.room():  # no command without its ack
            unclocked_level = 0 if self._dark is False else 100
            self._reporter.ack(now, self._commanding.take(inbox.messages.pop(0), now, ticks, unclocked_level))
        wait = min(self._sample(ticks), self._light(now, ticks))
        if inbox.messages or inbox.dropped:
            wait = min(wait, _CROWDED_MS)
        self._report(now, ticks, quality)
        self._ports.watchdog.feed()
        return wait

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
        switch = None if now is None else self._calendar.at(now)
        decision = arbiter.decide(now, switch, self._dark, None, ticks)
        if decision is not self._decision:  # even at the same level: an emergency hurries a ramp of an hour
            lamp.aim(decision.level, decision.ramp_s, ticks)
        self._decision = decision
        wait = lamp.step(ticks, self._counters.on_seconds // 3600)
        ports.relay.set(lamp.relay)
        ports.dimmer.set(lamp.dim)
        self._counters.count(lamp.relay, ticks)
        wait = _PAUSE_MS if wait < 0 else min(wait, _PAUSE_MS)
        if now is not None:
            change = arbiter.next_change(now)
            change = switch.until if change is None else min(change, switch.until)
            wait = min(wait, self._clock.until_ms(change, ticks))
        return wait

    def _report(self, now, ticks, quality):
        if self._inbox.announce:
            self._inbox.announce = False
            self._reporter.birth(now, self._ports.radio.ip())
        error_s = None if now is None else self._clock.error_ms(ticks) // 1000
        self._reporter.state(now, ticks, self._decision, self._lamp, quality, error_s)
        if self._reporter.meter_due(ticks):
            temperature = self._ports.rtc.temperature_tenths() if self._ports.rtc else None
            reading = self._reading if self._measured else None
            self._reporter.meter(now, ticks, reading, temperature, self._counters)
