"""Shrinks the firmware's sources for a pole: short names, no folders, modules grouped in files."""

from __future__ import annotations

import ast

from host_tools.firmware_build.shrink.flatten import flat_names, flatten
from host_tools.firmware_build.shrink.group_modules import groups, is_empty, put_together
from host_tools.firmware_build.shrink.rename import shorten

_THE_CITYS = "pole/wire/city_side.py"  # what only the city's side of the wire needs


def for_a_pole(texts: dict[str, str]) -> dict[str, str]:
    """*texts* ({path below the firmware: source}) as a pole has them: short names, no folders, and modules that are
    loaded and unloaded together in one file.  The same sources give the same result.  A package with nothing in it is
    left out, and so are modules that only the city needs.

    Raises NamesError for a source in which a name cannot be followed, SyntaxError for invalid Python.
    """
    texts = {path: text for path, text in texts.items() if path != _THE_CITYS}
    together = groups(texts)
    files = {module: name for name, modules in together.items() for module in modules}
    flat = flat_names(texts)
    out = flatten(shorten(texts, together.values()), files)
    out = put_together(out, {name: [flat[module] for module in modules] for name, modules in together.items()})
    return {file: text for file, text in out.items() if not is_empty(ast.parse(text))}


def files_of(texts: dict[str, str]) -> dict[str, str]:
    """{module as the sources call it: its name on a pole, or that of the file it is in}."""
    together = groups(texts)
    return flat_names(texts) | {module: name for name, modules in together.items() for module in modules}
