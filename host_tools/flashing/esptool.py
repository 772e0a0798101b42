"""esptool's one pass over a pole, in a process of its own.

Its own process because esptool is under the GPL and Diya is not, and because a process that hangs can be ended.  What
the user has set for his own esptool (ESPTOOL_* and its configuration files) does not count here.

It is started before it is known what to write, so that the interpreter and its modules are there when the chip is
ready: esptool reads words of its command line from a file named with @, and that file is its standard input.  So it
also ends when this process is killed.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from host_tools.flashing.files import room
from host_tools.flashing.output import Said

_SETTINGS = "[esptool]\nconnect_attempts = 2\n"
_STDIN = Path("/dev/stdin")


class Pass:
    """A process that waits for ``write``; *folder* is for its own files.  Raises NoSpace."""

    def __init__(self, folder: Path) -> None:
        self.said = Said()
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        with room(folder):
            (folder / "esptool.cfg").write_text(_SETTINGS)
        if _STDIN.exists():
            self._process = self._start([f"@{_STDIN}"])

    def _start(self, words: list[str]) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ESPTOOL_")}
        environment |= {
            "ESPTOOL_CFGFILE": str(self._folder / "esptool.cfg"), "PYTHONIOENCODING": "utf-8", "COLUMNS": "1000",
            "TERM": "dumb", "NO_COLOR": "1",
        }  # fmt: skip
        return subprocess.Popen(
            [sys.executable, "-m", "esptool", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=environment, cwd=self._folder, text=True, encoding="utf-8", errors="replace",
            start_new_session=True,
        )  # fmt: skip

    def write(self, chip: str, address: str, baud: int, files: Sequence[tuple[int, Path]]) -> None:
        """Begin to write *files* (offset, file) to a *chip* that waits in its loader at *baud* behind *address*."""
        words = ["--chip", chip, "--port", address, "--baud", str(baud)]
        words += ["--before", "no-reset-no-sync", "--after", "no-reset-stub", "write-flash"]
        for offset, file in files:
            words += [hex(offset), str(file)]
        if self._process is None:
            self._process = self._start(words)
            return
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended, and its last words say why
            self._process.stdin.write(shlex.join(words) + "\n")
            self._process.stdin.close()

    def follow(self, heard: Callable[[Said], bool]) -> None:
        """Read what it says until it ends; *heard* is called after each line and may say that it was the last.

        When all is done what remains is to close a port, and for that pyserial takes 0.3 s.
        """
        assert self._process is not None and self._process.stdout is not None
        for line in self._process.stdout:
            self.said.line(line)
            if heard(self.said):
                return

    def end(self) -> None:
        """End it, wherever it is."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def __enter__(self) -> Pass:
        return self

    def __exit__(self, *_: object) -> None:
        """End it, and wait until it has gone."""
        self.end()
        if self._process is not None:
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
