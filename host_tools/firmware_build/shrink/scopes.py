"""Which name in a source means which binding: Python's scopes, read from the syntax tree.

Only what ``follow`` needs: every place where a name stands, with the scope in which it stands, and for attributes the
class whose ``self`` it is taken from, where that is certain.  ``reader`` finds them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from host_tools.errors import DiyaError


class NamesError(DiyaError):
    """A source has something in it that cannot be shortened safely."""


@dataclass(eq=False)
class Scope:
    """A module, class, function (lambda included) or comprehension.

    ``bound``: the names it binds; ``assigned``: those of them that not only an import binds.
    """

    kind: str  # "module", "class", "function"
    parent: Scope | None
    bound: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    parameters: list[str] = field(default_factory=list)  # in their order
    bases: list[str] = field(default_factory=list)  # of a class, as written; "" for what is no name

    def find(self, name: str) -> Scope | None:
        """The scope that binds *name* as it is seen from here; None for a builtin."""
        scope: Scope | None = self
        while scope:
            if name in scope.bound and (scope.kind != "class" or scope is self):
                return scope
            scope = scope.parent
        return None


@dataclass(frozen=True)
class Place:
    """Where a name stands: line from 1, column in bytes from 0."""

    line: int
    column: int


@dataclass
class Attribute:
    """``something.name``: *owner* is the class whose ``self`` something is; *base* is its name if it has one."""

    name: str
    place: Place
    owner: Scope | None
    base: str
    scope: Scope
    stored: bool


@dataclass
class Import:
    """``from module import name as bound``; *place* is the name's."""

    module: str
    name: str
    bound: str
    place: Place
    scope: Scope


@dataclass
class Source:
    """What was read of one file."""

    path: str
    lines: list[bytes]
    scope: Scope
    names: list[tuple[str, Place, Scope]] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    classes: dict[str, list[Scope]] = field(default_factory=dict)
    functions: list[Scope] = field(default_factory=list)
    fixed: set[tuple[Scope, str]] = field(default_factory=set)  # bound where no place is known, or nothing is gained
    keywords: set[str] = field(default_factory=set)  # names by which something is passed in a call
    strings: set[str] = field(default_factory=set)  # every text in it
    texts: list[tuple[str, int]] = field(default_factory=list)  # names given to getattr and the like, and their lines

    def refuse(self, line: int, why: str) -> NamesError:
        return NamesError(f"{self.path}, line {line}: {why}")
