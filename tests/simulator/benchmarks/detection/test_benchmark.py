"""A tiny run from end to end: with any number of processes, and up to the page and the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.benchmarks.detection import __main__ as command
from simulator.benchmarks.detection import benchmark
from simulator.benchmarks.detection.benchmark import Size, run
from simulator.benchmarks.detection.figures import as_json, everything, verdict
from simulator.benchmarks.detection.score import DIYA, RIVAL

TINY = Size(56, 1, 1)
SEED = 11


@pytest.fixture(scope="module")
def result() -> benchmark.Result:
    return run(SEED, TINY, 2)


def test_two_processes_and_one_give_the_same(result: benchmark.Result) -> None:
    assert as_json(run(SEED, TINY, 1)) == as_json(result)


def test_faults_are_found_and_both_are_scored_on_the_same(result: benchmark.Result) -> None:
    diya, rival = everything(result.commissioned[DIYA]), everything(result.commissioned[RIVAL])
    assert diya.nights == rival.nights == 56
    assert diya.expected == rival.expected >= 15
    assert diya.found > rival.found > 0
    assert result.others[DIYA].nights > 0
    assert all(len(found) == TINY.trials for by_name in result.strings.values() for found in by_name.values())
    assert any(not bound.holds for bound in verdict(result))  # one of each kind is fewer than are asked of a verdict


def test_the_command_writes_page_picture_and_figures_and_says_what_fails(
    result: benchmark.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "measured", lambda seed, size, workers: result)
    done = CliRunner().invoke(
        command.main, ["--quick", "--docs", str(tmp_path / "docs"), "--json", str(tmp_path / "figures.json")]
    )
    failing = [bound.sentence for bound in verdict(result) if not bound.holds]
    assert done.exit_code == 3
    assert all(f"FAILS: {sentence}" in done.output for sentence in failing)
    page = (tmp_path / "docs" / "detection.md").read_text(encoding="utf-8")
    assert "$" not in page
    assert "`lampPowerTooLow`" in page
    assert f"seed {SEED}" in page
    assert (tmp_path / "docs" / "detection.png").stat().st_size > 20_000
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["commissioned"][DIYA]["all"]["expected"] == everything(result.commissioned[DIYA]).expected


def test_no_test_uses_the_seed_of_the_published_figures() -> None:
    assert benchmark.SEED not in (SEED, 5)
    own = Path(__file__)
    for path in own.parents[2].rglob("*.py"):
        assert str(benchmark.SEED) not in path.read_text(encoding="utf-8").replace("_", "")
