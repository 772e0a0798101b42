"""A street of real firmware with faults and load shedding, its ledger, and beside it what the plant itself did.

The ledger gets what the poles publish, through `Record.take`.  The truth is the plant's light and power, once a minute,
and astral's sun; nothing of the firmware's or the ledger's own counts for it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from astral import Observer
from astral.sun import sun

from host_tools.broker.connection import Message
from host_tools.city.ledger.night import SAMPLE_S
from host_tools.city.record import failure_events, silence
from host_tools.city.record.record import Record
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.meter_tables import night
from host_tools.city.store.tables import pole
from host_tools.site import load_site
from host_tools.site.model import Pole, Site
from simulator import run
from simulator.street.street import Street

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
FIRST = date(2026, 11, 2)
NIGHTS_AFTER_H = 3  # the last night is worked out an hour after its noon, when its hours are
REPAIRED = ("lamp_open", "relay_stuck_open")
ROUNDING = 3  # minutes
EARLY_S = 600  # the usual programmes of these poles burn from 10 minutes before sunset to 10 after sunrise
DIWALI, DIWALI_EARLY_S = date(2026, 11, 8), 1200  # that of the festival from 20 minutes before sunset on


@dataclass
class Mended:
    """A fault of the light: dark from ``dark`` to ``lit`` again (Unix s)."""

    pole: str
    dark: int
    lit: int


@dataclass
class Truth:
    """Of all nights and poles: minutes, Wh, and faults of the light."""

    lit: int = 0
    dark: int = 0
    excluded: int = 0
    wh: float = 0.0
    mended: list[Mended] = field(default_factory=list)

    @property
    def should(self) -> int:
        return self.lit + self.dark + self.excluded


@dataclass
class Judged:
    """The ledger's sums beside the truth; ``repairs``: (s by the alarm, s in truth) of each fault of the light."""

    truth: Truth
    should: int
    lit: int
    dark: int
    unknown: int
    excluded: int
    wh: int
    repairs: list[tuple[int, int]]
    took_s: float

    def __str__(self) -> str:
        true = self.truth
        off = max((abs(said - was) for said, was in self.repairs), default=0)
        return (
            f"should {self.should} ({true.should}), lit {self.lit} ({true.lit}), dark {self.dark} ({true.dark}), "
            f"excluded {self.excluded} ({true.excluded}), unknown {self.unknown}, "
            f"{self.wh / 1000:.2f} kWh ({true.wh / 1000:.2f}), {len(self.repairs)} repairs within {off} s; "
            f"{self.took_s:.0f} s"
        )


def scenario(seed: int, days: int, poles: list[Pole]) -> str:
    """Happenings of *days* as TOML: lamps and relays fail and are mended, feeders are shed, poles cut off."""
    chance = random.Random(seed)
    feeders: dict[str, list[str]] = {}
    for one in poles:
        feeders.setdefault(one.feeder, []).append(one.name)
    out: list[str] = []

    def add(kind: str, names: list[str], at_min: int, until_min: int, severity: float = 1.0) -> None:
        listed = ", ".join(f'"{name}"' for name in names)
        out.append(
            f'[[happening]]\nkind = "{kind}"\npoles = [{listed}]\nat = "+{at_min}m"\nuntil = "+{until_min}m"\n'
            f"severity = {severity}\n"
        )

    end = days * 1440 - 120
    for names in feeders.values():  # shed by the distribution company, mostly in the evening, once in two days or so
        for day in range(days):
            if chance.random() < 0.5:
                at = day * 1440 + chance.randrange(5 * 60, 15 * 60)
                add("feeder_trip", names[:1], at, min(end, at + chance.randrange(20, 150)))
    for one in poles:
        at = chance.randrange(0, 2 * 1440)
        while at < end:  # one fault of a pole after the other, with whole nights between
            kind = chance.choice(
                ["lamp_open", "lamp_open", "relay_stuck_open", "string_open", "mains_cut", "network_outage"]
            )
            lasts = (
                chance.randrange(120, 900) if kind in ("mains_cut", "network_outage") else chance.randrange(400, 3600)
            )
            until = min(end, at + lasts)
            if until - at > 60:
                add(kind, [one.name], at, until, 0.5 if kind == "string_open" else 1.0)
            at = until + chance.randrange(1440, 5 * 1440)
    return "".join(out)


