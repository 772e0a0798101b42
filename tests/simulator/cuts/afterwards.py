"""What must hold after the power of a whole pole was cut anywhere in its story.

Another pole starts on what the flash then holds, at that time of night, and lives for some minutes, in which the city
has its last configuration for it, plays it the last command again, and asks it for everything it has raised.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pole.lighting.calendar import Calendar
from pole.settings import schema
from pole.wire import ack_reasons, contract
from simulator.street.street import Street
from tests.simulator.cuts.story import BAD, KEY, SETTINGS, START, Story
from tests.simulator.streets import MINUTE_MS, City, live

OFF_MS = 2000  # at least, until the power is back
LOOK_MS = (55_000, 149_000)  # at the light: after the ramp from the start, and at the end
AGAIN_MS, RESEND_MS, LIFE_MS = 85_000, 95_000, 150_000  # the first when a bad configuration has been undone
RAMP_MS = 31_000
NEAR = 5  # percent between the light and its level: no two luminaires are alike


def sweep(story: Story, engine: str, numbers: Iterable[int]) -> int:
    """Tries the cuts *numbers*, which ascend, on *engine*; how many these were."""
    tried = 0
    for number, image in story.images(numbers):
        try:
            Afterwards(story, number, image, engine).check()
        except Exception as error:
            error.add_note(f"cut {number} of {story.cuts} on {engine}, at {story.moment(number).ms} ms")
            raise
        tried += 1
    return tried


def one_in(story: Story, step: int) -> list[int]:
    """One of each *step* cuts, chosen by chance."""
    choose = random.Random(step)
    return [min(first + choose.randrange(step), story.cuts - 1) for first in range(0, story.cuts, step)]


class Afterwards:
    """The life after cut *number*, which left *image* on the flash."""

    def __init__(self, story: Story, number: int, image: bytes | bytearray, engine: str) -> None:
        self._story = story
        self._image = image
        moment = story.moment(number)
        self._cut_ms, self._nvs = moment.ms, moment.nvs
        self._orders = [order for order in story.orders if order.minute * MINUTE_MS <= self._cut_ms]
        self._sent = [one for one in story.configurations if one.minute * MINUTE_MS <= self._cut_ms]
        off_s = -(-(self._cut_ms + OFF_MS) // 1000)
        self._start_ms = off_s * 1000  # of the story
        self._lived = live(
            LIFE_MS / 3_600_000, poles=1, start=(START + timedelta(seconds=off_s)).isoformat(), begin=self._begin,
            engine=engine, settings=SETTINGS, seed=number + 1,
        )  # fmt: skip

    def _begin(self, street: Street) -> None:
        pole = street.poles["P0001"]
        pole.pole.flash.load(self._image)
        pole.wiring.chip.nvs._flash = dict(self._nvs)
        good = [one for one in self._sent if one.version != BAD][-1]
        self._wanted = good.version
        self._calendar = Calendar(schema.load(good.text))
        self._city = city = City(street)
        if self._sent[1:]:
            self._sent[-1].send(city, 0)
        for order in self._orders[-1:]:
            city.send(AGAIN_MS, order.body, key=KEY, n=order.n)
        events = self._story.events()
        epoch, first = events[0]["id"].partition("-")[0], min(map(sequence, events))
        resend = {"type": "resend", "epoch": epoch, "from": first, "to": 2**30 - 1}
        city.send(RESEND_MS, json.dumps(resend), key=KEY, n=10**9)
        for ms in LOOK_MS:
            city.look(ms, str(ms))

    def check(self) -> None:
        street = self._lived.street
        assert street.failures() == []
        assert street.resets()["powerOn"] == 1 and street.resets()["watchdog"] == 0
        assert street.darkness.total_minutes() == 0
        self._light_is_right()
        self._settings_are_old_or_new()
        self._nothing_is_obeyed_twice()
        self._every_event_is_there()

    def _light_is_right(self) -> None:
        for ms in LOOK_MS:
            light = 100 * self._city.lights[str(ms)]
            before, levels = self._levels(ms - RAMP_MS), self._levels(ms)
            if before == levels:
                assert any(abs(light - level) < NEAR for level in levels), (ms, light, levels)
            else:  # it is on its way from one to the other
                assert min(before | levels) - NEAR < light < max(before | levels) + NEAR, (ms, light, before, levels)

    def _levels(self, ms: int) -> set[int]:
        """Levels that are right at *ms* of this life: by the calendar, and by what the pole was told to hold.

        A command of which the city has the ack is held, and one that came again is; any other may have been lost.
        """
        calendar = self._calendar.at(self._city.unix(ms)).level
        levels = {calendar}
        for order in self._orders:
            level = order.level if order.level is not None and self._start_ms + ms < order.end * MINUTE_MS else calendar
            if order.raises:
                level = max(level, calendar)
            sure = self._acked(order.n) or (order is self._orders[-1] and ms > AGAIN_MS)
            levels = {level} if sure else levels | {level}
        return levels

    def _acked(self, n: int) -> bool:
        return self._story.acks()[n] < self._cut_ms

    def _settings_are_old_or_new(self) -> None:
        """It starts with the one it had or with one that was on its way, and comes to the one the city wants."""
        births = [birth for _ms, birth in self._lived.said("P0001", contract.BIRTH)]
        versions = [birth["configVersion"] for birth in births]
        had = (self._story.versions(self._cut_ms) or self._story.versions()[:1])[-1]
        assert versions[0] in {had, *(one.version for one in self._sent if had < one.version != BAD)}, versions
        assert versions == sorted(versions) and versions[-1] == self._wanted, versions
        assert not any(birth["safeMode"] for birth in births)

    def _nothing_is_obeyed_twice(self) -> None:
        outcomes = {ack["n"]: ack["outcome"] for ack in self._lived.acks()}
        for order in self._orders[-1:]:
            assert outcomes[order.n] == ack_reasons.REJECTED or not self._acked(order.n)

    def _every_event_is_there(self) -> None:
        """What the city had it gets again, word for word, and no sequence is missing."""
        before = {event["id"]: meaning(event) for event in self._story.events(self._cut_ms)}
        events = [event for _ms, event in self._lived.said("P0001", contract.EVENT)]
        known = dict(before)
        for event in events:
            assert known.setdefault(event["id"], meaning(event)) == meaning(event), event
        assert len({name.partition("-")[0] for name in known}) == 1
        assert {event["id"] for event in events} >= set(before)
        found = sorted({sequence(event) for event in events})
        assert found == list(range(min(map(sequence, self._story.events())), found[-1] + 1))


def sequence(event: dict[str, Any]) -> int:
    return int(event["id"].partition("-")[2])


def meaning(event: dict[str, Any]) -> dict[str, Any]:
    """What an event says, however often it is sent."""
    return {name: value for name, value in event.items() if name != "replayed"}
