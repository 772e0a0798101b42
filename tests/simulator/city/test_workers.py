"""A city in several processes: the same, however many they are, and nothing is left of a run that was ended."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from host_tools import cli
from host_tools.installed import diya_script
from host_tools.site import load_site
from simulator import run
from simulator.city import spool
from simulator.city.cells import City, cells_of
from simulator.city.workers import Course, Progress, simulate_apart
from simulator.run_options import Options, read_scenario, run_time
from tests import installed
from tests.patience import until

FILES = {"--transcript": "t.jsonl", "--report": "r.json", "--heatmap": "h.png", "--map": "m.geojson"}
OF_THE_MACHINE = ("wall_s", "jobs", "memory_bytes")
CUT = 'name = "a cut"\nhours = 0.05\n[[happening]]\nkind = "mains_cut"\nfeeder = "F01"\nat = "+1m"\nuntil = "+90s"\n'


def test_the_same_whatever_the_number_of_processes(tmp_path: Path) -> None:
    scenario = tmp_path / "cut.toml"
    scenario.write_text(CUT)
    start = datetime.fromisoformat("2026-11-24T20:00")
    chosen = Options(load_site("sagar", 10), start, scenario=str(scenario), transcript=True)
    time = run_time(chosen)
    read = read_scenario(chosen, time)
    found = []
    for jobs in (1, 2, 5):
        folder = tmp_path / str(jobs)
        folder.mkdir()
        told: list[Progress] = []
        course = Course(City(chosen, read, time, cells_of(chosen, 2), folder), told.append, lambda: False)
        result = simulate_apart(course, jobs)
        assert result is not None
        spool.merge(folder, 5, folder / "transcript")
        found.append((run.report_of(chosen, read, time, result, 0.0), (folder / "transcript").read_bytes()))
        done = [one.done_ms for one in told]
        assert done == sorted(done) and done[-1] == told[-1].total_ms == 10 * 180_000
        assert course.memory_peak > 20_000_000 * jobs
    reports, transcripts = zip(*[({**report, "memory_bytes": 0}, text) for report, text in found], strict=True)
    assert reports[0] == reports[1] == reports[2] and reports[0]["totals"]["boots_powerOn"] == 20
    assert transcripts[0] == transcripts[1] == transcripts[2] and transcripts[0].count(b"\n") > 50


def test_the_user_finds_the_same_files_for_one_process_and_two(tmp_path: Path) -> None:
    written = []
    for jobs in (1, 2):
        folder = tmp_path / str(jobs)
        folder.mkdir()
        flags = [word for pair in FILES.items() for word in pair]
        done = installed.diya("simulate", "--poles", 26, "--hours", 0.02, "--jobs", jobs, *flags, cwd=folder)
        assert (done.returncode, done.stderr) == (0, "")
        report = json.loads((folder / "r.json").read_text())
        assert report["jobs"] == jobs and report["memory_bytes"] > 20_000_000
        written.append([{**report, **dict.fromkeys(OF_THE_MACHINE)}])
        written[-1] += [(folder / name).read_bytes() for name in FILES.values() if name != "r.json"]
        assert sorted(one.name for one in folder.iterdir()) == sorted(FILES.values())
    assert written[0] == written[1]


@contextmanager
def long_run(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A run of two processes, each of which is simulating a cell; its temporary files are in *folder*/tmp."""
    temporary = folder / "tmp"
    temporary.mkdir()
    words = ("simulate", "--poles", "60", "--hours", "5000", "--jobs", "2", "--transcript", "t.jsonl", "--report", "r")
    process = subprocess.Popen(
        [diya_script(), *words], cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=installed.environment(folder, TMPDIR=str(temporary)),
    )  # fmt: skip
    try:
        until(lambda: len(list(temporary.glob("diya-*/diya-*/P*"))) > 40, "two cells")
        yield process
    finally:
        process.kill()
        process.communicate()


def is_gone(group: int) -> bool:
    """Whether no process of the session is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_ctrl_c_ends_all_processes_in_a_sentence(tmp_path: Path) -> None:
    with long_run(tmp_path) as process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the run
        _out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert err == "diya: ended after 0 of 60 poles of the run, before its end: no file was written.\n"
    until(lambda: is_gone(process.pid), "the end of all processes")
    assert [one.name for one in tmp_path.iterdir()] == ["tmp"] and not list((tmp_path / "tmp").iterdir())


def workers(process: int) -> list[int]:
    """The processes that simulate cells for *process*."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the children of a process are found in /proc")
def test_a_killed_worker_ends_the_run_in_a_sentence(tmp_path: Path) -> None:
    with long_run(tmp_path) as process:
        os.kill(workers(process.pid)[1], signal.SIGKILL)
        _out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert re.fullmatch("diya: a process of the run was killed, as the system does where memory runs out: .*\n", err)
    until(lambda: is_gone(process.pid), "the end of all processes")
    assert [one.name for one in tmp_path.iterdir()] == ["tmp"] and not list((tmp_path / "tmp").iterdir())


def test_workers_end_with_the_process_that_was_killed(tmp_path: Path) -> None:
    with long_run(tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
    until(lambda: is_gone(process.pid), "the end of all processes")
    assert [one.name for one in tmp_path.iterdir()] == ["tmp"]


def test_a_full_disk_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool, "write", full)
    monkeypatch.chdir(tmp_path)
    words = ["simulate", "--poles", "26", "--hours", "0.01", "--jobs", "1", "--transcript", "t", "--report", "r"]
    assert cli.run(words) == 1
    err = capsys.readouterr().err
    assert re.fullmatch("diya: a temporary file in .* cannot be written: No space left .*: no file was written.\n", err)
    assert not list(tmp_path.iterdir())
