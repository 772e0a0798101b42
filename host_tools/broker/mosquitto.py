"""A Mosquitto of our own: started on a free port of this machine, ended with the process that started it.

It can be stopped and started again on the same port, which simulates the failure of a broker.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from host_tools.errors import BrokerError
from host_tools.site.broker_address import HOW_TO_INSTALL, BrokerAddress, free_port
from pole.wire import contract

START_S = 60.0  # longest wait until it answers: on a busy computer it takes seconds; one that ends is seen at once
STOP_S = 5.0  # and until it has ended, before it is killed

# Debian and Homebrew put the broker where a user's PATH does not look
FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/sbin", "/opt/homebrew/bin")


def find_mosquitto() -> str | None:
    """Path of the Mosquitto broker: on PATH, or where systems put it; None where there is none."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=os.pathsep.join(FOLDERS))


class Mosquitto:
    """A Mosquitto of our own on the loopback interface; a context manager that ends what it started.

    *port* 0 takes a free one.  *queued* is `max_queued_messages`: at Mosquitto's own default a burst of a thousand
    poles loses QoS 1 messages; 0, no limit, would be worse than losing them.  *tls*: files of its certificate and key,
    in PEM.  Raises BrokerError where it cannot start.
    """

    def __init__(
        self, port: int = 0, queued: int = 20000, program: str | None = None, tls: tuple[Path, Path] | None = None
    ) -> None:
        found = program or find_mosquitto()
        if found is None:
            raise BrokerError(f"Mosquitto, the MQTT broker, is not on this machine: {HOW_TO_INSTALL}")
        self._program = found
        self._wanted = port
        self._queued = queued
        self._tls = tls
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.port = port

    @property
    def address(self) -> BrokerAddress:
        return BrokerAddress("127.0.0.1", self.port)

    @property
    def url(self) -> str:
        return str(self.address)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The number of its process, 0 while there is none."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start, on the same port as before if there was one, and return once it answers.  Raises BrokerError."""
        if self.running:
            return
        tries = 1 if self.port else 5  # a free port may be taken by another between our look and its start
        for left in range(tries, 0, -1):
            port = self.port or free_port()
            try:
                self._start(port)
            except BrokerError:
                if left == 1:
                    self.close()
                    raise
                continue
            self.port = port
            return

    def stop(self) -> None:
        """End the process started here; its port stays ours for the next start."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def crash(self) -> None:
        """Kill the process: all that it had queued and retained is lost.  Its port stays ours for the next start."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End the process and remove its files.  Harmless when done twice."""
        self.stop()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, port: int) -> None:
        if not _is_free(port):
            raise BrokerError(f"Mosquitto did not start on port {port}: another program listens there")
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="diya-broker-")
        config = Path(self._folder.name) / "mosquitto.conf"
        log = Path(self._folder.name) / "mosquitto.log"
        config.write_text(self._config(port), encoding="ascii")
        with log.open("wb") as out:
            # a process session of its own: Ctrl-C in the terminal reaches only this process, which ends the broker last
            process = subprocess.Popen(
                [self._program, "-c", str(config)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        self._process = process
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            time.sleep(0.02)  # before the look, so that an end because the port was taken after all is seen
            if _answers(port) and process.poll() is None:
                return
        self.stop()
        lines = log.read_text(errors="replace").strip().splitlines()
        said = re.sub(r"^\d+: ", "", lines[-1]) if lines else "it said nothing"
        raise BrokerError(f"Mosquitto did not start on port {port}: {said}")

    def _config(self, port: int) -> str:
        lines = [
            f"listener {port} 127.0.0.1",
            "allow_anonymous true",
            "persistence false",
            f"max_queued_messages {self._queued}",
            "queue_qos0_messages true",  # as `diya site broker-config` writes it
            "upgrade_outgoing_qos true",
            f"max_inflight_messages {contract.IN_FLIGHT}",
            "max_packet_size 1100000",  # poles must handle more than they keep; tests send a megabyte
            "set_tcp_nodelay true",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
        ]
        if self._tls:
            lines[1:1] = [f"certfile {self._tls[0]}", f"keyfile {self._tls[1]}", "tls_version tlsv1.2"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # as root it would become user `mosquitto`, whom a container may lack
            lines.append("user root")
        return "\n".join(lines) + "\n"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere the option would let us share the port with its holder
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.2):
            return True
    except OSError:
        return False
