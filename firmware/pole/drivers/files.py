"""The data store: files in one folder.  Most are replaced as a whole or not at all; a journal's grow at their end."""

import os

from pole import const

_NEW = const(".new")
_MISSING = const(2)  # ENOENT
_TRIES = const(3)  # to read a file that is there


def unread(store, name, text):
    """Whether *store* has a file *name* although reading it gave *text* None: then what it says is not known, and
    must not be taken for nothing.
    """
    return text is None and name in store.names()


class Files:
    """Files in folder *root*.  Where it is missing nothing can be read, and every write raises OSError."""

    def __init__(self, root):
        self._root = root

    def read(self, name):
        """Content of file *name* as bytes; None when there is none or it cannot be read (see ``unread``)."""
        for _ in range(_TRIES):
            try:
                with open(self._path(name), "rb") as file:
                    return file.read()
            except OSError as error:
                if error.args[0] == _MISSING:
                    break
        return None

    def write(self, name, data):
        """Puts *data* (bytes) into file *name*.

        A power cut or a full flash at any moment leaves either the old content or the new.  Raises OSError when it
        cannot be written; the old content is then still there.
        """
        path = self._path(name)
        try:
            with open(path + _NEW, "wb") as file:
                file.write(data)
        except OSError:
            self.remove(name + _NEW)  # half a file would only take the space it lacked
            raise
        os.rename(path + _NEW, path)

    def append(self, name, data):
        """Adds *data* (bytes) to the end of file *name*, which is made where there is none.

        It is durable when this returns, and on littlefs a power cut leaves all of it or nothing.  Raises OSError.
        """
        with open(self._path(name), "ab") as file:
            file.write(data)

    def open(self, name):
        """File *name* to be read in parts, a context manager.  Raises OSError when it cannot be opened."""
        return open(self._path(name), "rb")

    def names(self):
        """Names of all files, in no order; none where the folder is missing or cannot be read."""
        try:
            return os.listdir(self._root)
        except OSError:
            return []

    def size(self, name):
        """Bytes in file *name*; 0 when there is none."""
        try:
            return os.stat(self._path(name))[6]
        except OSError:
            return 0

    def rename(self, name, other):
        """Gives file *name* the name *other*, whose file is replaced.  Raises OSError."""
        os.rename(self._path(name), self._path(other))

    def remove(self, name):
        """Removes file *name*; nothing happens when there is none."""
        try:
            os.remove(self._path(name))
        except OSError:
            pass

    def _path(self, name):
        return self._root + "/" + name
