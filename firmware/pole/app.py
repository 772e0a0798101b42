"""Wires the pole together, and holds the one task that takes every decision.

The control task does the same things in the same order each time it wakes: time answers, commands, a sample when one is
due, the decision, the lamp, the reports, the watchdog.  All other tasks only leave something for it and wake it.
"""

from pole import aio
from pole.clock import SYNCED, Clock
from pole.commanding import Commanding
from pole.drivers.reading import Reading
from pole.lcg import Lcg
from pole.lighting.arbiter import Arbiter
from pole.lighting.calendar import Calendar
from pole.lighting.lamp import Lamp
from pole.link.network_time import NetworkTime
from pole.link.outbox import Outbox, Queue
from pole.link.session import Session
from pole.reporting.counters import Counters
from pole.reporting.reporter import Reporter

FIRMWARE = "0.1.0"
PAUSE_MS = 30000  # the longest the control task sleeps: half of the watchdog's time-out
INBOX = 16  # messages to the pole that wait for the control task


class App:
    """One pole.  *ports* is all its hardware (drivers/board.py), *settings* come from *origin* (config.in_force)."""

    def __init__(self, ports, settings, origin):
        ticks = aio.ticks_ms()
        self._ports = ports
        self._settings = settings
        boots = ports.chip.count_boot()
        self._random = Lcg(int(ports.chip.identity(), 16) + boots)
        self._wake = aio.Event()
        self._failure = None
        self._time_answers = []
        self._inbox = []
        self._dropped = 0  # messages there was no room for

        self._clock = Clock(ports.rtc, settings["clock.floor"], settings["clock.drift"], settings["clock.maximumError"])
        self._clock.start(ticks)
        self._calendar = Calendar(settings)
        self._arbiter = Arbiter()
        self._lamp = Lamp(
            settings["lamp.minimumLevel"], settings["lamp.minimumOff"], settings["lamp.constantLightOutput"]
        )
        self._dusk = None
        if ports.photocell:
            from pole.lighting.photocell import Photocell

            self._dusk = Photocell(settings["photocell.on"], settings["photocell.off"], settings["photocell.delay"])
        self._reading = Reading()
        self._counters = Counters(ports.store, ports.meter)
        self._outbox = Outbox(aio.ticks_ms, Queue())
        self._commanding = Commanding(settings, ports.store, self._arbiter)
        self._reporter = Reporter(
            self._outbox,
            settings,
            {
                "site": settings["site"],
                "pole": settings["pole"],
                "groups": list(settings["groups"]),
                "board": ports.description["name"],
                "firmware": FIRMWARE,
                "configVersion": settings["version"],
                "configOrigin": origin,
                "capabilities": ports.capabilities(),
                "resetCause": ports.chip.reset_cause(),
                "bootCount": boots,
            },
            ticks,
            self._random.below(settings["meter.interval"] * 1000),
        )
        self._link = Session(
            ports.net, ports.radio, settings, self._outbox, aio.ticks_ms, self._random, self._heard, self._online
        )
        self._time = NetworkTime(ports.net, ports.radio, settings, self._random, ports.chip.nonce, self._answered)
        self._announce = False  # birth is to be said
        self._sample_at = ticks
        self._asked = False
        self._measured = False  # the reading holds a sample
        self._decision = None
        self._dark = None

    async def run(self):
        """Never returns.  Raises whatever ended any of its tasks: the caller resets the chip."""
        if self._settings["link.host"]:
            aio.create_task(self._guard(self._connect()))
            aio.create_task(self._guard(self._time.run()))
        while True:
            wait = self._turn()
            if self._failure:
                raise self._failure
            try:
                await aio.wait_ms(self._wake.wait(), wait)
            except aio.TimeoutError:
                pass
            self._wake.clear()

    # -- what the other tasks leave for the control task

    async def _connect(self):
        # a ward that lost its feeder must not come back in the same second
        await aio.sleep_ms(self._random.below(self._settings["report.spread"] * 1000 + 1))
        await self._link.run()

    async def _guard(self, task):
        try:
            await task
        except Exception as error:
            self._failure = error
            self._wake.set()

    def _heard(self, topic, payload, oversize):
        if len(self._inbox) < INBOX:
            self._inbox.append((topic, payload))
        else:
            self._dropped += 1
        self._wake.set()

    def _online(self):
        self._announce = True
        self._wake.set()

    def _answered(self, unix_ms, round_trip_ms, ticks):
        self._time_answers.append((unix_ms, round_trip_ms, ticks))
        self._wake.set()

    # -- one turn of the control task

    def _turn(self):
        """Everything that is due now; returns the milliseconds until something is due again."""
        ticks = aio.ticks_ms()
        while self._time_answers:
            self._clock.offer(*self._time_answers.pop(0))
        now = self._clock.now(ticks)
        quality = self._clock.quality(ticks)
        self._time.settled = quality == SYNCED
        if self._dropped:
            self._reporter.ack(now, self._commanding.dropped(self._dropped))
            self._dropped = 0
        while self._inbox:
            unclocked_level = 0 if self._dark is False else 100
            self._reporter.ack(now, self._commanding.take(self._inbox.pop(0), now, ticks, unclocked_level))
        wait = self._sample(ticks)
        wait = min(wait, self._light(now, ticks))
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
        if self._decision is None or decision.level != self._decision.level:
            lamp.aim(decision.level, decision.ramp_s, ticks)
        self._decision = decision
        wait = lamp.step(ticks, self._counters.on_seconds // 3600)
        ports.relay.set(lamp.relay)
        ports.dimmer.set(lamp.dim)
        self._counters.count(lamp.relay, ticks)
        wait = PAUSE_MS if wait < 0 else min(wait, PAUSE_MS)
        if now is not None:
            change = arbiter.next_change(now)
            change = switch.until if change is None else min(change, switch.until)
            wait = min(wait, self._clock.until_ms(change, ticks))
        return wait

    def _report(self, now, ticks, quality):
        if self._announce:
            self._announce = False
            self._reporter.birth(now, self._ports.radio.ip())
        error_s = None if now is None else self._clock.error_ms(ticks) // 1000
        self._reporter.state(now, ticks, self._decision, self._lamp.level, quality, error_s)
        if self._reporter.meter_due(ticks):
            temperature = self._ports.rtc.temperature_tenths() if self._ports.rtc else None
            reading = self._reading if self._measured else None
            self._reporter.meter(now, ticks, reading, temperature, self._counters)
