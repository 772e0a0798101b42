"""Reads the scopes and the names of one source from its syntax tree."""

from __future__ import annotations

import ast
import re

from host_tools.firmware_build.shrink.scopes import Attribute, Import, Place, Scope, Source


def read(path: str, text: str) -> Source:
    """Reads one file.  Raises NamesError for what scopes are not worked out for."""
    scope = Scope("module", None)
    source = Source(path, text.encode().split(b"\n"), scope)
    _Reader(source).visit(ast.parse(text))
    return source


class _Reader(ast.NodeVisitor):
    def __init__(self, source: Source) -> None:
        self._source = source
        self._scope = source.scope
        self._method_of: dict[Scope, Scope] = {}

    # ---- where names stand

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._bind(node.id)
        if node.id in ("locals", "vars", "eval", "exec", "globals"):
            raise self._source.refuse(node.lineno, f"{node.id} finds names by their text")
        self._source.names.append((node.id, Place(node.lineno, node.col_offset), self._scope))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.visit(node.value)
        owner, base = None, ""
        if isinstance(node.value, ast.Name):
            base = node.value.id
            function = self._scope.find(node.value.id)
            if function in self._method_of and function and function.parameters[:1] == [node.value.id]:
                owner = self._method_of[function]
        assert node.end_lineno is not None and node.end_col_offset is not None
        place = Place(node.end_lineno, node.end_col_offset - len(node.attr.encode()))
        stored = isinstance(node.ctx, ast.Store | ast.Del)
        self._source.attributes.append(Attribute(node.attr, place, owner, base, self._scope, stored))

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg:
                self._source.keywords.add(keyword.arg)
            elif not (isinstance(node.func, ast.Name) and node.func.id == "dict"):
                raise self._source.refuse(node.lineno, "** passes arguments by names that cannot be seen")
        if isinstance(node.func, ast.Name) and node.func.id in ("getattr", "setattr", "hasattr", "delattr"):
            name = node.args[1]
            if isinstance(name, ast.Constant):
                self._source.texts.append((str(name.value), node.lineno))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._source.strings.add(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        raise self._source.refuse(node.lineno, "the place of a name in an f-string is not known: use % or +")

    # ---- what binds names

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._fix(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name
            self._scope.bound.add(bound)
            place = Place(alias.lineno, alias.col_offset)
            self._source.imports.append(Import(node.module or "", alias.name, bound, place, self._scope))

    def visit_Assign(self, node: ast.Assign) -> None:
        value = node.value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "const":
            for target in node.targets:  # the compiler puts the value in its place, and the name is gone
                if isinstance(target, ast.Name) and target.id.startswith("_"):
                    self._fix(target.id)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._fix(node.name)
        self.generic_visit(node)

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        raise self._source.refuse(node.lineno, "global and nonlocal are not worked out: let the module keep an object")

    visit_Nonlocal = visit_Global

    def visit_Match(self, node: ast.Match | ast.NamedExpr) -> None:
        raise self._source.refuse(
            node.lineno, "match and := are not worked out: MicroPython or a reader can do without"
        )

    visit_NamedExpr = visit_Match

    def _bind(self, name: str) -> None:
        self._scope.bound.add(name)
        self._scope.assigned.add(name)

    def _fix(self, name: str) -> None:
        self._bind(name)
        self._source.fixed.add((self._scope, name))

    # ---- what opens a scope

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._bind_definition(node, rb"class\s+")
        for outside in (*node.bases, *node.keywords, *node.decorator_list):
            self.visit(outside)
        scope = Scope("class", self._scope, bases=[_dotted(base) for base in node.bases])
        self._source.classes.setdefault(node.name, []).append(scope)
        self._inside(scope, node.body)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._bind_definition(node, rb"(async\s+)?def\s+")
        for decorator in node.decorator_list:
            self.visit(decorator)
        plain = not any(_dotted(one) in ("staticmethod", "classmethod") for one in node.decorator_list)
        self._function(node.args, node.body, plain)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node.args, [node.body], False)

    def _function(self, args: ast.arguments, body: list[ast.stmt] | list[ast.expr], plain: bool) -> None:
        ordinary = [*args.posonlyargs, *args.args]
        every = [*ordinary, *args.kwonlyargs, *(one for one in (args.vararg, args.kwarg) if one)]
        for outside in (*args.defaults, *args.kw_defaults, *(one.annotation for one in every)):
            if outside:
                self.visit(outside)
        bound = {one.arg for one in every}
        scope = Scope("function", self._scope, bound, set(bound))
        scope.parameters = [one.arg for one in ordinary]
        self._source.functions.append(scope)
        if plain and self._scope.kind == "class":
            self._method_of[scope] = self._scope
        for one in ordinary:
            self._source.names.append((one.arg, Place(one.lineno, one.col_offset), scope))
        self._inside(scope, body)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)  # before the scope opens
        rest: list[ast.AST] = []
        for place, one in enumerate(node.generators):
            rest += [one.target, *([one.iter] if place else []), *one.ifs]
        rest += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._inside(Scope("function", self._scope), rest)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension

    def _inside(self, scope: Scope, nodes: list[ast.stmt] | list[ast.expr] | list[ast.AST]) -> None:
        before, self._scope = self._scope, scope
        for node in nodes:
            self.visit(node)
        self._scope = before

    def _bind_definition(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, word: bytes) -> None:
        self._bind(node.name)
        line = self._source.lines[node.lineno - 1]
        found = re.compile(word + re.escape(node.name.encode()) + rb"\b").match(line, node.col_offset)
        if not found:
            raise self._source.refuse(node.lineno, f"the name {node.name} does not stand on the line of its definition")
        column = found.end() - len(node.name.encode())
        self._source.names.append((node.name, Place(node.lineno, column), self._scope))


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
