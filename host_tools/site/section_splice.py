"""Puts other sections into the text of a site file: what did not change stays as it stands, with its remarks.

An entry that changed is written anew in its place, one that is new comes behind the others of its table, and one that
is gone is taken out; remarks above it stay.  The outcome is read again and compared, so that no other value of the file
can change.  A file in a form that cannot be changed so (tables in one line, dotted keys) gets these sections as a whole
at its end.
"""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from host_tools.errors import CommandError
from host_tools.site import sections
from host_tools.site.sections import SECTIONS, Values
from host_tools.site.toml_lines import keys_of

TABLES = ("road_classes", "programmes", "special_days")


@dataclass(frozen=True)
class _Block:
    """Lines *first* to *last* of an entry; *path* of its table and its own name."""

    path: tuple[str, ...]
    first: int
    last: int


def spliced(text: str, values: Values) -> str:
    """*text*, the TOML of a site file, with the sections of *values*.  Raises CommandError."""
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"site.toml is not TOML: {error}") from error
    wanted = {name: value for name, value in before.items() if name not in SECTIONS}
    wanted |= {name: values[name] for name in SECTIONS if values.get(name) or name in values}
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    for made in (_in_place(lines, before, values), _at_the_end(lines, values)):
        out = ending.join(made) + ending
        if _same(out, wanted):
            return out
    raise CommandError("site.toml is written in a form that cannot be changed by a program: edit it by hand")


