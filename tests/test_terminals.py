"""Every verb on every kind of output: no escape sequences for NO_COLOR and TERM=dumb; full disks and closed pipes.

Each verb below the others has its lines here, and a new verb needs one.  They are run by the installed script.
"""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from host_tools.cli import VERBS, cli
from simulator.virtual_pole.pole import SerialPole
from tests.town import DIYA, Town

PORT = "socket://127.0.0.1:9"  # nothing is there
LINES = {  # PORT, BROKER and POLE are put in; in this order, as later lines read what earlier ones wrote
    "simulate": "simulate --poles 2 --hours 2",
    "virtual-pole": "virtual-pole",
    "watch": "watch --broker BROKER --seconds 1",
    "send": "send --broker BROKER --all --level 60 --wait 0.2",
    "record run": "record run --broker BROKER --db r.sqlite --seconds 1",
    "record show": "record show --db r.sqlite --latest",
    "record faults": "record faults --db r.sqlite",
    "record export": "record export --db r.sqlite",
    "record backup": "record backup r.backup --db r.sqlite",
    "record restore": "record restore r.backup --db again.sqlite",
    "record upgrade": "record upgrade --db r.sqlite",
    "report": "report --db r.sqlite --month 2026-11",
    "console": "console --help",
    "console user add": "console user add asha --role viewer --db r.sqlite",
    "console user disable": "console user disable asha --db r.sqlite",
    "console user enable": "console user enable asha --db r.sqlite",
    "console user list": "console user list --db r.sqlite",
    "console user password": "console user password asha --db r.sqlite",
    "alarms acknowledge": "alarms acknowledge 1 --db r.sqlite",
    "alarms assign": "alarms assign 1 --to crew --db r.sqlite",
    "alarms close": "alarms close 1 --reason seen --db r.sqlite",
    "alarms history": "alarms history 1 --db r.sqlite",
    "alarms mend": "alarms mend 1 --db r.sqlite",
    "alarms order": "alarms order 1 --crew crew --due 24h --db r.sqlite",
    "alarms quiet": "alarms quiet P0001 --until 4h --reason cable --db r.sqlite",
    "site check": "site check sagar",
    "site preview": "site preview sagar --date 2026-11-08",
    "site broker-config": "site broker-config sagar --out broker",
    "site configure": "site configure sagar --pole P0001 --wait 0.2",
    "site rollout": "site rollout sagar --db r.sqlite --wait 0.2",
    "site rekey": "site rekey sagar --pole P0001 --key-file poles.keys --wait 0.2",
    "pole": "pole --port POLE",
    "pole log": "pole log --port POLE --seconds 0.5",
    "pole journal": "pole journal --port POLE",
    "pole set": "pole set 60 --for 10m --port POLE",
    "pole release": "pole release --port POLE",
    "commission": f"commission --port {PORT} --technician Asha --site sagar",
    "bundle make": "bundle sagar --micropython ESP32_GENERIC.bin --key-file keys.txt --new-key --out again.diya",
    "bundle show": "bundle show sagar.diya",
    "update keygen": "update keygen --out update-key.pem",
    "update sign": "update sign sagar --key signing.pem --out again.update",
    "update trust": "update trust signing.pem --site town",
    "update show": "update show sagar.update",
    "update publish": "update publish sagar.update --site sagar",
    "update rollout": "update rollout sagar.update --db r.sqlite --site sagar --dry-run",
    "update change-key": "update change-key --help",
    "update status": "update status --db r.sqlite",
    "update halt": "update halt 1 --db r.sqlite",
    "update go-on": "update go-on 1 --db r.sqlite",
    "update take-back": "update take-back 1 sagar.update --db r.sqlite --wait 0.2",
    "flash": "flash sagar.diya --port POLE --pole P0001",
    "boards": "boards",
    "label": "label --site town --all --pdf labels.pdf",
    "registry list": "registry list",
    "registry merge": "registry merge ravis-laptop.sqlite",
    "registry export": "registry export",
    "registry bind": "registry bind 24:6f:28:aa:bb:03 diya:sagar/P0007",
    "completion": "completion bash",
    "doctor": "doctor",
    "alarms": "alarms --db r.sqlite",
    "audit person": "audit person --help",
    "audit verify": "audit verify --help",
    "site import": "site import --help",
    "site new": "site new --help",
}
SCREENS = ("watch", "pole")  # they draw over the whole terminal, also without colours
ENDLESS = ("virtual-pole", "pole")  # until Ctrl-C
# may have nothing for standard output: no pole or alarm there, one that prints nothing, a file that is there already
QUIET = (
    "pole log", "update keygen", "update halt", "update go-on", "update take-back",
    "commission", "record backup", "record upgrade", "record restore",
    *(f"console user {what}" for what in ("add", "disable", "enable", "password")),
    *(f"alarms {what}" for what in ("acknowledge", "assign", "close", "history", "mend", "order", "quiet")),
)  # fmt: skip
LIMIT_S = 120
COLOURS = re.compile(r"\x1b\[[0-9;:]*m")


