"""Writes the pole's reports: state on change and at intervals, meter at intervals, birth, acks and events.

It only writes texts and puts them into the outbox.
"""

from pole.runtime import aio
from pole.wire import contract
from pole.wire.contract import Fixed


class Reporter:
    """Builds payloads.  *identity* are the fields of birth that stay the same while the pole runs."""

    def __init__(self, outbox, settings, identity, ticks, delay_ms):
        self._outbox = outbox
        self.identity = identity
        self._refresh_ms = settings["state.refresh"] * 1000
        self._interval_ms = settings["meter.interval"] * 1000
        self._said = None  # the decision that the last state told, ...
        self._level = 0  # ... the level then, ...
        self._quality = self._faults = None  # ... and these
        self._state_at = ticks
        self._meter_at = aio.ticks_add(ticks, delay_ms - self._interval_ms)

    def state(self, now, ticks, decision, lamp, quality, error_s, faults, witnesses=None):
        """Reports the state if it has changed: level, target, reason, owner, end, quality of the clock, open *faults*.

        *faults* are eventTypes, in a list that is not changed afterwards; None: not known (safe mode).  *witnesses* are
        those of the time (timekeeping/clock.py).
        """
        level = lamp.level
        said = self._said
        # field by field, because a tuple of them would take memory in each turn
        if (
            said
            and said.level == decision.level
            and said.owner == decision.owner
            and said.reason == decision.reason
            and said.until == decision.until
            and quality == self._quality
            and faults == self._faults
            and (level == self._level or not lamp.arrived)  # a running ramp counts at its end only
            and aio.ticks_diff(ticks, self._state_at) < self._refresh_ms
        ):
            return
        self._said = decision
        self._quality = quality
        self._faults = faults
        self._level = level
        self._state_at = ticks
        fields = {
            "v": contract.VERSION,
            "at": now,
            "level": level,
            "target": decision.level,
            "reason": decision.reason,
            "owner": decision.owner,
            "until": decision.until,
            "clock": quality,
            "clockError": error_s,
            "clockBy": witnesses,
        }
        if faults is not None:
            fields["faults"] = faults
        self.put(contract.STATE, fields)

    def meter(self, now, ticks, reading, counters, life):
        """Reports once an interval what is measured: *reading*, *counters*, and *life*, the percent of the lamp's life
        that is left.
        """
        if aio.ticks_diff(ticks, self._meter_at) < self._interval_ms:
            return
        self._meter_at = ticks
        fields = {
            "v": contract.VERSION,
            "at": now,
            "operatingHours": Fixed(counters.on_seconds // 360, 1),
            "switchOnCounter": counters.switch_ons,
            "remainingLife": life,
        }
        if reading.voltage_mv:  # there was a sample, and a meter
            contract.measured(fields, reading)
            fields["activeEnergy"] = Fixed(reading.energy_wh, 3)
        if reading.temperature is not None:
            fields["temperature"] = Fixed(reading.temperature, 1)
        self.put(contract.METER, fields)

    def ack(self, now, fields):
        """Reports the outcome of a command; *fields* are those of ``contract.FIELDS[ACK]``."""
        fields["v"] = contract.VERSION
        fields["at"] = now
        self.put(contract.ACK, fields)

    def event(self, now, event_type, attributes, begins=None, routine=0, at=None):
        """Reports an event: TALQ's *event_type*, and *attributes*, its evidence.

        *begins*: True at its start, False at its end, None for what has neither.  *routine*: its class in the journal
        (``frame.CLASSES``): where there is no room for all, 1 goes first.  *at*: when it happened, if not just now.
        """
        fields = {
            "v": contract.VERSION,
            "at": now,
            "eventType": event_type,
            "startEndFlag": begins,
            "timestamp": now if at is None else at,
            "attributes": attributes,
        }
        self.put(contract.EVENT, fields, routine)

    def put(self, kind, fields, routine=False):
        """Leaves *fields* in the outbox as a message of *kind*."""
        self._outbox.put(kind, contract.encode(contract.FIELDS[kind], fields), routine)
