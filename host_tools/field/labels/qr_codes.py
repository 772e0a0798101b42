"""QR codes by the thousand: the same as segno makes, in a fiftieth of the time.

For a given length of the text and a given mask, a code is linear in the bits of the text (Reed-Solomon is, and so is
the mask).  So a code is that of one text, combined by XOR with what each bit changes; segno makes those, once for each
length.  Which of the eight masks is the best (ISO/IEC 18004, 7.8.3) is counted on a whole code at a time, one integer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import segno

CORRECTION = "q"  # a quarter of the code may be scratched or dirty
_BASE = "a"
_BITS = 7  # of a character of ASCII
_PAD = 4  # light columns beside the code, so that no row runs into the next


@dataclass(frozen=True)
class Code:
    """A code of *size* x *size* modules; ``rows`` are its rows as text, "1" a dark module."""

    size: int
    rows: tuple[str, ...]


def code_of(text: str) -> Code:
    """The code of *text* (ASCII, at most 74 characters), which is read as bytes."""
    family = _family(len(text))
    across, down = family.across, family.down
    for place, character in enumerate(text):
        changed = ord(character) ^ ord(_BASE)
        while changed:
            bit = changed & -changed
            more = family.changes[place * _BITS + bit.bit_length() - 1]
            across, down = across ^ more[0], down ^ more[1]
            changed ^= bit
    best = min(range(8), key=lambda mask: family.penalty(across ^ family.masks[mask][0], down ^ family.masks[mask][1]))
    return Code(family.size, family.rows(across ^ family.masks[best][0]))


@dataclass(frozen=True)
class _Family:
    """All codes for texts of one length: that of one text under mask 0, and what each bit and each mask changes.

    A code is two integers: row after row, and column after column.
    """

    size: int
    across: int
    down: int
    changes: tuple[tuple[int, int], ...]
    masks: tuple[tuple[int, int], ...]
    inside: int  # every module
    counted: tuple[int, int]  # those that the penalty counts as they are; the others, of the format, as light

    @property
    def stride(self) -> int:
        return self.size + _PAD

    def rows(self, across: int) -> tuple[str, ...]:
        every = f"{across:0{self.size * self.stride}b}"[::-1]
        return tuple(every[at : at + self.size] for at in range(0, self.size * self.stride, self.stride))

    def penalty(self, across: int, down: int) -> int:
        """Of a code under a mask: the lower, the easier to read."""
        across, down = across & self.counted[0], down & self.counted[1]
        dark = across.bit_count()
        share = dark / self.size**2
        total = 10 * int(abs(share * 100 - 50) / 5)
        light = across ^ self.inside
        for one in (across, light):
            total += _runs(one) + _runs(down if one is across else down ^ self.inside)
            pairs = one & one >> 1
            total += 3 * (pairs & pairs >> self.stride).bit_count()
        return total + _finders(across, light) + _finders(down, down ^ self.inside)


def _runs(modules: int) -> int:
    """3 for each run of five modules, and 1 for each module more."""
    pairs = modules & modules >> 1
    fives = pairs & pairs >> 2 & modules >> 4
    return fives.bit_count() + 2 * (fives & ~(fives << 1)).bit_count()


def _finders(dark: int, light: int) -> int:
    """40 for each pattern that looks like a finder's, with four light modules or the edge before or behind it."""
    ends = dark & light >> 1 & dark >> 2
    found = ends & dark >> 3 & ends >> 4
    if not found:
        return 0
    free = ~(dark << 1 | dark << 2 | dark << 3 | dark << 4) | ~(dark >> 7 | dark >> 8 | dark >> 9 | dark >> 10)
    if not found & (found << 4 | found << 6):
        return 40 * (found & free).bit_count()
    count, begin = 0, 0
    for at in _places(found):  # one that counts hides those that begin within it
        if at >= begin and free >> at & 1:
            count, begin = count + 40, at + 7
    return count


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


@lru_cache
def _family(length: int) -> _Family:
    def packed(text: str, mask: int = 0) -> tuple[int, int]:
        code = segno.make(text, error=CORRECTION, micro=False, mode="byte", mask=mask)
        matrix = [list(row) for row in code.matrix]
        return _packed(matrix), _packed([list(column) for column in zip(*matrix, strict=True)])

    size = len(segno.make(_BASE * length, error=CORRECTION, micro=False, mode="byte", mask=0).matrix)
    base = packed(_BASE * length)

    def change(other: tuple[int, int]) -> tuple[int, int]:
        return base[0] ^ other[0], base[1] ^ other[1]

    changes = [
        change(packed(_BASE * place + chr(ord(_BASE) ^ 1 << bit) + _BASE * (length - place - 1)))
        for place in range(length)
        for bit in range(_BITS)
    ]
    masks = [change(packed(_BASE * length, mask)) for mask in range(8)]
    counted = [[not _is_format(row, column, size) for column in range(size)] for row in range(size)]
    across, down = _packed(counted), _packed([list(column) for column in zip(*counted, strict=True)])
    inside = _packed([[True] * size] * size)
    return _Family(size, *base, tuple(changes), tuple(masks), inside, (across, down))


def _packed(matrix: Sequence[Sequence[int]]) -> int:
    return sum(
        1 << row * (len(matrix) + _PAD) + column
        for row, modules in enumerate(matrix)
        for column, module in enumerate(modules)
        if module
    )


def _is_format(row: int, column: int, size: int) -> bool:
    """Whether the module says which mask and correction there are, or is the dark one beside that."""
    if row == 8:
        return (column <= 8 and column != 6) or column >= size - 8
    return column == 8 and ((row < 8 and row != 6) or row >= size - 8)
