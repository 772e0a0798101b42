"""Puts modules that are loaded together, and unloaded together or never, into one file.

A module of its own costs its name and its file's name, an object, a table that is never quite full, and an entry in the
tables of all that import from it: together some six kilobytes of a pole's heap; and its file takes a whole block of the
flash.  A module that is loaded alone for a moment stays in a file of its own, as do drivers that not every board has.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from host_tools.firmware_build.shrink.scopes import NamesError, Place
from host_tools.firmware_build.shrink.walk import walk

_RESIDENT = "resident"  # modules that the app imports at once, and that are never unloaded
_ROOTS = ("pole.app", "pole.health.watch")
_EARLY = (
    "boot",
    "main",
    "pole.settings.at_start",
)  # what these import at once is there before, and the lamp waits for it
_DRIVERS = "pole.drivers."
_TOGETHER = {
    # the drivers of every board, and the modules they need: never unloaded
    "ground": (
        "pole", "pole.runtime.aio", "pole.runtime.transient", "pole.wire.contract", "pole.lighting",
        "pole.drivers.failures",
        "pole.drivers.ports", "pole.drivers.flash.files",
        "pole.drivers.output.dimmer", "pole.drivers.output.relay", "pole.drivers.chip.watchdog",
        "pole.drivers.network.wifi", "pole.drivers.network.sockets",
        "pole.drivers.chip.console", "pole.drivers.reading", "pole.drivers.chip.early_resets",
        "pole.drivers.chip.replay_mark",
        "pole.wire.ack_reasons", "pole.wire.digest", "pole.drivers.chip.entropy",
    ),
    # modules to judge a message; each group below is one step of that, or another task of a moment: finding a file
    # costs a dozen reads of the flash, so no such task needs more than four files
    "sealed": (
        "pole.wire.fields", "pole.security.sender_names", "pole.commands.verdict", "pole.security.open_message",
    ),
    "seal": ("pole.security.hmac", "pole.security.replay_check", "pole.security.envelope"),
    "act": ("pole.security.replay", "pole.security.keyring", "pole.commands.apply", "pole.reporting.resends"),
    "keep": ("pole.health.setup", "pole.health.persistence"),
    # modules that a start needs once or twice, and seldom anything later: each file makes the list of files longer
    "arise": (
        "pole.drivers.chip.heap", "pole.drivers.flash.storage", "pole.drivers.chip.identity",
        "pole.settings.check_lamp", "pole.drivers.chip.early_resets_file",
    ),
    "probation": ("pole.update.health", "pole.update.moment", "pole.update.situation", "pole.update.advance"),
    "tidings": (
        "pole.security.flash_nonce", "pole.reporting.supply_loss", "pole.reporting.upkeep",
        "pole.reporting.part_failures", "pole.reporting.occasions", "pole.link.stray_packets",
        "pole.drivers.network.wifi_text",
    ),
    # what an update needs, each for a moment; "register", "insert" and the like are names that MicroPython has
    "attest": ("pole.update.verify", "pole.update.signer", "pole.update.manifest"),
    "register": ("pole.update.accept", "pole.update.begin", "pole.update.finish"),
    # a MicroPython image, on boards with room for two (host_tools/boards/flash_layout.py)
    "partition": ("pole.update.image",),
    "load": ("pole.update.image_fetch",),
    "replace": ("pole.update.image_trial",),
    "standing": ("pole.update.pointer", "pole.update.progress"),
    "which": ("pole.update.choice", "pole.update.whole", "pole.update.elect"),
    "insert": (
        "pole.update.capacity", "pole.update.clear", "pole.update.fetch", "pole.update.slot_file", "pole.update.delta",
        "pole.update.assemble",
    ),
    "curve": ("pole.health.calibration", "pole.health.event_types", "pole.health.chatter"),
    "reply": ("pole.service.request_fields", "pole.service.dispatch"),
    "hand": ("pole.service.connection", "pole.service.override"),
    "reach": (
        "pole.link.connect", "pole.link.join", "pole.drivers.network.tls", "pole.drivers.network.open_stream",
        "pole.timekeeping.sntp",
    ),
    "agree": ("pole.timekeeping.vote", "pole.timekeeping.witnesses", "pole.timekeeping.city_time"),
    "content": ("pole.commands.body",),
    "parse": ("pole.wire.json_reader",),
    "receiving": ("pole.settings.receive", "pole.settings.state_file"),
    "weigh": ("pole.commands.judge", "pole.security.rekey"),
    "hold": ("pole.lighting.overrides", "pole.commands.restore"),
    "almanac": (
        "pole.timekeeping.dates", "pole.lighting.sun", "pole.lighting.daylight", "pole.lighting.switch_point",
        "pole.lighting.calendar",
    ),
    # what judges a sample (health/watch.py); expected.py also explains
    "judge_sample": (
        "pole.health.conditions", "pole.health.supply", "pole.health.arc",
        "pole.health.electrical", "pole.health.surroundings", "pole.health.detectors",
    ),
    "likely": ("pole.health.expected", "pole.health.dimming_test"),
    # what checks the settings at the start (main.py)
    "checking": (
        "pole.settings.check_calendar", "pole.settings.schema", "pole.settings.at_start",
    ),
}  # fmt: skip


def groups(texts: dict[str, str]) -> dict[str, list[str]]:
    """{file: the modules of *texts* ({path below the firmware: source}) in it, each after those it needs itself}.

    Empty where *texts* has no ``pole.app``.  Raises NamesError where only a part of a group is forgotten.
    """
    trees = {_module(path): ast.parse(text) for path, text in sorted(texts.items())}
    if _ROOTS[0] not in trees:
        return {}
    forgotten = {
        node.value
        for tree in trees.values()
        for node in walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value
    }
    out = {name: list(modules) for name, modules in _TOGETHER.items()}
    lasts = {module.rpartition(".")[2] for module in trees}
    for name, modules in out.items():
        if name in lasts:
            raise NamesError(f"{name} is what a group is called and a module, too")
        if 0 < len(forgotten & set(modules)) < len(modules):
            raise NamesError(f"{name}: of its modules only {', '.join(sorted(forgotten & set(modules)))} are forgotten")
    taken = {module for modules in out.values() for module in modules}
    early = _closure(trees, [*_EARLY, *(name for name in trees if name.startswith(_DRIVERS))])
    out[_RESIDENT] = [
        name
        for name in _closure(trees, _ROOTS)
        if name not in taken and name not in early and name not in forgotten and not is_empty(trees[name])
    ]
    return out


def put_together(texts: dict[str, str], groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """*texts* ({file: source}, all side by side and with short names) with the modules of each group ({file: modules},
    in this order) in one file.

    Raises NamesError where two modules of a group use a name that could not be changed for different things.
    """
    home = {module: (name, number) for name, modules in groups.items() for number, module in enumerate(modules)}
    out = {}
    for file, text in texts.items():
        module = file.removesuffix(".py")
        if module not in home:
            out[file] = _rewritten(text, module, home)
    for name, modules in groups.items():
        bound: dict[str, tuple[str, str]] = {}  # name: the module that binds it first, and where it is from
        whole = [_rewritten(texts[module + ".py"], module, home) for module in modules]
        for module, text in zip(modules, whole, strict=True):
            for local, origin in _bound(ast.parse(text).body, module):
                first, there = bound.setdefault(local, (module, origin))
                if first != module and there != origin:
                    raise NamesError(f"{local} is of {there} and of {origin}, and must keep its name in both")
        out[name + ".py"] = "\n".join(whole)
    return out


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_empty(tree: ast.Module) -> bool:
    """Whether a module has nothing in it but a docstring."""
    return all(isinstance(node, ast.Expr) for node in tree.body)


def _closure(trees: dict[str, ast.Module], roots: Sequence[str]) -> list[str]:
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or name not in trees:
            return
        for node in trees[name].body:
            if isinstance(node, ast.ImportFrom) and node.module:
                for needed in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    visit(needed)
        if name not in order:
            order.append(name)

    for root in roots:
        visit(root)
    return order


def _bound(body: list[ast.stmt], module: str) -> Iterator[tuple[str, str]]:
    """(name, where it is from) of all that the body of *module* binds."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, module
        elif isinstance(node, ast.Assign):
            yield from ((target.id, module) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Try):
            for part in (node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody):
                yield from _bound(part, module)
        elif isinstance(node, ast.If):
            yield from _bound([*node.body, *node.orelse], module)