class Ledger:
    """The store at *file*, fed with what is published on *street*."""

    def __init__(self, file: Path, site: Site, street: Street) -> None:
        self.record = Record(file, site.root, site.name, {"timezone": site.timezone}, files=site)
        self._street, self._waiting = street, list[Message]()
        self._heard: dict[str, float] = {}
        broker = cast(Any, street.network).broker
        publish = broker.publish

        def published(topic: str, payload: bytes, qos: int, retain: bool = False) -> None:
            self._waiting.append(Message(topic, payload, False))
            publish(topic, payload, qos, retain)

        broker.publish = published
        self._since = self.now
        street.kernel.every(MINUTE_MS, self.turn)

    @property
    def now(self) -> int:
        return self._street.unix_ms() // 1000

    def turn(self) -> None:
        """What the receiver does in a minute."""
        now = self.now
        messages, self._waiting = self._waiting, []
        if messages:
            taken = self.record.take(messages, now, float(now))
            self._heard.update(dict.fromkeys(taken.spoke, float(now)))
        if now // 60 % 5 == 0:
            with self.record.change() as book:
                failure_events.check(book, now, float(now), self._heard, float(self._since), silence.SILENT_S)
            self.record.look_at_street(now)
        if now // 60 % 60 == 30:
            while self.record.roll_up(now):
                pass


