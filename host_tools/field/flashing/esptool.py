"""Runs esptool's one pass over a pole, in a process of its own.

Its own process because esptool is under the GPL and Diya is not, and because a process that hangs can be ended.  What
the user has set for his own esptool (ESPTOOL_* and its configuration files) does not count here.

It is started before it is known what to write, so that the interpreter and its modules are loaded when the chip is
ready: the words of its command line are sent as a line of JSON to its standard input.  So it also ends when this
process is killed.  Nothing is changed on a pole before esptool has reported that its modules are loaded.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from host_tools.field.flashing.errors import FlashError
from host_tools.field.flashing.esptool_output import Said
from host_tools.field.flashing.region_files import room
from host_tools.python_program import distribution, run_code

_SETTINGS = "[esptool]\nconnect_attempts = 2\n"
_READY = "diya: esptool is there"
_CODE = f"""sys.argv[0] = 'esptool'
import json, runpy, esptool
print({_READY!r}, flush=True)
sys.argv[1:] = json.loads(sys.stdin.readline())
runpy.run_module('esptool', run_name='__main__', alter_sys=True)
"""
_FOREIGN = ("ESPTOOL_", "ESPRESSIF_")  # settings of the user's own esptool


class Pass:
    """A process that waits for ``write``; *folder* is for its own files.

    Raises NoSpace, and FlashError where esptool is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self.said = Said()
        try:
            distribution("esptool")
        except PackageNotFoundError:
            raise FlashError("flash.no_esptool") from None
        settings = folder / "esptool.cfg"
        with room(folder):
            settings.write_text(_SETTINGS)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        environment |= {"ESPTOOL_CFGFILE": str(settings), "COLUMNS": "1000", "TERM": "dumb", "NO_COLOR": "1"}
        self._process = subprocess.Popen(
            run_code(_CODE), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
            cwd=folder, text=True, encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip

    def ready(self) -> bool:
        """Wait until its modules are there; False where it has ended instead, and ``said.last`` is why."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == _READY:
                return True
            self.said.line(line)
        return False

    def write(self, chip: str, address: str, baud: int, files: Sequence[tuple[int, Path]], by_rom: bool) -> None:
        """Begin to write *files* (offset, file) to a *chip* that waits in its loader at *baud* behind *address*.

        *by_rom*: that loader is the one in ROM, and not the stub.
        """
        words = ["--chip", chip, "--port", address, "--baud", str(baud)]
        words += ["--before", "no-reset-no-sync", "--after", "no-reset" if by_rom else "no-reset-stub"]
        words += ["--no-stub", "write-flash"] if by_rom else ["write-flash"]
        for offset, file in files:
            words += [hex(offset), str(file)]
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended, and its last output says why
            self._process.stdin.write(json.dumps(words) + "\n")
            self._process.stdin.close()

    def follow(self, heard: Callable[[Said], bool]) -> None:
        """Read its output until it ends; *heard* is called after each line and returns True if it was the last.

        The rest of its work is to close a port, for which pyserial takes 0.3 s.
        """
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.line(line)
            if heard(self.said):
                return

    def end(self) -> None:
        """End it at any point."""
        if self._process.poll() is None:
            self._process.kill()

    def __enter__(self) -> Pass:
        return self

    def __exit__(self, *_: object) -> None:
        """End it, and wait until it has gone."""
        self.end()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
