"""The difference of a file from an older one, in a form that a pole applies with a few hundred bytes of memory.

    copy(length, offset)   varint length * 2, then the distance of *offset* from the end of the copy before, zigzag
    insert(bytes)          varint length * 2 + 1, then the bytes

A varint has seven bits a byte, the lowest first, and the highest bit set where more follow; zigzag puts a sign last.
"""

from __future__ import annotations

from collections.abc import Iterator

from host_tools.release.errors import Damaged

_SEED = 5  # bytes of a match that is looked for
_TRIES = 32  # places with the same seed that are tried
_LEAST = 4  # a shorter copy costs more than its bytes
_VARINT_BITS = 28


def make(base: bytes, new: bytes) -> bytes:
    """What turns *base* into *new*."""
    seeds: dict[bytes, list[int]] = {}
    for at in range(len(base) - _SEED + 1):
        places = seeds.setdefault(base[at : at + _SEED], [])
        if len(places) < _TRIES:
            places.append(at)
    out, waiting = bytearray(), bytearray()
    at = expected = 0
    while at < len(new):
        length, offset = _longest(base, new, at, expected, seeds.get(new[at : at + _SEED], []))
        if length < _LEAST:
            waiting.append(new[at])
            at += 1
            continue
        _insert(out, waiting)
        waiting.clear()
        out += _varint(length << 1) + _varint(_zigzag(offset - expected))
        expected = offset + length
        at += length
    _insert(out, waiting)
    return bytes(out)


def apply(base: bytes, delta: bytes, size: int) -> bytes:
    """What *delta* makes of *base*, *size* bytes.  Raises Damaged where it makes no sense."""
    out = bytearray()
    for offset, data, length in _operations(delta):
        if offset is None:
            out += data
        elif not 0 <= offset <= offset + length <= len(base):
            raise Damaged(f"a difference copies bytes {offset} to {offset + length} of a file of {len(base)}")
        else:
            out += base[offset : offset + length]
        if len(out) > size:
            break
    if len(out) != size:
        raise Damaged(f"a difference makes {len(out)} bytes and {size} are listed")
    return bytes(out)


def _operations(delta: bytes) -> Iterator[tuple[int | None, bytes, int]]:
    """(offset or None, bytes that are inserted, length of the copy), one after the other."""
    at = expected = 0
    while at < len(delta):
        word, at = _number(delta, at)
        length = word >> 1
        if not length:
            raise Damaged("a difference has a step of no bytes")
        if word & 1:
            if at + length > len(delta):
                raise Damaged("a difference ends too soon")
            yield None, delta[at : at + length], length
            at += length
        else:
            away, at = _number(delta, at)
            offset = expected + (away >> 1 if not away & 1 else -(away >> 1) - 1)
            expected = offset + length
            yield offset, b"", length


def _longest(base: bytes, new: bytes, at: int, expected: int, places: list[int]) -> tuple[int, int]:
    """(length, offset) of the best copy for *new* from *at*: where the last one ended is told in one byte."""
    best, offset = _same(base, new, expected, at), expected
    for place in places:
        if best and base[place + best : place + best + 1] != new[at + best : at + best + 1]:
            continue  # no longer than the best so far
        length = _same(base, new, place, at)
        if length > best + (2 if offset == expected else 0):
            best, offset = length, place
    return best, offset


def _same(base: bytes, new: bytes, place: int, at: int) -> int:
    """How many bytes are the same from there on."""
    if not 0 <= place < len(base):
        return 0
    most = min(len(base) - place, len(new) - at)
    low = 0
    step = 64
    while low < most:
        size = min(step, most - low)
        if base[place + low : place + low + size] == new[at + low : at + low + size]:
            low += size
        elif size == 1:
            break
        else:
            step = max(size // 2, 1)
    return low


def _insert(out: bytearray, data: bytearray) -> None:
    if data:
        out += _varint(len(data) << 1 | 1) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value - 1) << 1 | 1


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift >= _VARINT_BITS:
            raise Damaged("a difference ends too soon, or has a number that is too large")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
