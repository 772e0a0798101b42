"""`diya site rollout`: written into the store of a receiver, halted, gone on with and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from host_tools.city.store.rollout_tables import rollout
from host_tools.cli import run
from tests.host_tools.city.rollouts.rolling_bench import RollingBench, site_folder

Capture = pytest.CaptureFixture[str]


def test_a_changed_copy_of_the_folder_is_rolled_out_and_followed(tmp_path: Path, capsys: Capture) -> None:
    bench = RollingBench(tmp_path / "store.db", site_folder(tmp_path, 12, 196))
    draft = site_folder(tmp_path / "draft", 12, 196)
    text = (draft / "site.toml").read_text()
    (draft / "site.toml").write_text(text.replace('"22:00", level = 60', '"22:00", level = 75'))

    def call(*words: str) -> tuple[int, str, str]:
        code = run(["site", "rollout", *words, "--db", str(bench.where), "--wait", "0"])
        return code, *capsys.readouterr()

    code, out, err = call(str(draft), "--reason", "late shops")
    assert (code, out) == (1, "rollout 1: written\n") and "no receiver has taken it" in err
    bench.turn()
    bench.turn()
    assert call("--halt", "1")[0] == 0
    bench.go(2)
    code, out, err = call("--go-on", "1")
    assert "halted" in out and code == 1
    bench.go(20)
    assert bench.row(1)["state"] == "done" and bench.row(1)["reason"] == "late shops"
    assert set(bench.states(1).values()) == {"applied"}
    code, out, err = call("--go-on", "1")
    assert code == 1 and "rollout 1 is done, and only one that is halted can go on" in err
    call("--take-back", "1")
    bench.go(20)
    assert bench.row(2)["takes_back"] == 1 and bench.row(1)["state"] == "replaced"
    code = run(["site", "rollout", str(draft), "--db", str(bench.where), "--wait", "0", "--json"])
    assert json.loads(capsys.readouterr().out)["rollouts"][0]["number"] == 3 and code == 1
    with bench.record.transaction() as connection:
        connection.execute(sa.update(rollout).where(rollout.c.id == 3).values(state="going", kind="release"))
    code, out, err = call(str(draft))
    assert code == 1 and "rollout 3 of a release is going: wait until it is over, or halt it" in err
    assert "rollout 3 of a release is going" in call("--take-back", "2")[2]
    assert "--second and --code go together" in call("--second", "meera")[2]
    assert "exclude each other" in call("--halt", "1", "--go-on", "1")[2]
    bench.close()
