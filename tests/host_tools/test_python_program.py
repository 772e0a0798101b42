"""Which file is run as esptool or mpremote: the installed package, and no file of its name that lies elsewhere."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from host_tools.installed import diya_script
from host_tools.python_program import distribution, run_code, run_module, search_path

SHADOW = "raise SystemExit('another file of this name was run')\n"


@pytest.fixture
def shadows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of the script, of the user and of PYTHONPATH, each with files named as packages that are needed."""
    for name in ("bin", "here", "named"):
        (tmp_path / name).mkdir()
        for package in ("esptool", "serial", "click", "mpremote"):
            (tmp_path / name / f"{package}.py").write_text(SHADOW)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "named"))
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "bin" / "diya")])
    monkeypatch.setattr(
        sys, "path", [str(tmp_path / "bin"), str(tmp_path / "here"), str(tmp_path / "named"), "", *sys.path]
    )
    return tmp_path


@pytest.mark.parametrize(("package", "word", "says"), [("esptool", "version", "5."), ("mpremote", "--version", "1.")])
def test_the_installed_package_runs(shadows: Path, package: str, word: str, says: str) -> None:
    done = subprocess.run(run_module(package, word), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and says in done.stdout, done


def test_folders_of_the_script_and_of_the_user_are_not_searched_and_pythonpath_last(shadows: Path) -> None:
    assert search_path()[-1] == str(shadows / "named")
    assert not {str(shadows / "bin"), str(shadows / "here"), ""} & set(search_path())


def test_current_folder_that_packages_are_installed_in_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(Path(str(distribution("esptool").locate_file(""))))
    monkeypatch.chdir(folder)
    assert folder in search_path() and distribution("esptool").version.startswith("5.")


def test_package_of_pythonpath_alone_is_found(shadows: Path) -> None:
    (shadows / "named" / "lantern.py").write_text("print('lit')\n")
    (shadows / "named" / "lantern-2.1.dist-info").mkdir()
    (shadows / "named" / "lantern-2.1.dist-info" / "METADATA").write_text("Name: lantern\nVersion: 2.1\n")
    assert distribution("lantern").version == "2.1"
    assert subprocess.run(run_module("lantern"), capture_output=True, text=True, timeout=60).stdout == "lit\n"


def test_what_is_not_installed_is_said(shadows: Path) -> None:
    with pytest.raises(PackageNotFoundError):
        distribution("lantern")


def test_text_is_utf_8_in_any_locale() -> None:
    code = "print(sys.argv[1], sys.stdout.encoding)"
    done = subprocess.run([*run_code(code), "खंभा"], capture_output=True, timeout=60, env={"LC_ALL": "en_US.ISO-8859-1"})
    assert done.stdout.decode() == "खंभा utf-8\n"


@pytest.mark.parametrize("where", ["beside the script", "beside a link's target", "current folder", "PYTHONPATH"])
def test_diya_itself_imports_what_is_installed(tmp_path: Path, where: str) -> None:
    script, here = tmp_path / "bin" / "diya", tmp_path / "here"
    for folder in (script.parent, here, tmp_path / "named", tmp_path / "links"):
        folder.mkdir()
    script.write_text(Path(diya_script()).read_text())
    script.chmod(0o755)
    (tmp_path / "links" / "diya").symlink_to(script)
    full = {"current folder": here, "PYTHONPATH": tmp_path / "named"}.get(where, script.parent)
    for package in ("click", "serial", "json", "rich", "esptool", "contextlib", "cryptography"):
        if (where, package) not in (("PYTHONPATH", "json"), ("PYTHONPATH", "contextlib")):  # Python's own start, there
            (full / f"{package}.py").write_text(SHADOW)
    started = tmp_path / "links" / "diya" if "link" in where else script
    environment = {"PYTHONPATH": str(tmp_path / "named"), "DIYA_STATE": str(tmp_path), "PATH": ""}
    for words in (["--version"], ["doctor"], ["registry", "list", "--registry", str(tmp_path / "registry")]):
        done = subprocess.run([started, *words], cwd=here, env=environment, capture_output=True, text=True, timeout=60)
        said = done.stdout + done.stderr
        assert "another file" not in said and "missing" not in said and "bug" not in said, said
        assert done.returncode in (0, 1), said
