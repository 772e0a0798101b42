"""What docs/deploy.md tells an administrator to write: systemd reads it, and its commands run as they stand there."""

from __future__ import annotations

import configparser
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from host_tools.broker.mosquitto import find_mosquitto
from host_tools.city.store.backup import restore
from host_tools.city.store.database import postgresql
from host_tools.site.broker_address import free_port
from simulator.benchmarks.postgresql_server import programs
from tests.host_tools.broker.test_mosquitto_config import HEAD, SAGAR, City
from tests.patience import PATIENCE_S, until
from tests.postgres import Server

PAGE = Path(__file__).parents[3] / "docs" / "deploy.md"
BIN = Path(sys.executable).parent
UNITS = dict(re.findall(r"^`/etc/systemd/system/(\S+)`[^\n]*:\n```ini\n(.*?)```$", PAGE.read_text(), re.M | re.S))
ANALYZE = shutil.which("systemd-analyze")


def value(unit: str, section: str, name: str) -> list[str]:
    """The values of *name* in *unit*, without those that an empty one took back."""
    found: list[str] = []
    here = ""
    for line in UNITS[unit].splitlines():
        if line.startswith("["):
            here = line.strip("[]")
        elif here == section and line.startswith(f"{name}="):
            said = line.partition("=")[2]
            found = [*found, said] if said else []
    return found


def command(unit: str, name: str, root: Path) -> list[str]:
    """The one command *name* of *unit*, with the machine's folders below *root*, as systemd splits it."""
    (line,) = value(unit, "Service", name)
    for folder in ("/opt/diya/bin", "/etc/diya", "/var/lib/diya"):
        line = line.replace(folder, str(BIN if "opt" in folder else root / folder[1:]))
    return shlex.split(line.replace("%%", "%"))


@contextmanager
def going(line: list[str], log: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(line, stdout=file, stderr=file, env={**os.environ, **variables})
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def test_the_page_has_all_units() -> None:
    assert set(UNITS) == {
        "mosquitto.service.d/diya.conf", "diya-receiver.service", "diya-console.service", "diya-backup.service",
        "diya-backup.timer",
    }  # fmt: skip


def test_each_unit_has_sections_and_names_as_systemd_has_them() -> None:
    for name, text in UNITS.items():
        parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",))
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(text)
        assert set(parser.sections()) <= {"Unit", "Service", "Timer", "Install"}, name
        assert all(re.fullmatch("[A-Z][A-Za-z]+", key) for one in parser.values() for key in one), name


@pytest.mark.skipif(not ANALYZE, reason="no systemd on this machine: its own check of the units is not run")
def test_systemd_takes_each_unit_without_a_remark(tmp_path: Path) -> None:
    theirs = Path("/lib/systemd/system/mosquitto.service")
    for name, text in UNITS.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text.replace("/opt/diya/bin", str(BIN)))
    if theirs.exists():
        shutil.copy(theirs, tmp_path)
    units = sorted(one for one in tmp_path.iterdir() if one.suffix in (".service", ".timer"))
    done = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", *units], capture_output=True, text=True, check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "diya" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
    for unit in units:
        if unit.suffix == ".service":
            judged = subprocess.run(
                [str(ANALYZE), "security", "--offline=true", "--threshold=30", "--no-pager", str(unit)],
                capture_output=True, text=True, check=False, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
            )  # fmt: skip
            if "Failed to" not in judged.stderr:
                bound = {"diya-backup.service": 60}.get(unit.name, 30)
                figure = re.search(r"level for \S+: ([\d.]+)", judged.stdout)
                assert figure and float(figure[1]) * 10 <= bound, judged.stdout[-300:]


