"""Follows the firmware's names to every place where they stand, and gives those that never meet the same short one."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from itertools import product
from keyword import iskeyword
from string import ascii_uppercase

from host_tools.firmware_build.shrink.scopes import Attribute, NamesError, Place, Scope, Source

# MicroPython starts them by these names, or what stands in for main.py does
PUBLIC = ("boot.py", "main.py", "pole/update/hand_over.py")
Entity = tuple[Scope, str]  # a name and its scope: a module, or one class for it and all its relatives


class Names:
    """Finds the names of modules and the private ones of classes, and which of them may share a short one."""

    def __init__(self, sources: list[Source], together: Iterable[Iterable[str]] = ()) -> None:
        self._sources = sources
        self._modules = {_module(source.path): source for source in sources}
        self.home = _families(sources)
        self._same: dict[Entity, Entity] = {}  # union-find: what must have one name
        self._places: list[tuple[Source, Place, Entity]] = []
        self._renamed_imports: dict[tuple[str, Place], str] = {}  # what goes on being called as it was
        self._fixed: set[Entity] = set()
        self._seen_in_classes: set[tuple[str, Place]] = set()
        self._apart: list[set[Entity]] = []  # what must not have one name
        self._defined: dict[str, list[Entity]] = {}
        # new names, once there are any: of modules, that class bodies see; and of each class and its relatives
        self.seen_in_classes: set[str] = set()
        self.private: dict[Scope, set[str]] = {}
        for source in sources:
            self._read_names(source)
        for source in sources:
            self._read_imports(source)
        loose = [
            (source, one) for source in sources for one in source.attributes if not self._read_attribute(source, one)
        ]
        for source, attribute in loose:
            self._read_loose(source, attribute)
        for names in together:
            scopes = {self._modules[name].scope for name in names}
            self._apart.append({entity for _source, _place, entity in self._places if entity[0] in scopes})

    def new(self) -> dict[str, dict[Place, str]]:
        """{path: {place: new name}}.  Raises NamesError where a name that changes is given as text."""
        fixed = {self._root(entity) for entity in self._fixed}
        groups = list(dict.fromkeys(self._root(entity) for _source, _place, entity in self._places))
        changing = [group for group in groups if group not in fixed]
        names = {entity[1] for _source, _place, entity in self._places if self._root(entity) not in fixed}
        for source in self._sources:
            for text, line in source.texts:
                if text in names:
                    raise source.refuse(line, f"{text!r} names by its text what will have another name")
        colours = self._colour(changing)
        out: dict[str, dict[Place, str]] = {}
        for source, place, entity in self._places:
            colour = colours.get(self._root(entity))
            if colour:
                if entity[0].kind == "class":
                    self.private.setdefault(entity[0], set()).add(colour)
                elif (source.path, place) in self._seen_in_classes:
                    self.seen_in_classes.add(colour)
                kept = self._renamed_imports.get((source.path, place))
                out.setdefault(source.path, {})[place] = f"{colour} as {kept}" if kept else colour
        return out

    def _colour(self, groups: list[Entity]) -> dict[Entity, str]:
        """A short name for each of *groups*, another one for any two that meet: those that meet most come first."""
        meets: dict[Entity, set[Entity]] = {group: set() for group in groups}
        inside: dict[Scope, set[Entity]] = {}
        for _source, _place, entity in self._places:
            inside.setdefault(entity[0], set()).add(entity)
        for apart in [*inside.values(), *self._apart]:
            roots = {self._root(entity) for entity in apart} & meets.keys()
            for root in roots:
                meets[root] |= roots - {root}
        free = free_names(self._sources, ascii_uppercase)
        short = [next(free) for _ in groups]
        order = {group: at for at, group in enumerate(groups)}
        out: dict[Entity, str] = {}
        for group in sorted(groups, key=lambda group: (-len(meets[group]), order[group])):
            used = {out[other] for other in meets[group] if other in out}
            out[group] = next(name for name in short if name not in used)
        return out

    def _read_names(self, source: Source) -> None:
        for scope, name in source.fixed:
            self._fixed.add((self.home.get(scope, scope), name))
        public = source.path in PUBLIC
        for name, place, scope in source.names:
            home = scope.find(name)
            if not home or home.kind == "function" or (home.kind == "class" and not _is_private(name)):
                continue
            entity = (self.home.get(home, home), name)
            self._note(source, place, entity)
            if home.kind == "module" and (name not in home.assigned or public or self._is_exception(source, name)):
                self._fixed.add(entity)
            self._defined.setdefault(name, []).append(entity)
            if scope.kind == "class":
                self._seen_in_classes.add((source.path, place))
            if scope.kind == "class" and home.kind == "module":  # a class's own names hide the module's in its body
                family = self.home[scope]
                members = [one for one, root in self.home.items() if root is family]
                self._apart += [{entity, (family, other)} for one in members for other in one.bound]

    def _is_exception(self, source: Source, name: str) -> bool:
        """Whether *name* is that of an exception, which ends up in messages."""
        kinds = {self.home[scope] for scope in source.classes.get(name, [])}
        return any(_is_exception(base) for one, home in self.home.items() if home in kinds for base in one.bases)

    def _read_imports(self, source: Source) -> None:
        for one in source.imports:
            origin = self._modules.get(one.module)
            here = (source.scope, one.bound)
            if origin is None or f"{one.module}.{one.name}" in self._modules:
                self._fixed.add(here)
                continue
            if one.name not in origin.scope.bound:
                raise source.refuse(one.place.line, f"{origin.path} has no {one.name}")
            there = (origin.scope, one.name)
            self._note(source, one.place, there)
            if one.scope.kind != "module" or source.path in PUBLIC:
                self._renamed_imports[source.path, one.place] = one.bound
            if one.name != one.bound:  # the place of the other name is not known
                self._fixed |= {here, there}
            elif one.scope.kind == "module" and source.path not in PUBLIC:
                self._fixed.discard(here)
                self._unite(there, here)

    def _read_attribute(self, source: Source, one: Attribute) -> bool:
        """Whether it is known whose attribute *one* is."""
        module = self._module_called(source, one.base, one.scope)
        if module:
            if one.name not in module.scope.bound:
                raise source.refuse(one.place.line, f"{module.path} has no {one.name}")
            self._note(source, one.place, (module.scope, one.name))
            return True
        if one.owner is None:
            return False
        if _is_private(one.name):
            entity = (self.home[one.owner], one.name)
            self._note(source, one.place, entity)
            if one.stored:
                self._defined.setdefault(one.name, []).append(entity)
        return True

    def _module_called(self, source: Source, name: str, scope: Scope) -> Source | None:
        """The module of ours that *name* is in *scope*, where it is one by nothing but an import."""
        home = scope.find(name)
        if not home or name in home.assigned:
            return None
        found = [one for one in source.imports if one.scope is home and one.bound == name]
        return self._modules.get(f"{found[0].module}.{found[0].name}") if len(found) == 1 else None

    def _read_loose(self, source: Source, attribute: Attribute) -> None:
        """An attribute of an object of unknown type: of any class of ours that has it, or of another library."""
        known = self._defined.get(attribute.name, [])
        if not _is_private(attribute.name):
            self._fixed.update(known)
            return
        if known and attribute.stored:
            raise source.refuse(attribute.place.line, f"{attribute.name} is set from outside of its class")
        for entity in known:
            self._note(source, attribute.place, entity)
            self._unite(known[0], entity)

    def _note(self, source: Source, place: Place, entity: Entity) -> None:
        self._places.append((source, place, entity))

    def _root(self, entity: Entity) -> Entity:
        while self._same.get(entity, entity) != entity:
            entity = self._same[entity]
        return entity

    def _unite(self, one: Entity, other: Entity) -> None:
        self._same[self._root(other)] = self._root(one)


def _families(sources: list[Source]) -> dict[Scope, Scope]:
    """For each class the one that stands for all its relatives, found by the names of their base classes.

    Raises NamesError for a class with private names and a base class of another library, which may have some too.
    """
    known: dict[str, list[Scope]] = {}
    for source in sources:
        for name, scopes in source.classes.items():
            known.setdefault(name, []).extend(scopes)
    home = {scope: scope for scopes in known.values() for scope in scopes}
    foreign: list[tuple[Source, Scope, str]] = []
    for source in sources:
        for scope in [scope for scopes in source.classes.values() for scope in scopes]:
            for base in scope.bases:
                for relative in known.get(base, []):
                    one, other = home[scope], home[relative]
                    home.update({each: one for each in home if home[each] is other})
                if base not in known and not _is_exception(base):
                    foreign.append((source, scope, base))
    users = {home[one.owner] for source in sources for one in source.attributes if one.owner and _is_private(one.name)}
    for source, scope, base in foreign:
        if home[scope] in users or any(_is_private(name) for name in scope.bound):
            raise NamesError(
                f"{source.path}: a class with private names has the base class {base!r}, which is not ours"
            )
    return home


def free_names(sources: list[Source], letters: str) -> Iterator[str]:
    """a, b, c ... of *letters*, without those that stand anywhere in the sources."""
    taken: set[str] = set()
    for source in sources:
        taken |= {name for name, _place, _scope in source.names} | {one.name for one in source.attributes}
        taken |= {name for one in source.imports for name in (one.name, one.bound)}
        taken |= source.keywords | {name for _scope, name in source.fixed}
    for length in range(1, 4):
        for name in map("".join, product(letters, repeat=length)):
            if name not in taken and not iskeyword(name):
                yield name


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def _is_exception(name: str) -> bool:
    kind = getattr(builtins, name, None)
    return isinstance(kind, type) and issubclass(kind, BaseException)


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
