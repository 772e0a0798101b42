"""ESP-IDF's heap of a virtual ESP32: regions of memory, from which pieces are taken and to which they are given back.

A piece lies in the first region that has room for it, at the start of the smallest gap that will do; so the gaps that
are left depend on the order of what was taken, as on the chip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Piece(NamedTuple):
    """*size* bytes of *region* from byte *at* on."""

    region: int
    at: int
    size: int


class IdfHeap:
    """Regions of *sizes* bytes.  ``least`` is the fewest bytes each has had free."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        self._gaps = [[(0, size)] for size in sizes]  # of each region: (first byte, bytes), in order
        self.least = list(sizes)

    @property
    def free(self) -> int:
        """Bytes that are free, in gaps of any size."""
        return sum(map(self.free_in, range(len(self.sizes))))

    def free_in(self, region: int) -> int:
        return sum(size for _at, size in self._gaps[region])

    def largest_in(self, region: int) -> int:
        """The largest block of *region* that can be had, as ``heap_caps_get_largest_free_block`` says it.

        Its allocator (TLSF) rounds down to one of 32 steps between two powers of two.
        """
        size = max((size for _at, size in self._gaps[region]), default=0)
        step = 1 << max(0, size.bit_length() - 6)
        return size // step * step

    @property
    def largest(self) -> int:
        return max(map(self.largest_in, range(len(self.sizes))))

    def take(self, size: int) -> Piece | None:
        """A piece of *size* bytes; None where no gap is large enough."""
        for region, gaps in enumerate(self._gaps):
            fitting = [gap for gap in gaps if gap[1] >= size]
            if fitting:
                gap = min(fitting, key=lambda gap: gap[1])
                place = gaps.index(gap)
                gaps[place : place + 1] = [(gap[0] + size, gap[1] - size)] if gap[1] > size else []
                self.least[region] = min(self.least[region], self.free_in(region))
                return Piece(region, gap[0], size)
        return None

    def take_all(self, sizes: Sequence[int]) -> list[Piece] | None:
        """A piece of each of *sizes*; None, and nothing is taken, where there is no room for one of them."""
        taken: list[Piece] = []
        for size in sizes:
            piece = self.take(size)
            if piece is None:
                self.give_back(taken)
                return None
            taken.append(piece)
        return taken

    def give_back(self, pieces: Sequence[Piece]) -> None:
        """Frees *pieces*; gaps that touch become one."""
        for piece in pieces:
            joined: list[tuple[int, int]] = []
            for at, size in sorted([*self._gaps[piece.region], (piece.at, piece.size)]):
                if joined and sum(joined[-1]) == at:
                    joined[-1] = joined[-1][0], joined[-1][1] + size
                else:
                    joined.append((at, size))
            self._gaps[piece.region] = joined
