"""The data store: small files in one folder, each replaced as a whole or not at all."""

import os

from pole import const

_NEW = const(".new")


class Files:
    """Files in folder *root*, which is made at the first write."""

    def __init__(self, root):
        self._root = root

    def read(self, name):
        """Content of file *name* as bytes; None when there is none or it cannot be read."""
        try:
            with open(self._path(name), "rb") as file:
                return file.read()
        except OSError:
            return None

    def write(self, name, data):
        """Puts *data* (bytes) into file *name*.

        A power cut or a full flash at any moment leaves either the old content or the new.  Raises OSError when it
        cannot be written; the old content is then still there.
        """
        path = self._path(name)
        try:
            os.stat(self._root)
        except OSError:
            self._make_root()
        try:
            with open(path + _NEW, "wb") as file:
                file.write(data)
        except OSError:
            self.remove(name + _NEW)  # half a file would only take the space it lacked
            raise
        os.rename(path + _NEW, path)

    def remove(self, name):
        """Removes file *name*; nothing happens when there is none."""
        try:
            os.remove(self._path(name))
        except OSError:
            pass

    def _path(self, name):
        return self._root + "/" + name

    def _make_root(self):
        at = 0
        while at >= 0:
            at = self._root.find("/", at + 1)
            try:
                os.mkdir(self._root[:at] if at >= 0 else self._root)
            except OSError:
                pass  # it is there; where it cannot be made, opening the file says so
