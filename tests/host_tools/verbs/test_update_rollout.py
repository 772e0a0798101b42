"""`diya update rollout` and those beside it: written into the store of a receiver, followed, halted, taken back."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from host_tools.cli import run
from host_tools.keys.signing import print_of
from tests.bundles import signer
from tests.host_tools.city.updates.update_bench import UpdateBench, site_folder
from tests.host_tools.release.releases import SERIAL, app, packed

KEY = print_of(signer().public)
Capture = pytest.CaptureFixture[str]


def test_a_release_is_rolled_out_followed_halted_gone_on_with_and_taken_back(tmp_path: Path, capsys: Capture) -> None:
    bench = UpdateBench(tmp_path / "store.db", site_folder(tmp_path, 12, 196))
    file, back = tmp_path / "sagar.update", tmp_path / "back.update"
    file.write_bytes(packed(app()))
    back.write_bytes(packed(app(1), version="0.1.0", serial=SERIAL + 1, downgrade=True))

    def call(*words: str, db: bool = True) -> tuple[int, str, str]:
        more = ["--db", str(bench.where)] if db else []
        return run(["update", *words, *more]), *capsys.readouterr()

    code, out, err = call("rollout", str(file), "--site", str(bench.folder), "--dry-run")
    assert code == 0 and "0.2.0: would be brought to 12 poles on 2 feeders, 0 of them offline" in out, err
    assert "  first: 3 poles: P0" in out and "  all: 9 poles" in out
    code, out, _ = call("rollout", str(file), "--site", str(bench.folder), "--dry-run", "--json", "--feeder", "F10")
    said = json.loads(out)
    assert [len(wave["poles"]) for wave in said["waves"]] == [1, 3] and said["dryRun"] is True
    assert (said["refused"], said["trusted"], said["keyUnsaid"]) == (None, False, 0)
    code, out, err = call("rollout", str(file), "--soak", "5", "--spread", "1", "--reason", "why", "--wait", "0")
    assert code == 1 and "rollout 1 of 0.2.0: written" in out and "no receiver has taken it" in err
    bench.go(20)
    code, out, _ = call("status")
    assert "it waits for 3 poles that fetch it, wait for a good moment or try it (P0" in call("status", "1")[1]
    each = call("status", "--poles")[1].splitlines()[-12:]
    assert each[0].startswith("P0") and each[0].endswith(": 0.1.0 (as it was flashed, key " + KEY + ")")
    assert "0.1.0: 12 poles" in out and "rollout 1: 0.2.0, going: 3 accepted, 9 waiting" in out
    assert call("halt", "1", "--wait", "0")[:2] == (
        0,
        f"rollout 1: asked; `diya update status 1 --db {bench.where}` says when it is so.\n",
    )
    bench.go(5)
    assert "halted by" in call("status", "1")[2] and bench.row(1)["state"] == "halted"
    assert "rollout 1 is halted, and only one that is going can be halted" in call("halt", "1")[2]
    assert "no receiver has taken it" in call("go-on", "1", "--wait", "0.1")[2]
    bench.go(6 * 3600, 30, lambda: bench.now % 600 < 30 and bench.row(1)["state"] == "done")
    code, out, _ = call("status", "1", "--csv", str(tmp_path / "poles.csv"))
    assert code == 0 and "rollout 1 of 0.2.0: done: 12 applied" in out and ", in " in out
    assert ": it began" in out and ": asked to go on" in out and "receiver: done" in out
    rows = list(csv.DictReader((tmp_path / "poles.csv").read_text().splitlines()))
    assert len(rows) == 12 and {row["state"] for row in rows} == {"applied"}
    assert {(row["before"], row["runs"]) for row in rows} == {("0.1.0", "0.2.0")}
    assert all(int(row["seconds"]) >= 600 for row in rows)
    assert {(row["slot"], row["probation"], row["online"]) for row in rows} == {("a", "no", "yes")}
    assert all(datetime.fromisoformat(row["since"]).utcoffset() == timedelta(hours=5.5) for row in rows)
    said = json.loads(call("status", "1", "--json")[1])
    assert {one["slot"] for one in said["each"]} == {"a"} and said["steps"][-1]["what"] == "done"
    assert (said["poles"], said["release"]["version"], said["bad"]) == ({"applied": 12}, "0.2.0", [])
    assert said["meanSeconds"] > 600 and said["waves"][0]["ended"] > said["waves"][0]["began"]
    assert (
        "0.2.0 is not signed as a downgrade, and rollout 1 can only be taken back"
        in call("take-back", "1", str(file))[2]
    )
    code, out, err = call("take-back", "1", str(back), "--soak", "5", "--spread", "1", "--wait", "0")
    bench.go(6 * 3600, 30, lambda: bench.now % 600 < 30 and bench.row(2)["state"] == "done")
    assert bench.versions() == {"0.1.0": 12}
    code, out, err = call("rollout", "--release", str(SERIAL + 1), "--wait", "0")
    bench.go(5)
    assert "no pole is to get this release (12 run it already)" in bench.row(3)["answer"]
    bench.close()


def test_what_makes_no_sense_is_said_in_a_sentence(tmp_path: Path, capsys: Capture) -> None:
    bench = UpdateBench(tmp_path / "store.db", site_folder(tmp_path, 12, 196))
    file = tmp_path / "other.update"
    file.write_bytes(packed(app(), site="bhopal"))
    for words, answer in (
        (["rollout"], "by exactly one of FILE and --release"),
        (["rollout", str(file), "--release", "3"], "by exactly one of FILE and --release"),
        (["rollout", str(file)], "the manifest of the board virtual says that site is 'bhopal', and it must be sagar"),
        (["rollout", "--release", "3"], "the release 3 is not in this record"),
        (["rollout", "--release", "3", "--trust", "key.pem"], "--trust is for FILE"),
        (["rollout", "--release", "3", "--second", "meera"], "--second and --code go together"),
        (["status", "7"], "rollout 7 is not one of this record"),
        (["status", "7", "--poles"], "--poles is of the street"),
        (["status", "--csv", "x.csv"], "--csv is of one rollout: give its number as well"),
        (["halt", "7"], "rollout 7 is not one of this record"),
        (["take-back", "7", "--release", "3"], "rollout 7 is not one of this record"),
    ):
        code = run(["update", *words, "--db", str(bench.where)])
        assert code != 0 and answer in capsys.readouterr().err, words
    bench.close()


def test_a_release_that_poles_would_refuse_is_told_by_the_dry_run(tmp_path: Path, capsys: Capture) -> None:
    bench = UpdateBench(tmp_path / "store.db", site_folder(tmp_path, 12, 196))
    late = list(bench.poles)[:5]
    for name in late:
        bench.poles[name].app["key"] = "00112233"
        bench.poles[name].appear()
    bench.go(2)
    file, key = tmp_path / "sagar.update", tmp_path / "key.pem"
    file.write_bytes(packed(app()))
    key.write_bytes(signer(1).public)

    def dry(*words: str) -> tuple[int, str, str]:
        words = (
            "update",
            "rollout",
            str(file),
            "--db",
            str(bench.where),
            "--site",
            str(bench.folder),
            "--dry-run",
            *words,
        )
        return run(list(words)), *capsys.readouterr()

    code, out, _ = dry()
    assert code == 0 and f"not: 5 poles have another key for updates, and would refuse its signature: {late[0]}" in out
    assert "no update.pem says whether that is the city's" in out
    assert run(["update", "trust", str(key), "--site", str(bench.folder)]) == 0
    assert "Releases of sagar must be signed with the key" in capsys.readouterr().out
    code, out, _ = dry()
    assert code == 1 and "it may not begin now: the release 0.2.0 is signed with the key" in out
    assert json.loads(dry("--json")[1])["refused"].endswith("its poles would refuse it")
    key.write_bytes(signer().public)
    assert run(["update", "trust", str(key), "--site", str(bench.folder)]) == 0
    assert ", instead of " in capsys.readouterr().out
    code, out, _ = dry()
    assert code == 0 and "the key of update.pem" in out
    assert run(["update", "trust", str(key)]) != 0
    assert "sagar comes with Diya and is not written into: copy its folder" in capsys.readouterr().err
    other = tmp_path / "other.pem"
    assert run(["update", "keygen", "--out", str(other)]) == 0
    capsys.readouterr()
    assert run(["update", "sign", str(bench.folder), "--key", str(other), "--out", str(tmp_path / "x")]) != 0
    assert "and update.pem of sagar says that releases are signed with" in capsys.readouterr().err
    bench.close()
