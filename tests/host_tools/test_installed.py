"""Every verb through the installed `diya` script, from an empty folder: what a user gets who has only that."""

from __future__ import annotations

import importlib.metadata
import json
import re
import signal
from pathlib import Path

import click
import pytest

from host_tools.cli import VERBS, cli
from host_tools.installed import diya_script
from tests.installed import diya, start
from tests.patience import PATIENCE_S

NOBODY = "socket://127.0.0.1:1"  # a port where nothing listens
BROKER = ("--broker", "mqtt://127.0.0.1:1")


def below(command: click.Command, words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The words of *command* and of all commands below it."""
    found = [words]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            assert sub is not None
            found += below(sub, (*words, name))
    return found


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_every_verb_below_it_has_help(verb: str) -> None:
    command = cli.get_command(click.Context(cli), verb)  # type: ignore[attr-defined]
    for words in below(command, (verb,)):
        done = diya(*words, "--help")
        assert (done.returncode, done.stderr) == (0, ""), words
        assert re.match(rf"Usage: diya {' '.join(words)}\b", done.stdout), done.stdout


# verb: words, exit code, what it says on stdout, on stderr
DOES = {
    "simulate": (("--poles", "2", "--hours", "1", "--broker", "none", "--json"), 0, '"poles": 2', ""),
    "virtual-pole": (("--fault", "gremlins"), 1, "", "there is no fault 'gremlins'"),
    "watch": ((*BROKER, "--once"), 1, "", "no MQTT broker answers at mqtt://127.0.0.1:1"),
    "send": ((*BROKER, "--all", "--level", "50"), 1, "", "no MQTT broker answers at mqtt://127.0.0.1:1"),
    "alarms": (("--db", "r.sqlite"), 1, "", "there is no record at r.sqlite"),
    "console": (("user", "list", "--db", "r.sqlite"), 1, "", "there is no record at r.sqlite"),
    "audit": (("verify", "--db", "r.sqlite", "--folder", "."), 1, "", "there is no record at r.sqlite"),
    "record": (("show", "--db", "r.sqlite"), 1, "", "there is no record at r.sqlite"),
    "report": (("--db", "r.sqlite"), 1, "", "there is no record at r.sqlite"),
    "site": (("check", "sagar"), 0, "240 poles", ""),
    "pole": (("--port", NOBODY, "--once"), 1, "", f"nothing listens at {NOBODY}"),
    "commission": (("--port", NOBODY, "--pole", "P0001", "--site", "sagar", "--technician", "A"), 1, "", NOBODY),
    "bundle": (("show", "no.diya"), 1, "", "no.diya cannot be read"),
    "flash": (("no.diya",), 1, "", "no.diya cannot be read"),
    "update": (("show", "no.update"), 1, "", "no.update cannot be read"),
    "boards": (("virtual", "--json"), 0, '"chip": "esp32"', ""),
    "label": (("--site", "sagar", "--pole", "P0001", "--svg", "out"), 0, "", ""),
    "registry": (("list", "--json"), 0, '"poles": []', ""),
    "completion": (("bash",), 0, "_diya_completion", ""),
    "doctor": (("--json",), None, '"about": "Python"', ""),
}
WRITES = {"label"}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_works_in_an_empty_folder_or_says_why_not(verb: str, tmp_path: Path) -> None:
    words, code, out, err = DOES[verb]
    done = diya(verb, *words, cwd=tmp_path)
    assert code in (None, done.returncode), done.stdout + done.stderr
    assert out in done.stdout
    assert err in done.stderr and "Traceback" not in done.stderr
    assert not done.stderr or (done.stderr.startswith("diya: ") and done.stderr.count("\n") == 1)
    assert verb in WRITES or not list(tmp_path.iterdir())


def test_a_virtual_pole_is_there_until_ctrl_c(tmp_path: Path) -> None:
    live = start("virtual-pole", cwd=tmp_path)
    with live:
        assert live.stdout and live.stderr
        assert live.stdout.readline().startswith("socket://127.0.0.1:")
        live.send_signal(signal.SIGINT)
        assert live.wait(PATIENCE_S) == 0
        assert live.stderr.read() == ""


def test_its_version_is_the_packages() -> None:
    assert importlib.metadata.version("diya") in diya("--version").stdout


def test_state_is_kept_where_the_environment_says(tmp_path: Path) -> None:
    own = {"DIYA_REGISTRY": str(tmp_path / "own.sqlite")}
    bound = diya("registry", "bind", "24:0a:c4:00:00:01", "P0001", "--site", "sagar", cwd=tmp_path, env=own)
    assert bound.returncode == 0, bound.stderr
    listed = json.loads(diya("registry", "list", "--json", cwd=tmp_path, env=own).stdout)
    assert [one["pole"] for one in listed["poles"]] == ["P0001"]
    assert json.loads(diya("registry", "list", "--json", cwd=tmp_path).stdout)["poles"] == []


def test_the_script_is_beside_the_python_that_runs_the_tests() -> None:
    assert Path(diya_script()).name == "diya"
    assert "python" in Path(diya_script()).read_text().splitlines()[0]
