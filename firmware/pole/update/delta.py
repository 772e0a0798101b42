"""Applies the difference of a file from an older one, step by step (as host_tools/release/delta.py writes it).

copy(length, offset)   varint length * 2, then the distance of *offset* from the end of the copy before, zigzag
insert(bytes)          varint length * 2 + 1, then the bytes
"""

from pole import const

_STEP = const(1024)  # bytes made at once
_HEAD = const(12)  # bytes of an operation's numbers, and more
_BITS = const(28)


def begin():
    """What is kept between two steps: [place in the difference, end of the last copy, bytes left of the operation,
    where in the base they are (-1: in the difference), bytes made].
    """
    return [0, 0, 0, 0, 0]


def more(state, delta, base, size):
    """The next bytes of a file of *size* bytes, b"" at its end.  *delta* and *base* are open files.

    Raises ValueError where the difference makes no sense: it needs bytes that the base has not, ends too soon, or makes
    more than *size*.
    """
    out = b""
    while len(out) < _STEP:
        if not state[2] and not _next(state, delta):
            break
        count = min(state[2], _STEP - len(out))
        file, place = (delta, state[0]) if state[3] < 0 else (base, state[3])
        file.seek(place)
        data = file.read(count)
        if len(data) != count:
            raise ValueError("the base, or the difference, is too short")
        out += data
        state[2] -= count
        state[0 if state[3] < 0 else 3] += count
    state[4] += len(out)
    if state[4] > size or (not out and state[4] != size):
        raise ValueError("the difference makes another size")
    return out


def _next(state, delta):
    """Reads the next operation into *state*; False at the end."""
    delta.seek(state[0])
    head = delta.read(_HEAD)
    if not head:
        return False
    word, at = _number(head, 0)
    state[2] = word >> 1
    if not state[2]:
        raise ValueError("a step of no bytes")
    state[3] = -1
    if not word & 1:
        away, at = _number(head, at)
        state[3] = state[1] + (-(away >> 1) - 1 if away & 1 else away >> 1)
        if state[3] < 0:
            raise ValueError("a copy from before the base")
        state[1] = state[3] + state[2]
    state[0] += at
    return True


def _number(data, at):
    value = shift = 0
    while at < len(data) and shift < _BITS:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
    raise ValueError("a number that is too long")
