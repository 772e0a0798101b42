"""Puts all modules of the app side by side for a chip: no packages, and short names of files.

MicroPython keeps the whole name of each module and of its file, and a package is one more module with a table of what
is in it.  The folders are for people; a pole has no use for them.  Lines stay as they are, and a traceback names the
file as before, by its own name without the folders.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from host_tools.firmware_build.shrink.scopes import NamesError
from host_tools.firmware_build.shrink.walk import walk

# modules that are part of MicroPython itself: it does not look for files of these names
_BUILT_IN = """
array asyncio binascii bluetooth btree builtins cmath collections cryptolib deflate errno esp esp32 espnow framebuf gc
hashlib heapq io json machine math micropython network ntptime os platform random re requests select socket ssl struct
sys time tls uctypes vfs webrepl websocket
"""
_DRIVERS = "pole/drivers/"
_MAKES = re.compile(r"^def make\(", re.M)  # what every driver has that a board file chooses
# how drivers/board.py makes the name of the module that drives a chip: from its role (its folder) and the chip, whose
# name is enough on a pole
_CHOSEN, _CHOSEN_FLAT = "pole.drivers.%s.%s", "%.0s%s"


def flat_names(texts: dict[str, str]) -> dict[str, str]:
    """{module as the sources call it: its name on a pole}, for *texts* ({path below the firmware: source})."""
    modules = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in sorted(texts)]
    built_in = _BUILT_IN.split()
    lasts = [module.rpartition(".")[2] for module in modules]
    out = {}
    for path, module, last in zip(sorted(texts), modules, lasts, strict=True):
        alone = lasts.count(last) == 1 and last not in built_in
        if not alone and _is_chosen(path, texts[path]):
            raise NamesError(f"{path}: a driver that a board file chooses needs a name that no other module has")
        out[module] = last if alone else "_".join(module.split(".")[-2:])
    return out


def _is_chosen(path: str, text: str) -> bool:
    """Whether it is a module that drivers/board.py looks up by its role and chip, as a board file has them."""
    return path.startswith(_DRIVERS) and path.count("/") == _DRIVERS.count("/") + 1 and _MAKES.search(text) is not None


def flatten(texts: dict[str, str], files: Mapping[str, str] | None = None) -> dict[str, str]:
    """*texts* with every module at the top, and the imports and lists of modules (text) that name them changed.

    *files*: {module: the file it will be in with others}, which is what lists of modules name.
    Raises NamesError for an import that is written in a way that is not worked out.
    """
    names = flat_names(texts)
    listed = {**names, **(files or {})}
    out = {}
    for path, text in texts.items():
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        out[names[module] + ".py"] = _rewrite(path, text, names, listed)
    return out


def _rewrite(path: str, text: str, names: dict[str, str], listed: Mapping[str, str]) -> str:
    lines = text.encode().split(b"\n")
    edits: list[tuple[int, int, int, str]] = []  # line from 0, from and to which byte, what stands there then
    tree = ast.parse(text)
    again = _again(tree, listed)
    for node in walk(tree):
        if isinstance(node, ast.Import) and any(alias.name.partition(".")[0] == "pole" for alias in node.names):
            raise NamesError(f"{path}, line {node.lineno}: write 'from pole... import ...'")
        if isinstance(node, ast.ImportFrom) and node.module in names:
            edits.append(_import(path, node, names))
        elif isinstance(node, ast.Constant) and node.value == _CHOSEN:
            edits.append((node.lineno - 1, node.col_offset, node.end_col_offset or 0, f'"{_CHOSEN_FLAT}"'))
        elif isinstance(node, ast.Constant) and "." in str(node.value) and node.value in names:
            if id(node) in again:  # and with the comma behind it
                end = node.end_col_offset or 0
                end += lines[node.lineno - 1][end : end + 1] == b","
                edits.append((node.lineno - 1, node.col_offset, end, ""))
                continue
            edits.append((node.lineno - 1, node.col_offset, node.end_col_offset or 0, f'"{listed[node.value]}"'))
    for line, start, end, new in sorted(edits, reverse=True):
        lines[line] = lines[line][:start] + new.encode() + lines[line][end:]
    return b"\n".join(lines).decode()


def _again(tree: ast.Module, listed: Mapping[str, str]) -> set[int]:
    """The nodes, by ``id``, in a list of modules that name a file which stood in that list before."""
    out: set[int] = set()
    for node in walk(tree):
        if isinstance(node, ast.Tuple):
            files: set[str] = set()
            for one in node.elts:
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value in listed:
                    file = listed[one.value]
                    out |= {id(one)} if file in files else set()
                    files.add(file)
    return out


def _import(path: str, node: ast.ImportFrom, names: dict[str, str]) -> tuple[int, int, int, str]:
    assert node.module and node.end_col_offset
    start = node.col_offset + len("from ")
    things = [alias for alias in node.names if f"{node.module}.{alias.name}" not in names]
    if len(things) == len(node.names):
        return node.lineno - 1, start, start + len(node.module), names[node.module]
    if node.lineno != node.end_lineno:
        raise NamesError(f"{path}, line {node.lineno}: an import of modules must stand on one line")
    parts = []
    if things:
        parts.append(f"from {names[node.module]} import " + ", ".join(map(ast.unparse, things)))
    for alias in node.names:
        if alias not in things:
            name, bound = names[f"{node.module}.{alias.name}"], alias.asname or alias.name
            parts.append(f"import {name}" + ("" if name == bound else f" as {bound}"))
    return node.lineno - 1, node.col_offset, node.end_col_offset, "; ".join(parts)
