"""The cable is pulled anywhere in the write: a clear sentence, no pole that looks whole, and a second run does it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from host_tools.field.flashing.errors import Lost
from host_tools.field.flashing.flash_job import Job
from host_tools.field.flashing.region_files import Files
from host_tools.field.images import partitions
from simulator.virtual_pole.faults import Faults
from tests.host_tools.field.flashing.poles import Tiny, has, job, plug_in, put, starts, virtual_pole

PULLS = 50
AT_ONCE = 10
OLD, NEW = Tiny("1.23.0"), Tiny("1.24.1")


@pytest.fixture(scope="module")
def length() -> int:
    """Bytes that go at least to a chip while a pole with old software is flashed again.

    How many keep commands apart that are on their way at once depends on the moment; one by one there are none.
    """
    pole, _ = virtual_pole()
    with pole, Files() as files, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Job, "_tries", lambda one: [(one.bauds[0], True)])
        put(pole, OLD)
        job(pole, NEW, files).run()
        return pole.received


def test_cable_pulled_at_fifty_points(length: int) -> None:
    with Files() as files:

        def pull(number: int) -> tuple[int, str, bool]:
            at = int(length * (number + 0.5) / PULLS)
            pole, _ = virtual_pole(faults=Faults(cable_at=at))
            with pole:
                put(pole, OLD)
                data = partitions.layout(4)["data"]
                pole.flash.program(data.offset + 0x4000, b"a journal of three weeks")
                kept = pole.flash.read(data.offset, data.size)
                first = job(pole, NEW, files)
                with pytest.raises(Lost) as lost:
                    first.run()
                whole = has(pole, OLD)
                assert whole or not starts(pole), f"pulled after {at} bytes, it looks whole"
                assert first.touched or whole, f"pulled after {at} bytes, it was written before it was announced"
                plug_in(pole)
                second = job(pole, NEW, files)
                second.run()
                assert has(pole, NEW, first=False) and starts(pole)
                assert pole.flash.read(data.offset, data.size) == kept
                return at, str(lost.value), first.touched

        with ThreadPoolExecutor(AT_ONCE) as several:
            told = list(several.map(pull, range(PULLS)))
    for at, sentence, touched in told:
        words = "asks to be flashed again" if touched else "before anything was written"
        assert words in sentence and "socket://" in sentence and "diya flash --resume" in sentence, (at, sentence)
    assert len({touched for _, _, touched in told}) == 2  # both kinds were among them


def test_first_flash_cut_leaves_no_partition_table(length: int) -> None:
    """So that the second run does not take what is there for a pole with data of its own."""
    pole, _ = virtual_pole(faults=Faults(cable_at=int(length * 0.5)))
    with pole, Files() as files:
        with pytest.raises(Lost):
            job(pole, NEW, files).run()
        plug_in(pole)
        second = job(pole, NEW, files)
        second.run()
        assert second.first and has(pole, NEW) and starts(pole)
