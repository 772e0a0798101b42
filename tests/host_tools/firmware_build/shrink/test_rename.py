"""Short names for the chip: the same program, line by line, under fewer and shorter names."""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pole
from host_tools.firmware_build.shrink.rename import shorten
from host_tools.firmware_build.shrink.scopes import NamesError

FIRMWARE = Path(pole.__file__).parent.parent
SOURCES = {file.relative_to(FIRMWARE).as_posix(): file.read_text() for file in sorted(FIRMWARE.rglob("*.py"))}
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.GeneratorExp, ast.DictComp)
NAMES = {"id", "attr", "arg", "name"}


def short(text: str, path: str = "pole/one.py", **others: str) -> str:
    return shorten({path: text, **{f"pole/{name}.py": other for name, other in others.items()}})[path]


# -- the whole firmware


def pairs(old: ast.AST, new: ast.AST, scope: int = 0) -> Iterator[tuple[int, str, str]]:
    """(scope, old name, new name) of every name two trees have in the same place; fails where they differ otherwise."""
    assert type(old) is type(new)
    if isinstance(old, ast.ImportFrom) and isinstance(new, ast.ImportFrom):
        assert (old.module, len(old.names)) == (new.module, len(new.names))
        for one, other in zip(old.names, new.names, strict=True):
            yield scope, one.asname or one.name, other.asname or other.name
        return
    inner = id(old) if isinstance(old, SCOPES) else scope
    for field in old._fields:
        one, other = getattr(old, field), getattr(new, field)
        if isinstance(one, list):
            assert len(one) == len(other)
            for each, its in zip(one, other, strict=True):
                if isinstance(each, ast.AST):
                    yield from pairs(each, its, inner)
                else:
                    assert each == its
        elif isinstance(one, ast.AST):
            yield from pairs(one, other, inner)
        elif field in NAMES and isinstance(one, str):
            if field != "attr":
                yield (scope if field == "name" else inner), one, other
        else:
            assert one == other
    if hasattr(old, "lineno"):
        assert old.lineno == new.lineno and old.end_lineno == new.end_lineno


def test_the_firmware_stays_the_same_but_for_one_new_name_for_each_old_one_in_a_scope() -> None:
    shortened = shorten(SOURCES)
    assert shortened.keys() == SOURCES.keys()
    changed = 0
    for path, text in SOURCES.items():
        there: dict[tuple[int, str], set[str]] = {}
        back: dict[tuple[int, str], set[str]] = {}
        for scope, old, new in pairs(ast.parse(text), ast.parse(shortened[path])):
            there.setdefault((scope, old), set()).add(new)
            back.setdefault((scope, new), set()).add(old)
            changed += old != new
        assert [names for names in (*there.values(), *back.values()) if len(names) > 1] == [], path
    assert changed > 3000
    assert shorten(dict(reversed(SOURCES.items()))) == shortened  # in any order


