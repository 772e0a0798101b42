"""Finds the line of a value in a TOML file, so that a mistake is reported with its line.

`tomllib` gives values without positions; the tree-sitter grammar for TOML gives positions without values.  Both read
the same text, and a path such as ``("rule", 2, "programme")`` means the same in each.
"""

from __future__ import annotations

import tomllib
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str | int, ...]

_HEADS = ("bare_key", "quoted_key", "dotted_key")


class Lines:
    """Lines of the keys and values of one TOML text, which must already be known to be TOML."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}  # how many elements an array of tables has so far
        tree = Parser(Language(tree_sitter_toml.language())).parse(text.encode())
        for node in tree.root_node.named_children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self._table(node)

    def of(self, path: Path) -> int:
        """Line of *path*, counted from 1; where it is not in the text, of the nearest part that would hold it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _table(self, node: Node) -> None:
        path: Path = ()
        for child in node.named_children:
            if child.type in _HEADS:
                path = self._resolved(keys_of(child), node.type == "table_array_element")
                self._put(path, node)
            elif child.type == "pair":
                self._pair(child, path)

    def _resolved(self, keys: list[str], appends: bool) -> Path:
        """*keys* with the index of the newest element put in behind each array of tables."""
        path: Path = ()
        for number, key in enumerate(keys):
            path += (key,)
            if appends and number == len(keys) - 1:
                self._tables[path] = self._tables.get(path, 0) + 1
            if path in self._tables:
                path += (self._tables[path] - 1,)
        return path

    def _pair(self, node: Node, path: Path) -> None:
        key, value = node.named_children[0], node.named_children[-1]
        for name in keys_of(key):
            path += (name,)
            self._put(path, node)
        self._value(value, path)

    def _value(self, node: Node, path: Path) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        if node.type == "array":
            for number, child in enumerate(children):
                self._put((*path, number), child)
                self._value(child, (*path, number))
        elif node.type == "inline_table":
            for child in children:
                self._pair(child, path)

    def _put(self, path: Path, node: Node) -> None:
        self._lines.setdefault(path, node.start_point.row + 1)


def keys_of(node: Node) -> list[str]:
    """The names in *node*, a key or the head of a table."""
    if node.type == "dotted_key":
        return [name for child in node.named_children for name in keys_of(child)]
    text = (node.text or b"").decode()
    if node.type == "quoted_key":
        parsed: dict[str, Any] = tomllib.loads(text + " = 0")
        return list(parsed)
    return [text]
