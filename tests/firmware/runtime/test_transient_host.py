"""What is loaded for a moment is forgotten again: the lists of modules are held against the imports of the firmware."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from host_tools.firmware_build.shrink import files_of
from host_tools.firmware_build.shrink.group_modules import groups
from simulator.benchmarks.heap import FOR_A_MOMENT

FIRMWARE = Path(__file__).parents[3] / "firmware"
STARTED = ("boot", "main", "pole.app", "pole.health.watch")  # what these import at once is there all the time
BY_BOARD = ("pole.lighting.photocell",)  # loaded at the start where the board has the part, and kept
FILES = ("pole.pem", "pole.key", "pole.drivers.%s.%s")  # no modules: files, and the name a driver is found by
ONCE = ("pole.app",)  # forgotten when it has made everything


@cache
def trees() -> dict[str, ast.Module]:
    """{module: its source, parsed}"""
    out = {}
    for path in FIRMWARE.rglob("*.py"):
        name = path.relative_to(FIRMWARE).with_suffix("").as_posix().replace("/", ".")
        out[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return out


def imported(nodes: list[ast.stmt] | list[ast.AST]) -> set[str]:
    """Modules of the firmware that the imports among *nodes* name."""
    out = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                out.add(whole if whole in trees() else node.module)
    return out & set(trees())


def closure(roots: set[str]) -> set[str]:
    """*roots* and all that they import at once, and so on."""
    found: set[str] = set()
    todo = list(roots)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += imported(trees()[name].body)
    return found


def lists(sources: dict[str, ast.Module] | None = None) -> dict[str, tuple[str, ...]]:
    """{where it stands: the modules} of every list of modules, and of every call of ``unload`` with names in it."""
    out = {}
    for name, tree in (trees() if sources is None else sources).items():
        for node in ast.walk(tree):
            texts = getattr(node, "elts", None) or getattr(node, "args", None)
            if isinstance(node, ast.Tuple | ast.Call) and isinstance(texts, list):
                found = tuple(
                    text.value
                    for text in texts
                    if isinstance(text, ast.Constant)
                    and str(text.value).startswith("pole.")
                    and " " not in text.value
                    and text.value not in FILES
                )
                if found:
                    out[f"{name}, line {node.lineno}"] = found
    return out


def test_what_a_function_loads_stays_for_good_or_is_in_a_list_of_what_is_forgotten() -> None:
    loaded: set[str] = set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                loaded |= imported(list(ast.walk(node)))
    texts = {path.relative_to(FIRMWARE).as_posix(): path.read_text() for path in FIRMWARE.rglob("*.py")}
    ground = set(groups(texts)["ground"])
    listed = {name for names in lists().values() for name in names}
    bare = {name for name, tree in trees().items() if all(isinstance(node, ast.Expr) for node in tree.body)}
    lost = closure(loaded) - closure(set(STARTED)) - ground - listed - bare - set(BY_BOARD)
    assert not {name for name in lost if not name.startswith("pole.drivers.")}


def test_a_list_names_modules_that_there_are_and_nothing_that_stays() -> None:
    stays = closure(set(STARTED)) - set(ONCE)
    for place, names in lists().items():
        assert set(names) <= set(trees()), place
        assert not set(names) & stays, place


def test_no_list_stands_twice_and_none_is_written_again_in_the_benchmarks() -> None:
    found = [frozenset(names) for names in lists().values() if len(names) > 1]
    assert len(found) == len(set(found))
    texts = {path.name: path.read_text(encoding="utf-8") for path in (FIRMWARE.parent / "simulator").rglob("*.py")}
    named = lists({name: ast.parse(text) for name, text in texts.items() if '"pole.' in text})
    assert named, "the benchmark of the heap names what it loads"
    assert not [place for place, names in named.items() if frozenset(names) in found]


def test_what_the_benchmark_loads_for_a_moment_it_forgets_by_the_firmwares_own_lists() -> None:
    texts = {path.relative_to(FIRMWARE).as_posix(): path.read_text() for path in FIRMWARE.rglob("*.py")}
    file_of = files_of(texts)
    stays = {file_of[name] for name in closure(set(STARTED)) if name in file_of}
    for what, (loaded, forgotten) in FOR_A_MOMENT.items():
        left = {file_of[name] for name in closure(set(loaded)) if name in file_of} - {file_of[n] for n in forgotten}
        assert left <= stays | {"ground"}, what
