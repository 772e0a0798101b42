"""A module that is not there: which extra it comes with, in one sentence, for every verb alike."""

import builtins
from importlib import metadata
from typing import Any

import pytest

from host_tools import extras
from host_tools.cli import run

Capture = pytest.CaptureFixture[str]
WANTED = [
    "click<9,>=8.1",
    "astral<4,>=3.2; extra == 'simulator'",
    'pyogrio>=0.11; (python_version >= "3.9") and extra == "gis"',
    "Some_Package.X>=1 ; extra == 'gis'",
    "diya[simulator]; extra == 'dev'",
    "pytest<10,>=8.3; extra == 'dev'",
]


@pytest.fixture(autouse=True)
def _wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda name: WANTED)


@pytest.mark.parametrize(
    ("module", "extra"),
    [("astral", "simulator"), ("pyogrio", "gis"), ("some_package_x", "gis"), ("click", None), ("pytest", None)],
)
def test_the_extra_of_a_module_stands_in_the_metadata_of_the_package(module: str, extra: str | None) -> None:
    assert extras.extra_of(module) == extra


def test_every_extra_of_this_package_names_its_distributions_as_their_modules_are_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    assert extras.extra_of("astral") == "simulator"
    assert extras.extra_of("amqtt") == "amqtt"


def _without(monkeypatch: pytest.MonkeyPatch, missing: str, error: type[ImportError] = ModuleNotFoundError) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **how: Any) -> Any:
        if name.partition(".")[0] == missing:
            raise error(f"cannot import {name}", name=name)
        return real(name, *rest, **how)

    monkeypatch.setattr(builtins, "__import__", without)


@pytest.mark.parametrize(
    ("module", "error", "said"),
    [
        (
            "astral",
            ModuleNotFoundError,
            "needs the module astral, which comes with the extra 'simulator': pip install 'diya[simulator]'.",
        ),
        ("astral", ImportError, "install it again with pip install --force-reinstall 'diya[simulator]'."),
        ("serial", ModuleNotFoundError, "the module serial is missing, so this installation of Diya is incomplete"),
    ],
)
def test_a_verb_whose_module_is_not_there_says_what_brings_it(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, module: str, error: type[ImportError], said: str
) -> None:
    def broken() -> list[str]:
        __import__(module + ".part")
        return []

    monkeypatch.setattr("host_tools.verbs.boards.list_boards", broken)
    _without(monkeypatch, module, error)
    assert run(["boards"]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_module_of_our_own_that_is_not_there_is_a_bug(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIYA_DEBUG", raising=False)
    _without(monkeypatch, "simulator")
    monkeypatch.setattr("host_tools.verbs.boards.list_boards", lambda: __import__("simulator.nothing"))
    assert run(["boards"]) == 70
    assert "this is a bug in diya" in capsys.readouterr().err
