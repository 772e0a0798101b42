"""The console of the demo: `diya console` on the simulated street, with its receiver, as long as the demo lasts."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from host_tools.errors import DiyaError
from host_tools.installed import diya_script
from host_tools.site.broker_address import free_port

BEGIN_S = 60.0  # longest until it answers
_PASSWORD = re.compile(r"one-time password (\S+)")


@dataclass(frozen=True)
class DemoConsole:
    """Where it is, who may log in, and the store of its receiver."""

    address: str
    user: str
    password: str
    store: Path


@contextlib.contextmanager
def running_console(site: Path, url: str) -> Iterator[DemoConsole]:
    """A console of the street *site* on the broker at *url*, by the time of its simulation.

    Raises DiyaError where it does not begin.
    """
    with tempfile.TemporaryDirectory(prefix="diya-demo-console-") as folder:
        store, port, said = Path(folder) / "record.sqlite", free_port(), Path(folder) / "said"
        command = [
            diya_script(), "console", "--site", str(site), "--db", str(store), "--broker", url, "--simulated",
            "--port", str(port), "--secrets", folder,
        ]  # fmt: skip
        with said.open("w") as out:
            # a process session of its own: Ctrl-C is for who watches, which then ends this
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        try:
            yield DemoConsole(f"http://127.0.0.1:{port}/", "admin", _password(child, said, port), store)
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _password(child: subprocess.Popen[bytes], said: Path, port: int) -> str:
    """What the console says, once it answers."""
    until = time.monotonic() + BEGIN_S
    while time.monotonic() < until and child.poll() is None:
        found = _PASSWORD.search(said.read_text(encoding="utf-8"))
        if found and _answers(port):
            return found[1]
        time.sleep(0.1)
    raise DiyaError(f"the console did not begin: {said.read_text(encoding='utf-8').strip()[-400:]}")


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