class Watch:
    """Looks at the plant of *street* once a minute."""

    def __init__(self, street: Street, site: Site, days: int) -> None:
        self.truth = Truth()
        self._street, self._lit = street, site.lit_percent / 100 - 1e-9
        zone = ZoneInfo(site.timezone)
        start = datetime.combine(FIRST, datetime.min.time(), zone) + timedelta(hours=12)
        self._last = int((start + timedelta(days=days)).timestamp())
        self._nights = {one.name: list(_suns(one, zone, days)) for one in site.poles}
        self._shed = [
            (one.poles, one.at_ms, one.until_ms or 0) for one in street.scenario.happenings if one.kind == "feeder_trip"
        ]
        self._faults = [
            (one.poles[0], street.time.unix_ms(one.at_ms) // 1000, street.time.unix_ms(one.until_ms or 0) // 1000)
            for one in street.scenario.happenings if one.kind in REPAIRED
        ]  # fmt: skip
        self._dark: dict[str, list[int]] = {one.name: [] for one in site.poles}
        self._lit_at: dict[str, list[int]] = {one.name: [] for one in site.poles}
        street.kernel.every(MINUTE_MS, self.look)

    def look(self) -> None:
        now_ms = self._street.kernel.now_ms
        now = self._street.unix_ms() // 1000
        if now >= self._last:
            return
        for name, stage in self._street.poles.items():
            lit = stage.plant.light(now_ms) >= self._lit and stage.plant.powered
            self.truth.wh += stage.plant.sense(now_ms).power_w / 60 if stage.plant.powered else 0.0
            shed = any(name in names and at <= now_ms < until for names, at, until in self._shed)
            if lit:  # at any hour: on a festival the programme begins earlier
                self._lit_at[name].append(now)
            elif not shed and any(_burns_from(low) <= now < high + EARLY_S for low, high in self._nights[name]):
                self._dark[name].append(now)
            if not any(low <= now < high for low, high in self._nights[name]):
                continue
            if lit:
                self.truth.lit += 1
            elif shed:
                self.truth.excluded += 1
            else:
                self.truth.dark += 1

    def mended(self) -> list[Mended]:
        """Faults of the light that were seen: in the dark, with a lit lamp again before the run ended."""
        out = []
        for name, at, until in self._faults:
            seen = [minute for minute in self._dark[name] if at <= minute <= until]
            again = [minute for minute in self._lit_at[name] if minute >= until]
            if seen and again:
                out.append(Mended(name, seen[0], again[0]))
        return out


def _burns_from(sunset: int) -> int:
    festival = datetime.fromtimestamp(sunset, UTC).date() == DIWALI
    return sunset - (DIWALI_EARLY_S if festival else EARLY_S)


def _suns(one: Pole, zone: ZoneInfo, days: int) -> Iterator[tuple[int, int]]:
    place = Observer(one.latitude, one.longitude)
    for number in range(-1, days + 1):
        day = FIRST + timedelta(days=number)
        sets = sun(place, day, tzinfo=zone)["sunset"]
        rises = sun(place, day + timedelta(days=1), tzinfo=zone)["sunrise"]
        yield int(sets.timestamp()), int(rises.timestamp())


def check(judged: Judged) -> None:
    """The bounds: minutes within 1 %, repairs within one sampling, energy within 2 %, and silence is never lit."""
    true = judged.truth
    assert judged.should == judged.lit + judged.dark + judged.unknown + judged.excluded
    assert abs(judged.should - true.should) <= 0.002 * true.should
    assert judged.lit <= true.lit * 1.01
    assert abs(judged.lit - true.lit) <= 0.01 * true.lit + judged.unknown
    # of what is dark and of what is excluded, as far as it was not silent
    assert abs(judged.dark - true.dark) <= 0.01 * true.dark + judged.unknown + 2 * ROUNDING
    assert abs(judged.excluded - true.excluded) <= 0.01 * true.excluded + judged.unknown + 2 * ROUNDING
    assert abs(judged.wh - true.wh) <= 0.02 * true.wh
    assert all(abs(said - was) <= SAMPLE_S for said, was in judged.repairs)


def judge(folder: Path, seed: int, days: int, poles: int = 4, happenings: str = "") -> Judged:
    """Lives *days* of *poles* poles under *happenings*, or those that *seed* draws."""
    listed = load_site("sagar", poles)
    site = listed.with_poles(replace(one, board="virtual") for one in listed.poles)
    plan = folder / "happenings.toml"
    hours = days * 24 + NIGHTS_AFTER_H
    plan.write_text(f'name = "a ledger"\nhours = {hours}\n' + (happenings or scenario(seed, days, list(site.poles))))
    parts: list[Any] = []

    def begin(street: Street) -> None:
        parts.extend([Ledger(folder / "record.sqlite", site, street), Watch(street, site, days)])

    options = run.Options(
        site=site, start=datetime.combine(FIRST, datetime.min.time()).replace(hour=12), scenario=str(plan), seed=seed
    )
    outcome = run.simulate(options, begin=begin)
    ledger, watch = parts
    truth = watch.truth
    truth.mended = watch.mended()
    with ledger.record.transaction() as connection:
        chosen = sa.select(*(
            sa.func.sum(night.c[name]) for name in ("should", "lit", "dark", "unknown", "excluded", "wh")
        )).where(night.c.night >= FIRST, night.c.night < FIRST + timedelta(days=days))  # fmt: skip
        sums = connection.execute(chosen).one()
        rows = connection.execute(
            sa.select(alarm)
            .join(pole, pole.c.name == alarm.c.name)
            .where(alarm.c.kind.in_(("lampFailure", "relayFailure")))
        ).all()
    repairs = []
    for one in truth.mended:
        found = [row for row in rows if row.name == one.pole and one.dark - 900 <= row.began < one.lit]
        if found:
            row = min(found, key=lambda each: each.began)
            if row.ended is not None:
                repairs.append((row.ended - row.began, one.lit - one.dark))
            else:
                repairs.append((10**9, one.lit - one.dark))
        else:
            repairs.append((-1, one.lit - one.dark))
    ledger.record.close()
    assert outcome.street.failures() == []
    return Judged(truth, *(int(one or 0) for one in sums[:5]), int(sums[5] or 0), repairs, outcome.report["wall_s"])
