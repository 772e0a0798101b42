"""The store of a city of POLES poles, filled as it would come, and what is asked of it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from host_tools.city.ledger import figures, sheets
from host_tools.city.ledger.month import Month
from host_tools.city.ledger.words import Words
from host_tools.city.store import every_table, meters, month_report, roll_up, tables
from host_tools.city.store.database import Database
from host_tools.city.store.local_time import HOUR_S, LocalTime
from host_tools.city.store.meter_tables import night
from host_tools.city.store.rolled_up import HOURS, NIGHTS, set_rolled_up_to
from host_tools.language.language import Language
from host_tools.site.load import load_site

BATCH = 1000  # readings a transaction
INTERVAL_S = 300
DAY_SAMPLES = 288
MEASURED = 40  # samples of each pole that are written as they come
NIGHTS_KEPT = 30
LOCAL = LocalTime(ZoneInfo("Asia/Kolkata"))
FIRST = date(2026, 11, 1)
BEGIN = LOCAL.noon(FIRST)


class Point(msgspec.Struct, tag="Point", tag_field="type", gc=False):
    coordinates: tuple[float, float]


class State(msgspec.Struct, gc=False):
    """What a map shows of a pole: columns of its row."""

    name: str
    online: bool | None
    seen: int | None
    level: int | None
    target: int | None
    owner: str | None
    reason: str | None
    until: int | None
    clock: str | None
    power_dw: int | None
    energy_wh: int | None
    rev: int


class Feature(msgspec.Struct, tag="Feature", tag_field="type", gc=False):
    geometry: Point
    properties: State


class StoreBench:
    """A store that is filled with *readings* of *poles* poles, in the order in which they would come."""

    def __init__(self, database: Database, readings: int, poles: int) -> None:
        self.database = database
        self.site = load_site("sagar", poles)
        self.samples = max(1, readings // poles)
        self.end = BEGIN + self.samples * INTERVAL_S
        self._chance = random.Random(1)
        with database.transaction() as connection:
            every_table.create(connection)
            states = [
                {"name": one.name, "online": True, "seen": self.end, "level": 60, "target": 60, "owner": "calendar",
                 "reason": "main: sunset-10min", "until": self.end + 600, "clock": "synced", "power_dw": 888,
                 "energy_wh": 1_000_000 + n, "rev": n}
                for n, one in enumerate(self.site.poles)
            ]  # fmt: skip
            connection.execute(sa.insert(tables.pole), states)
            self.poles = list(connection.execute(sa.select(tables.pole.c.id)).scalars())
            # as of a receiver that runs for long: none of these is late
            set_rolled_up_to(connection, "", HOURS, LOCAL.hour(BEGIN))
            set_rolled_up_to(connection, "", NIGHTS, BEGIN)

    def fill(self) -> tuple[float, float]:
        """Microseconds of this process's processor a reading, and readings a second: of the last MEASURED samples.

        Those before them come pole by pole, which is quicker; the tables are the same.
        """
        before = max(0, self.samples - MEASURED)
        for first in range(0, before, DAY_SAMPLES):
            samples = range(first, min(first + DAY_SAMPLES, before))
            for some in self._some(BATCH * MEASURED // DAY_SAMPLES):
                self._write([self._reading(pole, sample) for pole in some for sample in samples])
        count, cpu, wall = 0, 0.0, 0.0
        for sample in range(before, self.samples):
            for some in self._some(BATCH):
                batch = [self._reading(pole, sample) for pole in some]
                began, used = time.perf_counter(), time.process_time()
                self._write(batch)
                wall += time.perf_counter() - began
                cpu += time.process_time() - used
                count += len(batch)
        if self.database.postgresql:
            with self.database.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(sa.text("ANALYZE"))
        return cpu / count * 1e6, count / wall

    def _some(self, size: int) -> Iterator[list[int]]:
        for first in range(0, len(self.poles), size):
            yield self.poles[first : first + size]

    def _write(self, batch: list[meters.Reading]) -> None:
        with self.database.transaction() as connection:
            meters.write(connection, batch, max(one[1] or 0 for one in batch), "", LOCAL)

    def _reading(self, pole: int, sample: int) -> meters.Reading:
        at = BEGIN + sample * INTERVAL_S + pole % INTERVAL_S
        counter = 1_000_000 + pole + sample * 7
        return (pole, at, 888, 386, counter, 20123 + sample // 12, 55, 2301, 351, 98, 99, 60)

    def add_nights(self) -> None:
        """NIGHTS_KEPT nights of each pole, as the roll-up writes them."""
        with self.database.transaction() as connection:
            for number in range(NIGHTS_KEPT):
                day = FIRST + timedelta(days=number)
                connection.execute(
                    sa.insert(night),
                    [
                        {
                            "pole": pole,
                            "night": day,
                            "wh": 888,
                            "should": 700,
                            "lit": 690,
                            "dark": 5,
                            "unknown": 5,
                            "excluded": 0,
                            "lit_else": 10,
                            "baseline_wh": 1750,
                            "old_wh": 2900,
                        }
                        for pole in self.poles
                    ],
                )

    @contextmanager
    def reader(self) -> Iterator[sa.Connection]:
        with self.database.engine.connect().execution_options(reads=True) as connection:
            yield connection

    def last_night(self) -> float:
        pole = [self._chance.choice(self.poles)]
        high = self.end
        return self._timed(lambda connection: meters.read(connection, pole, high - 14 * HOUR_S, high))

    def states(self) -> float:
        wanted = sa.select(*(tables.pole.c[name] for name in State.__struct_fields__))

        def geojson(connection: sa.Connection) -> bytes:
            features = [
                Feature(Point((78.7 + n / 1e5, 23.8)), State(*row))
                for n, row in enumerate(connection.execute(wanted).all())
            ]
            return msgspec.json.encode({"type": "FeatureCollection", "features": features})

        return self._timed(geojson)

    def changed(self) -> float:
        since = len(self.poles) - 100
        wanted = sa.select(tables.pole.c.name, tables.pole.c.level).where(tables.pole.c.rev > since)
        return self._timed(lambda connection: connection.execute(wanted).all())

    def month(self) -> float:
        """The whole report, as the console reads it and its page shows it."""
        said, zone = Language("en"), ZoneInfo(self.site.timezone)

        def told(connection: sa.Connection) -> object:
            words = Words(month_report.read(connection, self.site, Month.of(FIRST), self.end, LOCAL), said, zone)
            return figures.groups(words), sheets.of_month(words)

        return self._timed(told)

    def roll_up_hour(self) -> float:
        """Milliseconds to work out one hour of every pole."""
        now = LOCAL.hour(BEGIN) + HOUR_S + roll_up.GRACE_S
        began = time.perf_counter()
        while True:
            with self.database.transaction() as connection:
                if not roll_up.turn(connection, now, "", LOCAL):
                    return (time.perf_counter() - began) * 1e3

    def _timed(self, ask: Callable[[sa.Connection], object]) -> float:
        with self.reader() as connection:
            began = time.perf_counter()
            ask(connection)
            return (time.perf_counter() - began) * 1e3
