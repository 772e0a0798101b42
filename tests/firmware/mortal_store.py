"""A data store whose power is cut after so many file operations."""


class PowerCut(Exception):
    pass


class MortalStore:
    """Files as bytes by name.  ``left``: operations until the power is cut, None for never; ``done``: those there were.

    A write is two operations, as drivers/flash/files.py does it: the new file beside the old one, then its new name.
    """

    def __init__(self, files=()):
        self.files = dict(files)
        self.left = None
        self.done = 0
        self.refuses = False  # a flash that is full: every write raises OSError

    def read(self, name):
        return self.files.get(name)

    def names(self):
        return list(self.files)

    def size(self, name):
        return len(self.files.get(name, b""))

    def write(self, name, data):
        if self.refuses:
            raise OSError(28)
        self._step()
        self.files[name + ".new"] = bytes(data)
        self.rename(name + ".new", name)

    def rename(self, name, other):
        if name not in self.files:
            raise OSError(2)
        self._step()
        self.files[other] = self.files.pop(name)

    def remove(self, name):
        self._step()
        self.files.pop(name, None)

    def _step(self):
        if self.left == 0:
            raise PowerCut
        if self.left is not None:
            self.left -= 1
        self.done += 1
