"""Releases of the app for the CPython engine, which runs sources: those of a slot are found by the slot's list.

What lies in a slot is compiled for MicroPython.  So whoever compiles a release says here which sources it is made of
(``know``), and a pole whose slot has that list runs these sources, its files being checked as on a chip before.  Each
release has modules of its own, so poles of one process run different ones.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from pole.wire.digest import hash_of

_OWN = ("boot", "main", "pole")
_sources: dict[str, Path] = {}


def list_of(files: Mapping[str, bytes]) -> bytes:
    """The ``list`` of a slot with *files* (by their paths below it), as far as golden's start reads it."""
    return "".join(
        f"{path} {len(data)} {sha256(data).hexdigest()} 0\n" for path, data in sorted(files.items())
    ).encode()


class UnknownRelease(Exception):
    """No sources are known of what is in a slot."""


def know(slot_list: bytes, source: Path) -> None:
    """The release with that *slot_list* (the file ``list`` of a slot) is compiled from the folder *source*."""
    _sources[hash_of(slot_list)] = source


def release(slot_list: bytes) -> Release:
    """The modules of that release, the same for all poles.  Raises UnknownRelease."""
    source = _sources.get(hash_of(slot_list))
    if source is None:
        raise UnknownRelease("the CPython engine does not know the sources of the app in a slot: see releases.know")
    return _loaded(source)


@cache
def _loaded(source: Path) -> Release:
    return Release(source)


class Release:
    """The firmware below *source*, its modules apart from all others of this process."""

    def __init__(self, source: Path) -> None:
        self._source = source
        self._modules: dict[str, ModuleType] = {}
        self._builtins = {**vars(builtins), "__import__": self._import}
        self._sys = _Sys(self._modules)

    def module(self, name: str) -> ModuleType:
        """The module *name*, loaded when it is asked for first."""
        known = self._modules.get(name)
        if known is not None:
            return known
        parent, _, child = name.rpartition(".")
        if parent:
            self.module(parent)
        path = self._source.joinpath(*name.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if not file.exists():
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        module = ModuleType(name)
        module.__file__ = str(file)
        module.__dict__["__builtins__"] = self._builtins
        self._modules[name] = module
        try:
            exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), module.__dict__)
        except BaseException:
            del self._modules[name]
            raise
        if parent:
            setattr(self._modules[parent], child, module)
        return module

    def _import(
        self, name: str, globals: Any = None, locals: Any = None, fromlist: tuple[str, ...] | None = (), level: int = 0
    ) -> ModuleType:
        if name == "sys":
            return self._sys
        top = name.partition(".")[0]
        if top not in _OWN or level:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        found = self.module(name)
        for wanted in fromlist or ():
            if not hasattr(found, wanted):
                try:
                    self.module(f"{name}.{wanted}")
                except ModuleNotFoundError:
                    pass  # the import says so itself
        return found if fromlist else self.module(top)


class _Sys(ModuleType):
    """``sys`` with the modules of one release."""

    def __init__(self, modules: dict[str, ModuleType]) -> None:
        super().__init__("sys")
        self.modules = modules

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)