def _same(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return _bare(found) == _bare(wanted)


def _bare(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without sections that are empty: these are the same as none."""
    return {name: value for name, value in values.items() if value or name not in SECTIONS}


def _in_place(lines: list[str], before: Mapping[str, Any], values: Values) -> list[str]:
    nodes = Parser(Language(tree_sitter_toml.language())).parse("\n".join(lines).encode()).root_node.named_children
    edits: dict[int, tuple[int, list[str]]] = {}  # first line: (last line, what stands there instead)
    for section in TABLES:
        _table(section, nodes, before.get(section) or {}, values.get(section) or {}, lines, edits)
    _rules(nodes, before.get("rule") or [], values.get("rule") or [], lines, edits)
    out: list[str] = []
    at = 0
    for first, (last, new) in sorted(edits.items()):
        out += [*lines[at:first], *new]
        at = max(at, last + 1)
    return out + lines[at:]


def _table(
    section: str, nodes: list[Node], before: Mapping[str, Any], after: Mapping[str, Any], lines: list[str],
    edits: dict[int, tuple[int, list[str]]],
) -> None:  # fmt: skip
    """The edits that make *after* of the table *section*."""
    blocks: dict[str, list[_Block]] = {}
    end = -1  # of the table's own pairs
    for block in _blocks(nodes, section):
        end = max(end, block.last) if len(block.path) == 1 or block.path[1:] == ("",) else end
        if block.path[1:] not in ((), ("",)):
            blocks.setdefault(block.path[1], []).append(block)
            end = block.last if len(block.path) == 2 and end < block.last else end
    for name, former in before.items():
        if name in after and after[name] == former:
            continue
        parts = blocks.get(name, [])
        for number, part in enumerate(parts):
            new: list[str] = []
            if name in after and number == 0 and len(part.path) == 2:
                new = _renewed(lines[part.first : part.last + 1], name, after[name])
            edits[part.first] = part.last, new
        if name in after and not (parts and len(parts[0].path) == 2):
            _behind(edits, end, sections.pair(name, after[name]).splitlines())
    new_names = [name for name in after if name not in before]
    if not new_names:
        return
    pairs = [line for name in new_names for line in sections.pair(name, after[name]).splitlines()]
    if end < 0:
        _behind(edits, len(lines) - 1, ["", f"[{section}]", *pairs])
    else:
        _behind(edits, end, pairs)


def _renewed(former: list[str], name: str, value: Any) -> list[str]:
    """The lines of *name* with another *value*; those of *former* that say the same stay, with their remarks."""
    made = sections.pair(name, value).splitlines()
    kept: dict[str, list[str]] = {}
    for line in former[1:-1]:
        with contextlib.suppress(tomllib.TOMLDecodeError):
            for one in tomllib.loads(f"x = [\n{line}\n]")["x"][:1]:
                kept.setdefault(repr(one), []).append(line)
    for at, line in enumerate(made[1:-1], 1):
        one = repr(tomllib.loads(f"x = [\n{line}\n]")["x"][0])
        made[at] = kept[one].pop(0) if kept.get(one) else line
    return [*made[:-1], made[-1] + _remark(former)]


def _remark(former: list[str]) -> str:
    """The remark behind an entry, on its last line, with the spaces before it."""
    *others, line = former
    for at, sign in enumerate(line):
        if sign == "#":
            with contextlib.suppress(tomllib.TOMLDecodeError):
                tomllib.loads("\n".join([*others, line[:at]]))
                return line[len(line[:at].rstrip()) :]
    return ""


def _behind(edits: dict[int, tuple[int, list[str]]], line: int, new: list[str]) -> None:
    """Adds *new* behind *line*, where another edit may be."""
    for first, (last, there) in edits.items():
        if first <= line <= last:
            edits[first] = last, [*there, *new]
            return
    former = edits.get(line + 1)
    if former and former[0] == line:  # lines were added here before
        edits[line + 1] = line, [*former[1], *new]
    elif former:
        edits[line + 1] = former[0], [*new, *former[1]]
    else:
        edits[line + 1] = line, new


def _rules(
    nodes: list[Node], before: list[Any], after: list[Any], lines: list[str],
    edits: dict[int, tuple[int, list[str]]],
) -> None:  # fmt: skip
    if before == after:
        return
    blocks = [_ruled(node, lines) for node in nodes if node.type == "table_array_element" and _head(node) == ["rule"]]
    texts = [lines[first : last + 1] for first, last in blocks]
    free = list(range(len(blocks)))
    made: list[list[str]] = []
    for rule in after:
        at = next((one for one in free if one < len(before) and before[one] == rule), None)
        if at is not None:
            free.remove(at)
            made.append(texts[at])
        else:
            made.append(sections.rule_text(rule).splitlines())
    for place, (first, last) in enumerate(blocks):
        edits[first] = last, made[place] if place < len(made) else []
    more = [line for text in made[len(blocks) :] for line in ("", *text)]
    if more:
        _behind(edits, blocks[-1][1] if blocks else len(lines) - 1, more)


def _ruled(node: Node, lines: list[str]) -> tuple[int, int]:
    """First and last line of a rule, without the remarks behind its last pair."""
    pairs = [child for child in node.named_children if child.type == "pair"]
    return node.start_point.row, (pairs[-1] if pairs else node.named_children[0]).end_point.row


def _blocks(nodes: list[Node], section: str) -> Iterator[_Block]:
    """The parts of the table *section*: itself (an empty name), its pairs, and tables below it."""
    for node in nodes:
        if node.type == "pair":
            path = tuple(keys_of(node.named_children[0]))
            if path[0] == section:
                yield _Block(path, node.start_point.row, node.end_point.row)
        elif node.type in ("table", "table_array_element"):
            head = _head(node)
            if head[:1] != [section]:
                continue
            pairs = [child for child in node.named_children if child.type == "pair"]
            if len(head) > 1:
                last = (pairs[-1] if pairs else node.named_children[0]).end_point.row
                yield _Block((*head, ""), node.start_point.row, last)
                continue
            yield _Block((section, ""), node.start_point.row, node.start_point.row)
            for one in pairs:
                yield _Block((section, *keys_of(one.named_children[0])), one.start_point.row, one.end_point.row)


def _head(node: Node) -> list[str]:
    return keys_of(node.named_children[0])


def _at_the_end(lines: list[str], values: Values) -> list[str]:
    """*lines* without the tables of these sections, and the sections behind them."""
    nodes = Parser(Language(tree_sitter_toml.language())).parse("\n".join(lines).encode()).root_node.named_children
    gone: set[int] = set()
    for node in nodes:
        if node.type not in ("table", "table_array_element", "pair"):
            continue
        head = _head(node)
        if head[:1] and head[0] in SECTIONS:
            end = node.end_point
            gone.update(range(node.start_point.row, end.row + (1 if end.column else 0)))
    kept = [line for at, line in enumerate(lines) if at not in gone or line.lstrip().startswith("#")]
    return [*kept, "", *sections.text_of(values).splitlines()]