def untouched(text: str) -> list[tuple[int, str]]:
    """Comments and strings with their lines."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [(one.start[0], one.string) for one in tokens if one.type in (tokenize.COMMENT, tokenize.STRING)]


def test_strings_and_comments_of_the_firmware_stand_where_they_stood() -> None:
    shortened = shorten(SOURCES)
    for path, text in SOURCES.items():
        assert untouched(shortened[path]) == untouched(text)


# -- what is renamed, and what is not


def test_modules_and_classes_that_do_not_meet_share_their_names() -> None:
    text = "class C:\n    def __init__(self):\n        self._low = 1\n\n\ndef _help():\n    return C()\n"
    one, two = shorten({"a.py": text, "b.py": text.replace("_low", "_high").replace("_help", "_aid")}).values()
    assert one == two
    assert "_low" not in one and "_help" not in one


def test_names_that_meet_in_a_family_of_classes_stay_apart() -> None:
    text = (
        "class Base:\n    def __init__(self):\n        self._one = 1\n\n\n"
        "class Child(Base):\n    def run(self):\n        self._two = 2\n        return self._one, self._two\n"
    )
    space: dict[str, type] = {}
    exec(short(text), space)
    (child,) = [kind for kind in space.values() if isinstance(kind, type) and kind.__base__ is not object]
    assert child().run() == (1, 2)


def test_what_others_may_know_by_its_name_keeps_it() -> None:
    text = (
        "from micropython import const\nfrom asyncio import core\n\n_CODE = const(1)\n\n\n"
        "class TooLate(Exception):\n    pass\n\n\n"
        "def wait(who, ms=0):\n    core._queue.push(who)\n    return who.ready, ms, _CODE\n\n\n"
        "def use(lamp):\n    return wait(lamp, ms=2), lamp.wait()\n"
    )
    new = short(text)
    for kept in ("_CODE", "core._queue.push", "TooLate", "def wait(", "ms=0", "ms=2", ".ready", "lamp.wait"):
        assert kept.replace("lamp", "") in new
    assert "who" not in new and "lamp" not in new and "def use" not in new


def test_public_attributes_share_a_name_where_no_class_has_both() -> None:
    text = (
        "class Lamp:\n    def __init__(self):\n        self.height = 1\n        self._wide = 2\n\n\n"
        "class Meter:\n    def __init__(self):\n        self.weight = 3\n        self.colour = 4\n\n\n"
        "class Clamp(Meter):\n    def __init__(self):\n        super().__init__()\n        self.jaws = 5\n\n\n"
        "def main():\n    lamp, clamp = Lamp(), Clamp()\n    lamp.heavy = 6\n"
        "    return lamp.height, lamp._wide, clamp.weight, clamp.colour, clamp.jaws, lamp.heavy\n"
    )
    new = short(text, "main.py")
    space: dict[str, type] = {}
    exec(new, space)
    assert space["main"]() == (1, 2, 3, 4, 5, 6)  # type: ignore[call-arg]
    returned = ast.parse(new).body[-1].body[-1].value.elts  # type: ignore[attr-defined]
    height, _wide, weight, colour, jaws, heavy = [one.attr for one in returned]
    assert (
        len({weight, colour, jaws, heavy}) == 4
    )  # a class and its relatives; what is set from outside may be of any class
    assert heavy not in (height, _wide)
    assert height in (weight, colour, jaws)


def test_boot_and_main_are_called_by_name() -> None:
    text = "def boot(folder, nonce=None):\n    return folder, nonce\n"
    assert short(text, "boot.py") == short(text, "main.py") == text


def test_an_import_follows_what_it_imports() -> None:
    lamp = 'LIMIT = 3\n\n\ndef level():\n    return LIMIT\n\n\ndef _name():\n    return "lamp"\n'
    text = (
        "from pole import lamp\nfrom pole.lamp import level, _name\n\n\n"
        "def main():\n    from pole.lamp import LIMIT\n\n    return lamp.level() + level() + LIMIT, _name()\n"
    )
    new = shorten({"pole/app.py": text, "pole/lamp.py": lamp})
    assert run({"pole.lamp": new["pole/lamp.py"], "pole.app": new["pole/app.py"]}, "pole.app") == (9, "lamp")
    assert "level" not in new["pole/app.py"] and "_name" not in new["pole/app.py"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('def f(x):\n    return f"{x}"\n', "line 2: .*f-string"),
        ("class C:\n    def f(self):\n        self._x = 1\n        return getattr(self, '_x')\n", "line 4: '_x' names"),
        ("def f(x):\n    pass\n\n\ndef g(y):\n    f(**y)\n", r"line 6: \*\* passes"),
        (
            "class C:\n    def f(self):\n        self._x = 1\n\n\ndef g(c):\n    c._x = 2\n",
            "line 7: _x is set from outside",
        ),
        ("def f():\n    global x\n", "line 2: global"),
        ("def f(x):\n    return locals()\n", "line 2: locals"),
        ("from strange import Base\n\n\nclass C(Base):\n    def _f(self):\n        pass\n", "base class 'Base'"),
        ("from pole import two\n\nprint(two.missing)\n", "line 3: pole/two.py has no missing"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_line(text: str, why: str) -> None:
    with pytest.raises(NamesError, match=why):
        short(text, two="")


# -- the same behaviour


def run(texts: dict[str, str], first: str) -> object:
    """What the only function of module *first* returns; the modules *texts* import each other and nothing else."""
    modules: dict[str, ModuleType] = {}

    def load(name: str, _g: object = None, _l: object = None, wanted: tuple[str, ...] = (), _n: int = 0) -> ModuleType:
        if name not in modules:
            modules[name] = ModuleType(name)
            vars(modules[name])["__builtins__"] = {**vars(builtins), "__import__": load}
            exec(texts.get(name, ""), vars(modules[name]))
        for one in wanted:
            if f"{name}.{one}" in texts:
                setattr(modules[name], one, load(f"{name}.{one}"))
        return modules[name]

    (function,) = [one for one in vars(load(first)).values() if getattr(one, "__module__", "") == first]
    return function()


PRIVATE = st.sampled_from(["_a", "_b", "_cold", "_warm", "a", "b", "cold", "A", "B"])


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A module of functions that shadow, close over, and inherit names from each other."""
    p, q, r, x, y = (draw(PRIVATE) for _ in range(5))
    attributes = [draw(st.sampled_from(["_a", "_b", "_cold"])) for _ in range(3)]
    u, v, w = attributes
    return f"""
{p} = {draw(st.integers(0, 9))}
_helper_{q} = [2, 3]


class Base:
    step = {p}

    def __init__(self, {x}, start=1):
        self.{u} = {x}
        self.{v} = start

    def {w}_of(self, {y}):
        return [self.{u} + {y} for {r} in range(2)], self.{v}


class Child(Base):
    def __init__(self, {x}):
        super().__init__({x}, start={p})
        self.{w} = {x} * 2

    def _add(self, {x}, {q}_):
        def inner({y}):
            return {x} + {y} + self.{w}

        return inner({q}_) + (lambda {r}: {r} * self.{u})({x})

    def all(self, {y}):
        return self._add({y}, 1), self.{w}_of({y}), Base.step, [{x} for {x} in _helper_{q} if {x} > {y}]


def main():
    return Child({p}).all(2), Child(5).all({p}), {p}
"""


@settings(max_examples=150, deadline=None)
@given(programs())
def test_a_program_does_the_same_under_short_names(text: str) -> None:
    try:
        compile(text, "program", "exec")
    except SyntaxError:  # two parameters of one name
        return
    want: dict[str, object] = {}
    exec(text, want)
    new = shorten({"main.py": "", "program.py": text + "\n\ndef use(thing):\n    return thing.main\n"})["program.py"]
    have: dict[str, object] = {}
    exec(new, have)
    assert have["main"]() == want["main"]()  # type: ignore[operator]