def _rewritten(text: str, module: str, home: Mapping[str, tuple[str, int]]) -> str:
    """*text* with its imports of modules that have a *home* ({module: its file and its number there}) changed to that
    file.  In a home that is its own, too, there is nothing to import.
    """
    own, number = home.get(module, ("", 0))
    tree = ast.parse(text)
    nodes = walk(tree)
    edits: list[tuple[Place, int, str]] = []  # where, how many bytes, what stands there then
    called: dict[str, str] = {}  # how the modules of its own home are called here
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in home:
                    if len(node.names) > 1:
                        raise NamesError(f"{module}, line {node.lineno}: one module an import")
                    name, local = home[alias.name][0], alias.asname or alias.name
                    if name == own:
                        called[local] = alias.name
                    edits.append(_edit(node, "pass" if name == own else f"import {name} as {local}"))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module in home:
            name = home[node.module][0]
            names = ", ".join(map(ast.unparse, node.names))
            renamed = [f"{alias.asname} = {alias.name}" for alias in node.names if alias.asname]
            edits.append(_edit(node, "; ".join(renamed) or "pass" if name == own else f"from {name} import {names}"))
    if own:
        constants = set(_constants(tree))
        _check_locals(nodes, module, called)
        for node in nodes:
            if isinstance(node, ast.Name) and node.id in constants:
                edits.append(_edit(node, f"{node.id}_{number}"))
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in called:
                edits.append(_edit(node, node.attr))
    lines = text.encode().split(b"\n")
    for place, length, new in sorted(edits, key=lambda edit: (edit[0].line, edit[0].column), reverse=True):
        line = lines[place.line - 1]
        lines[place.line - 1] = line[: place.column] + new.encode() + line[place.column + length :]
    return b"\n".join(lines).decode()


def _check_locals(nodes: list[ast.AST], module: str, called: dict[str, str]) -> None:
    """Raises NamesError where what was ``module.name`` would meet a function's own variable of that name."""
    for function in nodes if called else ():
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inside = walk(function)
            own = {node.arg for node in inside if isinstance(node, ast.arg)}
            own |= {node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            for node in inside:
                is_ours = (
                    isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in called
                )
                if isinstance(node, ast.Attribute) and is_ours and node.attr in own:
                    raise NamesError(f"{module}, line {node.lineno}: {node.attr} would be a variable here")


def _constants(tree: ast.Module) -> Iterator[str]:
    """Names in whose place the compiler puts their value: two modules may have the same."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            call, target = node.value.func, node.targets[0]
            is_const = isinstance(call, ast.Name) and call.id == "const"
            if is_const and isinstance(target, ast.Name) and target.id.startswith("_"):
                yield target.id


def _edit(node: ast.stmt | ast.expr, new: str) -> tuple[Place, int, str]:
    if node.lineno != node.end_lineno or node.end_col_offset is None:
        raise NamesError(f"line {node.lineno}: what becomes {new!r} must stand on one line")
    return Place(node.lineno, node.col_offset), node.end_col_offset - node.col_offset, new
