"""A data store in memory, with the interface of drivers/flash/files.py and faults on demand."""

import io


class MemoryStore:
    """Files as bytes by name.  ``refuses``: every write raises OSError, ``refuse_appends``: every append does;
    ``appends`` counts them.
    """

    def __init__(self):
        self.files = {}
        self.refuses = self.refuse_appends = False
        self.appends = 0

    def read(self, name):
        return self.files.get(name)

    def write(self, name, data):
        self._check()
        self.files[name] = data

    def append(self, name, data):
        self._check()
        if self.refuse_appends:
            raise OSError(28)
        self.appends += 1
        self.files[name] = self.files.get(name, b"") + data

    def open(self, name):
        if name not in self.files:
            raise OSError(2)
        return io.BytesIO(self.files[name])

    def names(self):
        return list(self.files)

    def size(self, name):
        return len(self.files.get(name, b""))

    def rename(self, name, other):
        self._check()
        self.files[other] = self.files.pop(name)

    def remove(self, name):
        self.files.pop(name, None)

    def _check(self):
        if self.refuses:
            raise OSError(28)
