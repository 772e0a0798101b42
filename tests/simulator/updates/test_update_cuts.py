"""The power goes at a write of an update, or of its download: the pole starts with the old software or the new, lit.

A reduced run; all cuts are tried in tests/soak/test_update_cuts.py.
"""

from functools import cache

import pytest

from tests.simulator.cuts.afterwards import one_in
from tests.simulator.updates.cut_story import PLOTS, Story
from tests.simulator.updates.download_story import STORIES, Told

ENGINES = ("cpython", "micropython")
EVERY = {"cpython": 20, "micropython": 60}  # a start on MicroPython reads 28,000 pieces of the flash


@cache
def story(name: str, engine: str) -> Story:
    return STORIES[name](engine) if name in STORIES else Story(PLOTS[name], engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", sorted(PLOTS))
def test_an_update_is_lived_to_its_end(name: str, engine: str) -> None:
    told, plot = story(name, engine), PLOTS[name]
    assert told.lived.street.failures() == [] and told.lived.street.darkness.total_minutes() < 1
    assert told.after["new"] is None
    old = ["b"] if plot.old else []
    if plot.reason:
        assert told.after["run"] == old
        assert told.after["reverted"] == {"from": "0.2.0", "reason": plot.reason, "told": True}
        events = [event for _ms, event in told.lived.said("P0001", "event") if event["eventType"] == "updateReverted"]
        assert [event["attributes"]["reason"] for event in events][:1] == [plot.reason]
    else:
        assert told.after["run"] == ["a", *old] and told.after["reverted"] is None


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", sorted(STORIES))
def test_what_a_pole_is_told_of_updates_is_done(name: str, engine: str) -> None:
    told = story(name, engine)
    assert isinstance(told, Told)
    told.is_lived()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", sorted([*PLOTS, *STORIES]))
def test_a_pole_survives_some_of_the_cuts(name: str, engine: str) -> None:
    told = story(name, engine)
    numbers = sorted({*one_in(told, EVERY[engine]), told.cuts - 1})
    assert told.sweep(numbers) == len(numbers)
    print(f"{len(numbers)} of {told.cuts} cut points of {name!r} on {engine}")
