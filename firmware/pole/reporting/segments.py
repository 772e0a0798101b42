"""The journal's files: 16 segments that only grow at their end; the least severe is deleted when there is no room.

Routine records, faults and each kind of danger have segments of their own (``frame.CLASSES``), so the least severe
can be deleted first and nothing is ever copied.
"""

from pole.reporting import frame
from pole.reporting.frame import name_of

COUNT = 16
BLOCK = 64  # bytes of a segment littlefs keeps to itself, at most


class Segments:
    """All segments in *store*, together at most *budget* bytes.  ``keys`` lists them, oldest first.

    ``epoch`` (6 bytes) is that of new segments; *nonce(n)* gives random bytes for it.  ``growing``, by class: key, seed
    and bytes of the segment that grows.
    """

    def __init__(self, store, nonce, budget):
        self.epoch = None
        self.keys = []
        self._store = store
        self._nonce = nonce
        self._size = budget // COUNT - BLOCK
        self.growing = {}

    def recover(self):
        """Finds where the journal ended: (last sequence, release mark, damage, headless), see ``upkeep``."""
        from pole.reporting import upkeep

        found = upkeep.recover(self._store, self._nonce)
        self.keys, self.growing, self.epoch = found[:3]
        return found[3:]

    def fits(self, size):
        """Whether a record of *size* bytes has room in a segment at all."""
        return size <= self._size - 2 * frame.HEAD

    def crowded(self, routine, size):
        """Whether *size* more bytes need a new segment of class *routine* and there is no room for one."""
        return len(self.keys) >= COUNT and not self._room(routine, size)

    def write(self, routine, kind, sequence, mark, text):
        """Puts a frame at the end; it is on the flash when this returns.  Raises OSError: then it may or may not be."""
        growing, head = self.growing.get(routine), b""
        if not self._room(routine, len(text)):
            head = frame.pack_head(self.epoch, sequence)
            growing = (sequence * 8 + routine, frame.crc32(head), 0)
        key, seed, size = growing
        data = head + frame.pack(seed, kind, sequence, mark, text)
        self.growing[routine] = None  # after an error the end of the file is unknown
        if head:
            self._store.remove(name_of(key))  # a file of that name can only be damaged
        self._store.append(name_of(key), data)
        self.growing[routine] = (key, seed, size + len(data))
        if head:
            self.keys.append(key)
            self.keys.sort()

    def after(self, key, routine):
        """The oldest segment of class *routine* behind *key*, or None."""
        for one in self.keys:
            if one > key and one & 7 == routine:
                return one
        return None

    def find(self, key, offset, above):
        """The first record in segment *key*, from byte *offset* on, whose sequence is above *above*.

        (sequence, epoch, text, byte after it); at the end of what can be read only the byte, as (0, "", b"", byte).
        """
        try:
            with self._store.open(name_of(key)) as file:
                head = frame.read_head(file, key)
                if head:
                    offset = max(offset, frame.HEAD)
                    file.seek(offset)
                    found = frame.read(file, head[1])
                    while found:
                        offset += frame.HEAD + len(found[3])
                        if found[0] == frame.EVENT and found[1] > above:
                            return found[1], head[0], found[3], offset
                        found = frame.read(file, head[1])
        except OSError:
            pass  # what cannot be read must not keep the rest from being sent
        return 0, "", b"", offset

    def oldest(self, epoch):
        """First sequence of the oldest segment of *epoch* (12 hexadecimal digits), or None."""
        for key in self.keys:
            try:
                with self._store.open(name_of(key)) as file:
                    head = frame.read_head(file, key)
            except OSError:
                head = None
            if head and head[0] == epoch:
                return key >> 3
        return None

    def _room(self, routine, size):
        growing = self.growing.get(routine)
        return growing and growing[2] + frame.HEAD + size <= self._size
