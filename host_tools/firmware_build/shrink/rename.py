"""Shortens names when the firmware is compiled for a chip, where every name takes memory as long as the app runs.

MicroPython keeps each name of a loaded module once, with some ten bytes and its letters, and never gives it back.  So
names that can be followed to every place where they stand get short ones, which many share: a module's own names,
private attributes and methods of classes (``_name``), as far as no two of them meet in a module or in a class and its
relatives, parameters that nothing is passed to by name, which are called by their position, and the public attributes
that only objects of ours have (``attributes``), which share theirs where no class has two of them.  Names of modules
and of exceptions stay, and so do attributes of objects of unknown type.

Names are replaced in their places and nothing else: lines, strings and comments stay as they are, and with them the
file and the line that a traceback names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from string import ascii_lowercase, ascii_uppercase

from host_tools.firmware_build.shrink import attributes
from host_tools.firmware_build.shrink.name_graph import PUBLIC, Entity, Names, free_names
from host_tools.firmware_build.shrink.scopes import Place, Source
from host_tools.firmware_build.shrink.source import read


def shorten(texts: dict[str, str], together: Iterable[Iterable[str]] = ()) -> dict[str, str]:
    """*texts* ({path below the firmware: source}) with short names.  The same sources give the same result.

    The modules of each of *together* will be one: no name means something in two of them.

    Raises NamesError for a source in which a name cannot be followed, SyntaxError for one that is none.
    """
    sources = [read(path, texts[path]) for path in sorted(texts)]
    followed = Names(sources, together)
    names = followed.new()
    lowercase = free_names(sources, ascii_lowercase)
    letters: list[str] = []
    keywords = {name for source in sources for name in source.keywords}
    # no parameter is in the way of an attribute, and no name of a module: so they share what there is
    singles = islice(free_names(sources, ascii_lowercase), len(ascii_lowercase))
    short = chain((name for name in singles if len(name) == 1), free_names(sources, ascii_uppercase))
    own = attributes.short(sources, followed, list(short))
    out = {}
    for source in sources:
        edits = attributes.places(source, own) | names.get(source.path, {})
        if source.path not in PUBLIC:
            edits |= _parameters(source, keywords, letters, lowercase)
        out[source.path] = _replace(source, edits)
    return out


def _parameters(source: Source, keywords: set[str], letters: list[str], free: Iterator[str]) -> dict[Place, str]:
    """The new names of parameters: the first letter for the first, and so on from function to function inside it."""
    new: dict[Entity, str] = {}
    for function in source.functions:
        outer, before = function.parent, 0
        while outer:
            before += len(outer.parameters)
            outer = outer.parent
        imported = {one.bound for one in source.imports if one.scope is function}
        for at, name in enumerate(function.parameters, before):
            while len(letters) <= at:
                letters.append(next(free))
            if name not in keywords and name not in imported and (function, name) not in source.fixed:
                new[function, name] = letters[at]
    found = ((place, scope.find(name), name) for name, place, scope in source.names)
    return {place: new[home, name] for place, home, name in found if home and (home, name) in new}


def _replace(source: Source, edits: dict[Place, str]) -> str:
    lines = list(source.lines)
    for place in sorted(edits, key=lambda place: (place.line, place.column), reverse=True):
        line, end = lines[place.line - 1], place.column
        while line[end : end + 1].isalnum() or line[end : end + 1] == b"_":
            end += 1
        lines[place.line - 1] = line[: place.column] + edits[place].encode() + line[end:]
    return b"\n".join(lines).decode()
