"""The installed `diya` script, run as its user runs it: in a folder outside the checkout, with state of its own.

What is imported is then what was installed, and `sys.path` begins with the folder of the script, not with the checkout.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from host_tools.installed import diya_script

LIMIT_S = 300.0  # a verb that hangs; under load the slowest takes a minute

Done = subprocess.CompletedProcess[str]
Live = subprocess.Popen[str]


def environment(home: Path, **changes: str) -> dict[str, str]:
    """The environment of a user whose state and registry are in *home*, and who has set nothing else for Diya."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DIYA_", "PYTHONPATH"))}
    if "DIYA_MICROPYTHON" in os.environ:
        kept["DIYA_MICROPYTHON"] = os.environ["DIYA_MICROPYTHON"]
    own = {
        "XDG_STATE_HOME": str(home / "state"), "XDG_DATA_HOME": str(home / "share"), "DIYA_STATE": str(home / "state"),
        "DIYA_REGISTRY": str(home / "registry.sqlite"),
    }  # fmt: skip
    return kept | own | changes


def diya(
    *words: object,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    typed: str = "",
    limit_s: float = LIMIT_S,
    **more: Any,
) -> Done:
    """`diya WORDS` from its start to its end: ``returncode``, ``stdout`` and ``stderr``.

    Without *cwd* it runs in an empty folder, removed afterwards; state is kept in a folder of its own in either case,
    unless *env*, which is added to the environment, says otherwise.  *typed* is its whole standard input; *more* is for
    ``subprocess.run``.  Raises TimeoutExpired after *limit_s* seconds.
    """
    with tempfile.TemporaryDirectory(prefix="diya-test-") as name:
        home, empty = Path(name) / "home", Path(name) / "empty"
        home.mkdir()
        empty.mkdir()
        return subprocess.run(
            _command(words), cwd=cwd or empty, env=environment(home, **(env or {})), input=typed, capture_output=True,
            text=True, timeout=limit_s, **more,
        )  # fmt: skip


def start(*words: object, cwd: Path, env: Mapping[str, str] | None = None, **more: Any) -> Live:
    """`diya WORDS`, running, in the folder *cwd*; its state is kept in `home` beside *cwd*.

    Its output goes to pipes unless *more*, which is for ``Popen``, says otherwise.  The caller ends it; Ctrl-C
    (SIGINT) reaches it also where the tests themselves run in the background, with the signal ignored.
    """
    usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    own = environment(cwd.with_name(cwd.name + "-home"), **(env or {}))
    return subprocess.Popen(_command(words), cwd=cwd, env=own, text=True, preexec_fn=_hear_ctrl_c, **(usual | more))


def _command(words: tuple[object, ...]) -> list[str]:
    return [diya_script(), *map(str, words)]


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