def _leaves(command: click.Command, name: str) -> Iterator[str]:
    context = click.Context(command)
    below = command.list_commands(context) if isinstance(command, click.Group) else []
    if not below or (isinstance(command, click.Group) and command.invoke_without_command):
        yield name
    for one in below:
        found = command.get_command(context, one)  # type: ignore[attr-defined]
        yield from _leaves(found, f"{name} {one}")


EVERY = [leaf for verb in VERBS for leaf in _leaves(cli.get_command(click.Context(cli), verb), verb)]
HERE = [verb for verb in LINES if verb in EVERY]


def test_every_verb_has_a_line_here() -> None:
    assert set(EVERY) <= set(LINES), "add a line for the new verb"


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[Town, str]]:
    """A town, and the port of a pole that was flashed with its bundle."""
    with tempfile.TemporaryDirectory(prefix="diya-terminals-") as folder, Town(Path(folder) / "town") as one:
        for file in ("sagar.diya", "sagar.update", "ravis-laptop.sqlite"):
            one.make(file)
        with SerialPole("esp32", "socket") as pole:
            words = ("flash", "sagar.diya", "--port", pole.url, "--pole", "P0001")
            run = subprocess.run([DIYA, *words], cwd=one.work, env=one.environment(), capture_output=True, text=True)
            assert run.returncode == 0, run.stderr
            yield one, pole.url


def _words(town: tuple[Town, str], verb: str) -> list[str]:
    put = LINES[verb].replace("BROKER", town[0].broker.url).replace("POLE", town[1])
    return [str(DIYA), *put.split()]


def _on_a_terminal(town: tuple[Town, str], verb: str, **env: str) -> str:
    """What *verb* puts on a terminal."""
    master, slave = pty.openpty()
    try:
        with subprocess.Popen(
            _words(town, verb), cwd=town[0].work, env=town[0].environment(**env), stdin=slave, stdout=slave,
            stderr=slave, start_new_session=True,
        ) as process:  # fmt: skip
            os.close(slave)
            shown = b""
            interrupted = verb not in ENDLESS
            until = time.monotonic() + LIMIT_S
            while time.monotonic() < until:
                try:
                    some = os.read(master, 65536)
                except OSError:  # Linux: the last who had it open is gone
                    break
                if not some:
                    break
                shown += some
                if not interrupted and b"\n" in shown:
                    interrupted = True
                    process.send_signal(signal.SIGINT)
    finally:
        os.close(master)
    assert process.returncode is not None
    return shown.decode()


@pytest.mark.parametrize("verb", HERE)
@pytest.mark.parametrize("setting", ["NO_COLOR=1", "TERM=dumb"])
def test_no_verb_sends_escape_sequences_where_they_are_not_wanted(
    town: tuple[Town, str], verb: str, setting: str
) -> None:
    name, _, value = setting.partition("=")
    shown = _on_a_terminal(town, verb, **{"TERM": "xterm-256color", name: value})
    assert shown or verb in QUIET
    assert "Traceback" not in shown
    if name == "NO_COLOR" and verb in SCREENS:
        assert not COLOURS.search(shown)
    else:
        assert "\x1b" not in shown


@pytest.mark.parametrize("verb", HERE)
@pytest.mark.parametrize("output", ["a full disk", "a closed pipe"])
def test_output_that_takes_no_more_ends_every_verb_in_one_sentence(
    town: tuple[Town, str], verb: str, output: str
) -> None:
    if output == "a full disk":
        out = os.open("/dev/full", os.O_WRONLY)
    else:
        reads, out = os.pipe()
        os.close(reads)
    try:
        done = subprocess.run(
            _words(town, verb), cwd=town[0].work, env=town[0].environment(), stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.PIPE, text=True, timeout=LIMIT_S,
        )  # fmt: skip
    finally:
        os.close(out)
    assert done.returncode not in (70, 120), done.stderr
    for word in ("Traceback", "bug in diya", "Exception ignored", "Errno"):
        assert word not in done.stderr
    if verb in QUIET:
        return
    assert done.returncode != 0
    if output == "a full disk":
        assert done.stderr.splitlines()[-1] == "diya: standard output: No space left on device."