@pytest.mark.skipif(not find_mosquitto(), reason="no Mosquitto on this machine")
def test_the_commands_of_the_units_run_as_they_stand(tmp_path: Path, postgresql_server: Server) -> None:
    etc = tmp_path / "etc" / "diya"
    city = City(etc)
    with (etc / "broker" / "mosquitto.conf").open("a") as file:
        file.write("user root\n" if os.geteuid() == 0 else "")
    shutil.copytree(SAGAR, etc / "site")
    shutil.copy(etc / "broker" / "secrets" / "iccc.login", etc)
    (etc / "keys").write_text(f"sagar:{'5a' * 32}\n")
    (etc / "keys").chmod(0o600)
    (tmp_path / "var" / "lib" / "diya" / "backups").mkdir(parents=True)
    here = {"PGHOST": str(postgresql_server.folder), "PGUSER": "postgres"}
    for line in re.findall(r"^sudo -u postgres (create\w+ .*)$", PAGE.read_text(), re.M):
        program, *rest = shlex.split(line)
        subprocess.run([f"{programs()}/{program}", *rest], check=True, env={**os.environ, **here})
    here |= {"PGUSER": "diya", "DIYA_DB": "postgresql:///diya", "XDG_STATE_HOME": str(tmp_path)}
    metrics = free_port()
    receiver = [
        {"mqtts://broker.example:8884": f"mqtts://localhost:{city.city_port}", "127.0.0.1:9109": f"127.0.0.1:{metrics}"}
        .get(word, word)
        for word in command("diya-receiver.service", "ExecStart", tmp_path)
    ]  # fmt: skip
    log = tmp_path / "receiver.log"
    broker = command("mosquitto.service.d/diya.conf", "ExecStart", tmp_path)
    with going([str(find_mosquitto()), *broker[1:]], tmp_path / "broker.log"):
        until(lambda: listens(city.city_port), "the broker")
        with going(receiver, log, **here) as running:
            body = {"v": 1, "at": 1795531800, "eventType": "lampFailure", "startEndFlag": True,
                    "timestamp": 1795531800, "attributes": {}, "id": "a-1", "replayed": False}  # fmt: skip
            with city.pole("P0001") as pole:
                pole.say(f"{HEAD}/P0001/event", json.dumps(body).encode())
                url = postgresql_server.url("diya")
                until(lambda: events(url) == 1 or pole.say(f"{HEAD}/P0001/event", json.dumps(body).encode()),
                      "the event", 0.2)  # fmt: skip
            until(lambda: healthy(metrics), "a receiver that is well", 0.2)
            console_answers(tmp_path, here)
            (kill,) = value("diya-receiver.service", "Service", "KillSignal")
            running.send_signal(signal.Signals[kill])
            ends = {0, *map(int, value("diya-receiver.service", "Service", "SuccessExitStatus"))}
            assert running.wait(PATIENCE_S) in ends, log.read_text()
    subprocess.run(command("diya-backup.service", "ExecStart", tmp_path), check=True, env={**os.environ, **here})
    (file,) = (tmp_path / "var" / "lib" / "diya" / "backups").iterdir()
    subprocess.run(command("diya-backup.service", "ExecStartPost", tmp_path), check=True)
    assert file.exists()
    assert restore(file, postgresql_server.url("diya"), replace=True).events == 1


def console_answers(root: Path, here: dict[str, str]) -> None:
    """The console of its unit answers by the name that its proxy has, and by no other."""
    port, log = free_port(), root / "console.log"
    line = [str(port) if word == "8080" else word for word in command("diya-console.service", "ExecStart", root)]
    with going(line, log, **here) as running:
        until(lambda: status(port, "lights.example") == 200, "a console that answers", 0.2)
        assert status(port, "elsewhere.example") == 400
        assert "one-time password" in log.read_text()
        (kill,) = value("diya-console.service", "Service", "KillSignal")
        running.send_signal(signal.Signals[kill])
        ends = {0, *map(int, value("diya-console.service", "Service", "SuccessExitStatus"))}
        assert running.wait(PATIENCE_S) in ends, log.read_text()


def status(port: int, host: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/login", headers={"Host": host})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


def events(url: str) -> int:
    database = postgresql(url)
    try:
        with database.engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM event")).scalar_one())
    except sa.exc.SQLAlchemyError:  # it is only being made
        return 0
    finally:
        database.close()


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    return answer.status == 200 and said["healthy"]
