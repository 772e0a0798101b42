"""Format of a record on flash: framed by its length and a checksum, so that damage is never taken for a record.

A segment is a head (``DJ``, 6 bytes of epoch, first sequence, CRC-32 of these) and frames after it.  A frame is 16
bytes (start byte, kind, length, sequence, release mark, CRC-32) and its text.  A frame's CRC starts from its segment's
head, so a frame that strays into another segment does not fit there.  Little-endian; CRC-32 is that of IEEE 802.3.

A segment's file is named by the sequence of its first frame and its class, a letter of ``CLASSES``: ``j0000002a.f``.
A *key* is the same as one integer, ``sequence * 8 + class``; keys sort by age.
"""

import struct
from binascii import crc32, hexlify

MARK = 0  # says only up to where the records are released
EVENT = 1
CLASSES = "frlitd"  # faults, routine, and one class for each danger: leakage, impact, tilt, open door
DANGER = 2  # the first class of danger
EPOCH = 6  # bytes
HEAD = 16  # bytes, of a segment and of a frame
DAMAGED = ()
GOING = "journal.going"  # the retired segment, until the event that tells what was in it is stored

_SEGMENT = "<2s6sI"
_FRAME = "<BBHII"
_START = 0xD1


def pack_head(epoch, first):
    """Head of a segment of *epoch* (6 bytes) whose first frame has sequence *first*."""
    head = struct.pack(_SEGMENT, b"DJ", epoch, first)
    return head + struct.pack("<I", crc32(head))


def read_head(file, key):
    """(epoch as 12 hexadecimal digits, seed of the frames' CRC), or None where the head is damaged or not of *key*.

    *key* is the segment's (``Segments.keys``); None: any.
    """
    head = file.read(HEAD)
    if len(head) < HEAD or struct.pack("<I", crc32(head[:12])) != head[12:]:
        return None
    mark, epoch, first = struct.unpack(_SEGMENT, head[:12])
    if mark != b"DJ" or (key is not None and key >> 3 != first):
        return None
    return hexlify(epoch).decode(), crc32(head)


def pack(seed, kind, sequence, mark, text):
    """A frame; *text* is bytes, at most 65535."""
    head = struct.pack(_FRAME, _START, kind, len(text), sequence, mark)
    return head + struct.pack("<I", crc32(text, crc32(head, seed))) + text


def read(file, seed):
    """The next frame of *file*: (kind, sequence, mark, text); None at the end, DAMAGED where there is no valid one."""
    head = file.read(HEAD)
    if not head:
        return None
    if len(head) == HEAD:
        start, kind, size, sequence, mark = struct.unpack(_FRAME, head[:12])
        if start == _START and kind <= EVENT:
            text = file.read(size)
            if len(text) == size and struct.pack("<I", crc32(text, crc32(head[:12], seed))) == head[12:]:
                return kind, sequence, mark, text
    return DAMAGED


def name_of(key):
    """The file of segment *key*."""
    return "j%08x.%s" % (key >> 3, CLASSES[key & 7])
