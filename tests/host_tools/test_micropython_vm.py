"""Where the virtual machine is found."""

import sys
from pathlib import Path

import pytest

from host_tools.micropython_vm import VmMissing, find_micropython


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
