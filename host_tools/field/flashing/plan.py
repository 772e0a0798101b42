"""Plans which regions of a pole are written, in which order, and what is made unbootable before: a pure decision.

**Order.**  A chip starts when its ROM finds a valid bootloader, the bootloader a partition table, and in it a valid
MicroPython; the file systems are not checked at all.  So a half-written pole could look complete.  Therefore the first
sector of the old bootloader is erased before anything else is changed, and the new bootloader is written last: in
between the ROM prints `invalid header` without end, the lamp is lit (all pins are at reset), and the pole has to be
flashed again.  Where `nvs` and `data` are written too, the same is done with the partition table, which comes last but
one: a table on the chip means that there is a whole `data`, which a revisit must leave alone.

**What is written.**  `nvs` and `data` (counters, journal, configuration) only on a first flash: when the chip's table
has no partition `data`.  When it has one at another place than ours, a person has to decide that it may be erased.
A region that is on the chip already is skipped.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Protocol

OWN = ("nvs", "data")  # regions that a pole has written itself
_LAST = ("partitions", "bootloader")  # in this order
HEAD = 64  # bytes of a region compared before all of it: regions that differ nearly always differ there


class Part(Protocol):
    """A region of the bundle."""

    @property
    def name(self) -> str: ...

    @property
    def offset(self) -> int: ...

    @property
    def data(self) -> bytes: ...


class Where(Protocol):
    """Where a partition is."""

    @property
    def offset(self) -> int: ...

    @property
    def size(self) -> int: ...


@dataclass(frozen=True)
class Plan:
    """*write*: the regions, in their order; *erase*: offsets of sectors that are erased before."""

    first: bool
    write: tuple[Part, ...]
    erase: tuple[int, ...]


class Moved(Exception):
    """`data` is at another place on this chip; *where* it is."""

    def __init__(self, where: Where) -> None:
        super().__init__(where)
        self.where = where


def is_first(now: Mapping[str, Where], wanted: Mapping[str, Where], erase_data: bool) -> bool:
    """Whether a chip with the partitions *now* has nothing of its own that is worth keeping.

    Raises Moved where it has, but *wanted* has `data` elsewhere and *erase_data* was not asked for.
    """
    data = now.get("data")
    if data is None or erase_data:
        return True
    mine = wanted["data"]
    if (data.offset, data.size) != (mine.offset, mine.size):
        raise Moved(data)
    return False


def candidates(regions: Sequence[Part], heads: Mapping[str, bytes]) -> list[Part]:
    """Those of *regions* that may be on the chip already, to judge by the first bytes that it has there.

    Not `nvs` and `data`, which are there on a first flash only: that they look right is no sign that nothing else is.
    """
    return [region for region in regions if region.name not in OWN and heads[region.name] == region.data[:HEAD]]


def make_plan(regions: Sequence[Part], first: bool, heads: Mapping[str, bytes], there: Collection[str]) -> Plan:
    """What to write of *regions*: those that are not *there* (by name).

    *heads*: the first bytes that the chip has now where a region begins, by name.
    """
    changed = {region.name for region in regions} - set(there)
    if not changed:
        return Plan(first, (), ())
    invalid = set(_LAST) if changed.intersection(OWN) else {"bootloader"}
    order = [region for region in regions if region.name in changed | invalid]
    # of the others the largest comes last: the chip finishes the others while that one arrives
    order.sort(key=lambda region: (_LAST.index(region.name) if region.name in _LAST else -1, len(region.data)))
    blank = {name for name, head in heads.items() if not head.strip(b"\xff")}
    erase = [region.offset for region in order[::-1] if region.name in invalid - blank]
    return Plan(first, tuple(order), tuple(erase))


def padded(data: bytes) -> bytes:
    """*data* to whole words, as esptool writes and checks it."""
    return data + b"\xff" * (-len(data) % 4)


def digest(data: bytes) -> str:
    """MD5 in hex, as the loader tells it of its flash."""
    return md5(data, usedforsecurity=False).hexdigest()
