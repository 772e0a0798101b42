"""A release: one version of the poles' app, signed, as one package for each kind of board.

    list      which files the app has, and in which pieces they come (`file_list`)
    pieces    what poles fetch: the list, then each file's bytes, or its difference from an older file (`package`)
    manifest  what is signed: version, board, serial, and the SHA-256 of the list (`manifest`)

A file `NAME.update` holds the packages for all boards (`container`); `build` makes one.
"""

from host_tools.release.container import Release, open_release

__all__ = ["Release", "open_release"]
