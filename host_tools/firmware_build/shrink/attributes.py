"""Shortens the public attributes of the firmware's own objects, in all places.

The class of ``something`` in ``something.level`` is unknown, so a name is short everywhere or nowhere: it is left alone
when it is also a name in MicroPython's or the chip's own objects, in a module of ours, or used by the program that
starts the pole; and when it is also a text, which MicroPython keeps just as it keeps a name.

Two of them may have the same short name where no class, with its relatives, has both: then an object has one of them
at most.  The class is known from the methods that set or define the attribute; one that is also set from outside may
be of any class, and its short name is not shared.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import io
import json
import os
import select
import socket
import ssl
import struct
import sys
import time
from collections import Counter

from host_tools.firmware_build.shrink.name_graph import Names
from host_tools.firmware_build.shrink.scopes import Place, Scope, Source

_KINDS = (
    object, type, int, float, str, bytes, bytearray, memoryview, list, tuple, dict, set, Exception, OSError,
    io.BytesIO, io.TextIOWrapper, socket.socket, ssl.SSLContext, ssl.SSLObject, hashlib.sha256(), struct, sys, gc, time,
    os, json, select, select.poll(), asyncio, asyncio.Event, asyncio.Task, asyncio.StreamReader, asyncio.StreamWriter,
)  # fmt: skip

# of MicroPython's own modules and of the chip's, as far as CPython has nothing of the name
FOREIGN = frozenset((
    "active", "any", "atten", "config", "connect", "deinit", "disconnect", "duty", "duty_u16", "erase_key", "feed",
    "find", "freq", "get_blob", "get_i32", "ifconfig", "info", "init", "ioctl", "irq", "isconnected", "label",
    "mem_alloc", "mem_free", "memory", "off", "on", "pulls", "read_u16", "read_uv", "readblocks", "readfrom",
    "readfrom_into", "readfrom_mem", "readfrom_mem_into", "readinto", "reset", "reset_cause", "scan", "set_blob",
    "set_i32", "commit",
    "status", "threshold", "ticks_add", "ticks_diff", "ticks_ms", "tx", "unique_id", "rx", "value", "writeblocks",
    "writeto", "writeto_mem",
))  # fmt: skip
# the programs that start the pole, or measure it, use these by their names
ASKED_FOR = frozenset(("blocks", "chip", "deaths", "format", "mount", "run", "store"))


def own(sources: list[Source]) -> list[str]:
    """The names that can be short, those that stand most often first."""
    defined: set[str] = set()
    others: set[str] = set(ASKED_FOR) | FOREIGN
    for kind in _KINDS:
        others.update(dir(kind))
    for source in sources:
        defined |= {one.name for one in source.attributes if one.stored}
        for scopes in source.classes.values():
            defined |= {name for scope in scopes for name in scope.bound}
        others |= source.scope.bound | source.keywords | source.strings
        others |= {name for one in source.imports for name in (one.name, one.bound)}
    counts = Counter(one.name for source in sources for one in source.attributes)
    mine = {name for name in defined - others if not name.startswith("_") and len(name) > 2}
    return sorted(mine, key=lambda name: (-counts[name], name))


def short(sources: list[Source], followed: Names, names: list[str]) -> dict[str, str]:
    """{name of ``own``: the first of *names* that no other attribute has in a class of its own, private ones included}.

    *followed* has given the private ones theirs.
    """
    mine = own(sources)
    families = _families(sources, followed.home)
    anywhere = set().union(followed.seen_in_classes, *followed.private.values())
    taken = {family: set(used) for family, used in followed.private.items()}
    out: dict[str, str] = {}
    alone: set[str] = set()  # those of ``out`` that share with none
    # those that may be of any class first, for their names are not shared; then those that most classes have
    for name in sorted(mine, key=lambda name: (name in families, -len(families.get(name, ())))):
        if name not in families:
            out[name] = next(one for one in names if one not in anywhere)
            anywhere.add(out[name])
            alone.add(out[name])
            continue
        used = alone.union(followed.seen_in_classes, *(taken.get(family, ()) for family in families[name]))
        out[name] = next(one for one in names if one not in used)
        for family in families[name]:
            taken.setdefault(family, set()).add(out[name])
    return out


def _families(sources: list[Source], home: dict[Scope, Scope]) -> dict[str, set[Scope]]:
    """{attribute: the classes, each with its relatives as one, whose methods set it or whose bodies define it}.

    Those that are set from outside as well are left out: of which class the object is, cannot be seen there.
    """
    out: dict[str, set[Scope]] = {}
    outside = {one.name for source in sources for one in source.attributes if one.stored and not one.owner}
    for source in sources:
        for one in source.attributes:
            if one.stored and one.owner:
                out.setdefault(one.name, set()).add(home[one.owner])
        for scope in [scope for scopes in source.classes.values() for scope in scopes]:
            for name in scope.bound:
                out.setdefault(name, set()).add(home[scope])
    return {name: classes for name, classes in out.items() if name not in outside}


def places(source: Source, names: dict[str, str]) -> dict[Place, str]:
    """What stands in the place of each attribute of *source* that has another name in *names*."""
    out = {one.place: names[one.name] for one in source.attributes if one.name in names}
    for name, place, scope in source.names:
        home = scope.find(name)
        if home and home.kind == "class" and name in names:
            out[place] = names[name]
    return out
