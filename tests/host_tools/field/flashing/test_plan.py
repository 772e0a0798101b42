"""What is written and in which order, decided without a chip."""

from __future__ import annotations

import pytest

from host_tools.field.flashing.plan import HEAD, Moved, candidates, is_first, make_plan
from host_tools.field.images.partitions import layout
from tests.host_tools.field.flashing.poles import Tiny

REGIONS = Tiny().regions("P0001", True)
REVISIT = Tiny().regions("P0001", False)
AT = {region.name: region.offset for region in REGIONS}
HERE = {region.name: region.data[:HEAD] for region in REGIONS}
BLANK = {region.name: b"\xff" * HEAD for region in REGIONS}


def names(regions: object) -> list[str]:
    return [region.name for region in regions]  # type: ignore[attr-defined]


def test_blank_chip_gets_everything_with_table_and_bootloader_last_and_needs_no_erasing() -> None:
    plan = make_plan(REGIONS, True, BLANK, ())
    assert names(plan.write) == ["nvs", "data", "vfs", "micropython", "partitions", "bootloader"]
    assert plan.erase == ()


def test_first_flash_over_other_software_erases_bootloader_and_table_before() -> None:
    plan = make_plan(REGIONS, True, HERE, ())
    assert plan.erase == (AT["bootloader"], AT["partitions"])


def test_revisit_with_a_new_app_erases_the_bootloader_and_writes_it_last() -> None:
    plan = make_plan(REVISIT, False, HERE, {"bootloader", "partitions", "micropython"})
    assert names(plan.write) == ["vfs", "bootloader"]
    assert plan.erase == (AT["bootloader"],)


def test_table_is_never_erased_on_a_revisit() -> None:
    """A cut between would leave no sign that there is a `data` to be left alone."""
    plan = make_plan(REVISIT, False, HERE, {"bootloader", "micropython", "vfs"})
    assert names(plan.write) == ["partitions", "bootloader"]
    assert plan.erase == (AT["bootloader"],)


def test_nothing_new_is_no_plan() -> None:
    plan = make_plan(REVISIT, False, HERE, set(HERE))
    assert plan.write == () and plan.erase == ()


def test_a_region_is_worth_an_md5_where_its_beginning_is_right() -> None:
    assert candidates(REGIONS, BLANK) == []
    assert names(candidates(REGIONS, HERE)) == [
        "bootloader",
        "partitions",
        "micropython",
        "vfs",
    ]  # never the pole's own


def test_first_flash_is_told_by_the_chips_partition_table() -> None:
    ours, small = layout(4), layout(8)
    assert is_first({}, ours, False)  # blank
    assert is_first({"vfs": ours["vfs"]}, ours, False)  # stock MicroPython
    assert not is_first(ours, ours, False)
    assert is_first(ours, ours, True)
    with pytest.raises(Moved):
        is_first(small, ours, False)
    assert is_first(small, ours, True)
