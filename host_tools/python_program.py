"""Runs a program that comes as a Python package (esptool, mpremote) as a process of its own.

Which file is run is decided here, and not by Python's search path: pip puts a script `esptool.py` into the folder of
the script `diya`, which Python searches first, and a file of that name may lie in the current folder or in a folder of
PYTHONPATH too (espressif/esptool#742).
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from importlib import metadata

_BEGIN = "import os, sys; sys.path[:] = sys.argv.pop(1).split(os.pathsep); "


def distribution(name: str) -> metadata.Distribution:
    """The installed distribution *name*, which is the one that runs.  Raises metadata.PackageNotFoundError."""
    found = next(iter(metadata.distributions(name=name, path=search_path())), None)
    if found is None:
        raise metadata.PackageNotFoundError(name)
    return found


def search_path() -> list[str]:
    """Where packages are looked for: this process's path, without the folder of its script and the current one.

    Folders of PYTHONPATH come last: they may hold a package, but may not put theirs in the place of an installed one.
    """
    installed = {os.path.realpath(folder) for folder in _installed()}
    unwanted = {os.path.realpath(folder) for folder in (os.curdir, os.path.dirname(os.path.realpath(sys.argv[0])))}
    named = {os.path.realpath(folder) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder}
    first, last = [], []
    for folder in filter(None, sys.path):
        real = os.path.realpath(folder)
        if real in installed or real not in unwanted | named:
            first.append(folder)
        elif real not in unwanted:
            last.append(folder)
    return [*first, *last]


def run_module(name: str, *words: str) -> list[str]:
    """The command line that runs the installed package *name* with *words*."""
    code = f"sys.argv[0] = {name!r}; import runpy; runpy.run_module({name!r}, run_name='__main__', alter_sys=True)"
    return [*run_code(code), *words]


def run_code(code: str) -> list[str]:
    """The command line of a Python that runs *code* (`os` and `sys` are imported) with packages from `search_path`.

    Environment variables of Python have no effect on it, and its text is UTF-8.
    """
    return [sys.executable, "-I", "-X", "utf8", "-c", _BEGIN + code, os.pathsep.join(search_path())]


def _installed() -> list[str]:
    folders = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    return [*folders, *site.getsitepackages(), site.getusersitepackages()]
