"""A power cut before and in every write of the update of a MicroPython image leaves one that starts, with its lamp lit.

`make soak` tries all of them (tests/soak/test_update_cuts.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from host_tools.field.images import otadata
from simulator.hardware.flash import BLOCK
from tests.simulator.updates.image_cut_story import PLOTS, Story
from tests.simulator.updates.test_images import ENGINES, release
from tests.simulator.updates.two_images import BEHIND, TABLE, Noted

TRIED = {"cpython": 12, "micropython": 3}


@pytest.fixture(autouse=True)
def files() -> Iterator[None]:
    """What the chips' flashes are in is closed."""
    yield
    while Noted.open:
        Noted.open.pop().close()


def important(story: Story) -> list[int]:
    """The cuts in `otadata`, each before and in it: set_boot, the start, the mark, and the way back."""
    first = BEHIND + TABLE["otadata"].offset
    return [
        number
        for place, one in enumerate(story.log)
        if first <= one.at < first + 2 * BLOCK
        for number in (2 * place, 2 * place + 1)
    ]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", sorted(PLOTS))
def test_some_cuts_of_an_image_s_update(name: str, engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    story = Story(PLOTS[name], release(), engine)
    flash = story.flash
    assert flash and flash.running() == ("ota_0" if story.plot.reasons else "ota_1"), flash and flash.booted
    if not story.plot.reasons:
        assert flash.state_of("ota_1") == otadata.VALID
    switches = important(story)
    assert len(switches) >= 8
    some = range(0, story.cuts, story.cuts // TRIED[engine])
    tried = story.sweep(sorted({*some, *(switches if engine == "cpython" else switches[1::4])}))
    with capsys.disabled():
        print(f"\n{name} on {engine}: {tried} of {story.cuts} cuts, all good")
