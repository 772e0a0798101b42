"""The journal's files: 16 segments that only grow at their end; the least wanted goes when there is no room.

Routine records and faults lie in segments of their own, so the former can go first and nothing is ever copied.  A
segment's name is the sequence of its first frame and its class: ``j0000002a.f`` (faults) or ``.r`` (routine).  A *key*
is the same as one integer, ``sequence * 2 + class`` with routine as 1; keys sort by age.
"""

from pole.reporting import frame

COUNT = 16
BLOCK = 64  # bytes of a segment littlefs keeps to itself, at most
GOING = "journal.going"  # the segment on its way out, until it is written down what was in it


class Segments:
    """All segments in *store*, together at most *budget* bytes.  ``keys`` lists them, oldest first.

    ``epoch`` (6 bytes) is that of new segments; *nonce(n)* gives random bytes for it.
    """

    def __init__(self, store, nonce, budget):
        self.epoch = None
        self.keys = []
        self._store = store
        self._nonce = nonce
        self._size = budget // COUNT - BLOCK
        self._growing = [None, None]  # by class: (key, seed, bytes)
        self._headless = []  # keys of newest segments nothing can be read of
        for name in store.names():
            key = _key(name)
            if key is None:
                continue
            if store.size(name):
                self.keys.append(key)
            else:
                store.remove(name)  # it was created, and the power was cut before anything was in it
        self.keys.sort()

    def fits(self, size):
        """Whether a record of *size* bytes has room in a segment at all."""
        return size <= self._size - 2 * frame.HEAD

    def recover(self):
        """Finds where the journal ended: (last sequence, release mark, damage); damage is None or the epoch it befell.

        What a damaged end held nobody knows, so sequences could repeat: a new epoch begins.  littlefs does not leave
        such an end behind, whenever the power is cut; worn-out flash does.
        """
        last = mark = 0
        damage = None
        current = ""
        for key in reversed(self._newest()):
            epoch, seed, size, sound, _, end, _, marked = self.scan(_name(key), 0)
            last, mark = max(last, end, (key >> 1) - sound), max(mark, marked)
            current = current or epoch
            if epoch == current:  # whatever befell an earlier epoch has been dealt with
                if not sound:
                    damage = epoch
                self._growing[key & 1] = (key, seed, size)
        if self._headless:
            damage = damage or ""
        if damage is None and current:
            self.epoch = bytes([int(current[at : at + 2], 16) for at in range(0, 12, 2)])
        else:
            self.epoch = self._nonce(frame.EPOCH)
            self._growing = [None, None]
        return max(last, mark), mark, damage

    def forget_headless(self):
        """Removes the segments nothing could be read of, once a new epoch stands on the flash."""
        for key in self._headless:
            if key not in self.keys:  # the name may have been taken since
                self._store.remove(_name(key))
        self._headless = []

    def crowded(self, routine, size):
        """Whether *size* more bytes need a new segment of class *routine* and there is no room for one."""
        return len(self.keys) >= COUNT and not self._room(routine, size)

    def write(self, routine, kind, sequence, mark, text):
        """Puts a frame at the end; it is on the flash when this returns.  Raises OSError: then it may or may not be."""
        growing, head = self._growing[routine], b""
        if not self._room(routine, len(text)):
            head = frame.pack_head(self.epoch, sequence)
            growing = (sequence * 2 + routine, frame.crc32(head), 0)
        key, seed, size = growing
        data = head + frame.pack(seed, kind, sequence, mark, text)
        self._growing[routine] = None  # after an error nobody knows what is at the end of the file
        if head:
            self._store.remove(_name(key))  # only damage can be there
        self._store.append(_name(key), data)
        self._growing[routine] = (key, seed, size + len(data))
        if head:
            self.keys.append(key)
            self.keys.sort()

    def retire(self, mark):
        """Takes the least wanted segment out; it is ``GOING`` from here on.

        That is the oldest of which everything is released (*mark* is the last such sequence), else the oldest routine
        one, else the oldest.
        """
        key = self._released(mark)
        if key is None:
            routine = [key for key in self.keys if key & 1]
            key = routine[0] if routine else self.keys[0]
        self._store.rename(_name(key), GOING)
        self.keys.remove(key)
        growing = self._growing[key & 1]
        if growing and growing[0] == key:
            self._growing[key & 1] = None

    def after(self, key, routine):
        """The oldest segment of class *routine* behind *key*, or None."""
        for one in self.keys:
            if one > key and one & 1 == routine:
                return one
        return None

    def find(self, key, offset, above):
        """The first record in segment *key*, from byte *offset* on, whose sequence is above *above*.

        (sequence, epoch, text, byte after it); at the end of what can be read only the byte, as (0, "", b"", byte).
        """
        try:
            with self._store.open(_name(key)) as file:
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

    def scan(self, name, above):
        """What file *name* holds: (epoch, seed, bytes, sound, first, last, count, mark).

        first, last and count are those of the records above sequence *above*, 0 without any; the epoch is "" where the
        head is damaged.
        """
        first = last = count = mark = 0
        size = frame.HEAD
        head, found = ("", 0), frame.DAMAGED
        try:
            with self._store.open(name) as file:
                head = frame.read_head(file, _key(name)) or head
                found = frame.read(file, head[1]) if head[0] else found
                while found:
                    kind, sequence, marked, text = found
                    size += frame.HEAD + len(text)
                    mark = max(mark, marked)
                    if kind == frame.EVENT and sequence > above:
                        first = first or sequence
                        last = sequence
                        count += 1
                    found = frame.read(file, head[1])
        except OSError:
            found = frame.DAMAGED
        return head[0], head[1], size, found is None, first, last, count, mark

    def _newest(self):
        """The newest key with a sound head of each class there is, older one first; the others are taken out."""
        newest = {}
        for key in list(reversed(self.keys)):
            if key & 1 not in newest:
                if self.scan(_name(key), 0)[0]:
                    newest[key & 1] = key
                else:
                    self.keys.remove(key)
                    self._headless.append(key)
        return sorted(newest.values())

    def _room(self, routine, size):
        growing = self._growing[routine]
        return growing and growing[2] + frame.HEAD + size <= self._size

    def _released(self, mark):
        for key in self.keys:
            follower = self.after(key, key & 1)
            if follower is not None and follower >> 1 <= mark + 1:
                return key
        return None


def _name(key):
    return "j%08x.%s" % (key >> 1, "r" if key & 1 else "f")


def _key(name):
    if len(name) != 11 or name[0] != "j" or name[9:] not in (".f", ".r"):
        return None
    try:
        return int(name[1:9], 16) * 2 + (name[10] == "r")
    except ValueError:
        return None
