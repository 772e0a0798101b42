"""Finds the order in which the pole loads its modules, from the import statements of its sources."""

from __future__ import annotations

import ast
from pathlib import Path


def import_order(firmware: Path, first: str) -> list[str]:
    """Modules of *firmware* that importing *first* loads, each after those it needs itself.

    A package with nothing in it is none of them: on a pole there are no packages
    (host_tools/firmware_build/shrink/flatten.py).

    Imports inside functions count only for what the pole's start calls: they are not followed.
    """
    order: list[str] = []

    def visit(name: str) -> None:
        path = _file(firmware, name)
        if name in order or path is None:
            return
        parent = name.rpartition(".")[0]
        if parent:
            visit(parent)
        for needed in _imports(path, firmware):
            visit(needed)
        if name not in order and not _is_empty(path):
            order.append(name)

    visit(first)
    return order


def loaded_later(firmware: Path, name: str) -> list[str]:
    """Modules of *firmware* that functions of the module *name* import, in the order of its lines."""
    path = _file(firmware, name)
    assert path
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    return list(dict.fromkeys(one for function in functions for one in _named(function.body, firmware)))


def _file(firmware: Path, name: str) -> Path | None:
    place = firmware.joinpath(*name.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.exists():
            return path
    return None


def _is_empty(path: Path) -> bool:
    return all(isinstance(node, ast.Expr) for node in ast.parse(path.read_text()).body)


def _imports(path: Path, firmware: Path) -> list[str]:
    return _named(ast.parse(path.read_text()).body, firmware)


def _named(body: list[ast.stmt], firmware: Path) -> list[str]:
    """The modules of *firmware* that the imports in *body* name."""
    out = []
    for node in body:
        if isinstance(node, ast.Import):
            out += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            out.append(node.module)
            out += [f"{node.module}.{alias.name}" for alias in node.names]
    return [name for name in out if _file(firmware, name)]
