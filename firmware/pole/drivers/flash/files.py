"""The data store: files in one folder.  Most are replaced as a whole or not at all; a journal's grow at their end."""

import errno
import os

from pole import const

_NEW = const(".new")
_TRIES = const(3)  # to read a file that is there


def unread(store, name, text):
    """Whether *store* has a file *name* although reading it gave *text* None: its content is then unknown, and must
    not be treated as empty.
    """
    return text is None and name in store.names()


class Files:
    """Files in folder *root*.  Where it is missing nothing can be read, and every write raises OSError.

    Each file that cannot be read or written is noted in ``failures`` (drivers/failures.py) by its name (``journal``:
    any of its segments), unless that is None.
    """

    def __init__(self, root, failures=None):
        self._root = root
        self.failures = failures

    def read(self, name):
        """Content of file *name* as bytes; None when there is none or it cannot be read (see ``unread``)."""
        for left in range(_TRIES - 1, -1, -1):
            try:
                with open(self._path(name), "rb") as file:
                    self._works(name)
                    return file.read()
            except Exception as error:
                if error.args[:1] == (errno.ENOENT,):
                    break
                if not left:
                    self._failed(name, error)
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
            os.rename(path + _NEW, path)
        except Exception as error:
            self.remove(name + _NEW)  # an incomplete file would only take space
            raise self._failed(name, error)
        self._works(name)

    def append(self, name, data):
        """Adds *data* (bytes) to the end of file *name*, which is made where there is none.

        It is durable when this returns, and on littlefs a power cut leaves all of it or nothing.  Raises OSError.
        """
        try:
            with open(self._path(name), "ab") as file:
                file.write(data)
        except Exception as error:
            raise self._failed(name, error)
        self._works(name)

    def open(self, name):
        """File *name* to be read in parts, a context manager.  Raises OSError when it cannot be opened."""
        try:
            return open(self._path(name), "rb")
        except Exception as error:
            raise self._failed(name, error)

    def names(self, folder=""):
        """Names of all files, in no order; none where the folder is missing or cannot be read.

        *folder*: one below the store's own.
        """
        try:
            return os.listdir(self._path(folder) if folder else self._root)
        except Exception:
            return []

    def folder(self, name):
        """Makes the folder *name*, where there is none.  Raises OSError."""
        try:
            os.mkdir(self._path(name))
        except Exception as error:
            if error.args[:1] != (errno.EEXIST,):
                raise self._failed(name, error)

    def free(self):
        """Blocks of the flash that are free.  Raises OSError."""
        return os.statvfs(self._root)[3]

    def size(self, name):
        """Bytes in file *name*; 0 when there is none."""
        try:
            return os.stat(self._path(name))[6]
        except Exception:
            return 0

    def rename(self, name, other):
        """Gives file *name* the name *other*, whose file is replaced.  Raises OSError."""
        try:
            os.rename(self._path(name), self._path(other))
        except Exception as error:
            raise self._failed(name, error)

    def remove(self, name):
        """Removes file *name*; nothing happens when there is none."""
        try:
            os.remove(self._path(name))
        except Exception:
            pass

    def _path(self, name):
        return self._root + "/" + name

    def _failed(self, name, error):
        """What is to be raised for *error*: an OSError."""
        if self.failures:
            self.failures.note(part_of(name), error)
        return error if isinstance(error, OSError) else OSError(errno.EIO, type(error).__name__ + ": " + str(error))

    def _works(self, name):
        if self.failures and self.failures.failed:
            self.failures.works(part_of(name))


def part_of(name):
    """What a failure of file *name* is called: the file, ``journal`` for one of its segments, ``update`` in a slot."""
    if "/" in name:
        return "update"
    return "journal" if name[-2:] in (".f", ".r") or name == "journal.going" else name
