"""Speeds up imports: built-in modules are found at once, and files with few reads.  Only needed at the start.

It runs before the lamp is lit, because the modules for that are loaded faster then.  It imports nothing of the app,
and a step that fails leaves MicroPython as it was.
"""

_BUILT_IN = ("binascii", "errno", "hashlib", "json", "machine", "os", "select", "socket", "struct", "time")
_UNIT = 32  # bytes of littlefs' look-ahead
_AHEAD = 256  # bytes read at once; littlefs keeps four times that


def know_built_in():
    """Makes MicroPython find its own modules at once: else it looks for files of their names at every import."""
    import sys

    folders = sys.path[:]
    del sys.path[:]  # or a look at each folder comes first here, too
    try:
        for name in _BUILT_IN:
            if name not in sys.modules:
                sys.modules[name] = __import__(name)
    except ImportError:
        pass
    sys.path.extend(folders)


def read_ahead():
    """Mounts the file system of the program again, at ``/``, so that it is read in larger pieces.

    MicroPython has mounted it to read 32 bytes at once, with 128 kept: then a file of 2 KB takes some 60 reads.  Where
    it cannot be done it stays as it is.
    """
    import esp32

    try:
        import vfs
    except ImportError:  # MicroPython 1.22
        import os as vfs  # type: ignore[no-redef]

    try:
        found = esp32.Partition.find(esp32.Partition.TYPE_DATA, label="vfs")
        if found:
            new = vfs.VfsLfs2(  # type: ignore[abstract]
                found[0], readsize=_AHEAD, progsize=_AHEAD, lookahead=_UNIT, mtime=False
            )
            vfs.umount("/")
            vfs.mount(new, "/")
    except (OSError, MemoryError) as error:
        print("diya: the program is read slowly:", error)
