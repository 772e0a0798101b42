"""Where the virtual machine is found, and when the firmware is compiled again."""

import os
import sys
from pathlib import Path

import pytest

from simulator.engines import vm
from simulator.engines.vm import VmMissing, compile_tree, find_micropython


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """The three places, each with a program called micropython."""
    out = {}
    for name in ("named", "wheel", "path"):
        program = tmp_path / name / "micropython"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        out[name] = program
    monkeypatch.setenv("DIYA_MICROPYTHON", str(out["named"]))
    monkeypatch.setattr(sys, "executable", str(out["wheel"].with_name("python")))
    monkeypatch.setenv("PATH", str(out["path"].parent))
    return out


def test_the_named_one_then_the_wheels_then_that_on_path(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_micropython() == [str(places["named"])]
    monkeypatch.delenv("DIYA_MICROPYTHON")
    assert find_micropython() == [str(places["wheel"])]
    places["wheel"].unlink()
    assert find_micropython() == [str(places["path"])]
    places["path"].unlink()
    with pytest.raises(VmMissing, match=r"make setup.*DIYA_MICROPYTHON"):
        find_micropython()


def test_a_named_one_that_is_not_there_is_said_so_and_not_replaced(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIYA_MICROPYTHON", "/nowhere/micropython")
    with pytest.raises(VmMissing, match="DIYA_MICROPYTHON is /nowhere/micropython"):
        find_micropython()


def test_sources_are_compiled_once_and_again_when_one_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, cache = tmp_path / "app", tmp_path / "cache"
    (source / "inner").mkdir(parents=True)
    (source / "one.py").write_text("x = 1\n")
    (source / "inner" / "two.py").write_text("y = 2\n")
    out = compile_tree(source, cache)
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.mpy")) == ["inner/two.mpy", "one.mpy"]
    runs = []
    real = vm.subprocess.run
    monkeypatch.setattr(vm.subprocess, "run", lambda *a, **k: runs.append(a) or real(*a, **k))
    assert compile_tree(source, cache) == out
    assert runs == []
    (source / "one.py").write_text("x = 3\n")
    fresh = compile_tree(source, cache)
    assert fresh != out
    assert out.exists()  # a run that still uses it is not disturbed
    assert len(list(cache.iterdir())) == 2


def test_a_source_that_does_not_compile_is_named_with_the_compilers_words(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f(:\n")
    with pytest.raises(RuntimeError, match=r"bad\.py.*SyntaxError|bad\.py:[\s\S]*SyntaxError"):
        compile_tree(tmp_path, tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").iterdir() if str(os.getpid()) not in path.name]
