"""Baud rates to be tried, and the number of bytes on the line."""

from __future__ import annotations

from host_tools.field.flashing.loader import ROM_BLOCK

BAUDS = (921600, 460800, 115200)


def rates(chosen: int | None, remembered: int | None) -> tuple[int, ...]:
    """The baud rates to try, in order: from the one *chosen*, else the one *remembered* of this adapter, downwards."""
    first = chosen or remembered or BAUDS[0]
    return (first, *(baud for baud in BAUDS if baud < first))


def whole_blocks(size: int) -> int:
    """Bytes that *size* bytes are on the line to the loader in ROM, which takes whole blocks and inflates none."""
    return -(-size // ROM_BLOCK) * ROM_BLOCK
