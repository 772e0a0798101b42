"""Completion of the shell, by the protocol that a real bash speaks with the installed script."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from host_tools.cli import VERBS

DIYA = Path(sys.executable).with_name("diya")
COMPLETE = """
eval "$(diya completion bash)"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_diya_completion diya
echo "${COMPREPLY[@]}"
"""


def complete(*words: str) -> list[str]:
    env = {**os.environ, "PATH": f"{DIYA.parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", COMPLETE, "bash", *words], env=env, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("diya", ""), list(VERBS)),
        (("diya", "si"), ["simulate", "site"]),
        (("diya", "record", "sh"), ["show"]),
        (("diya", "pole", "re"), ["release"]),
        (("diya", "simulate", "--engine", ""), ["cpython", "micropython"]),
        (("diya", "flash", "--la"), ["--lang"]),
    ],
)
def test_bash_is_offered_verbs_options_and_choices(words: tuple[str, ...], offered: list[str]) -> None:
    assert set(complete(*words)) == set(offered)


def test_the_verbs_are_completed_without_importing_one() -> None:
    code = (
        "import atexit, sys\n"
        "heavy = {'paho', 'rich', 'matplotlib', 'plotext', 'simulator', 'tree_sitter', 'host_tools.verbs'}\n"
        "atexit.register(lambda: print(heavy & set(sys.modules), file=sys.stderr))\n"
        "from host_tools.cli import main; main()"
    )
    env = {**os.environ, "COMP_WORDS": "diya re", "COMP_CWORD": "1", "_DIYA_COMPLETE": "bash_complete"}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stderr == "set()\n"
    assert done.stdout.split() == ["plain,record", "plain,report", "plain,registry"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str) -> None:
    done = subprocess.run([DIYA, "completion", shell], capture_output=True, text=True)
    assert done.returncode == 0
    assert "_DIYA_COMPLETE" in done.stdout
