"""Where the virtual machine is found."""

from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from host_tools.firmware_build.find_micropython import VmMissing, find_micropython


class _Installed:
    """A file of the wheel, as its metadata names it: from the packages' folder, wherever pip put the programs."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.locate: Callable[[], Path] = lambda: path


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
    monkeypatch.setattr(metadata, "files", lambda name: [_Installed(out["wheel"])])
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
    with pytest.raises(VmMissing, match=r"the extra 'simulator'.*pip install 'diya\[simulator\]'.*DIYA_MICROPYTHON"):
        find_micropython()


def test_a_named_one_that_is_not_there_is_said_so_and_not_replaced(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIYA_MICROPYTHON", "/nowhere/micropython")
    with pytest.raises(VmMissing, match="DIYA_MICROPYTHON is /nowhere/micropython"):
        find_micropython()
