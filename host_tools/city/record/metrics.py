"""What a receiver tells Prometheus (`/metrics`) and a supervisor (`/healthz`), over HTTP.

The receiver leaves a Snapshot each turn; threads of the server only read it.  So no client can hold up the
receiver or its database.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from host_tools.errors import CommandError

TURN_S = 60.0  # a receiver that has not finished a turn for so long hangs
CLIENT_S = 5.0  # longest wait for a client to say what it wants, or to take the answer
CLIENTS = 16  # at once; one more is turned away
PAUSE_S = 0.1  # before the next connection where the system gives none


@dataclass(frozen=True)
class Snapshot:
    """The receiver at the end of a turn: ``turned`` and ``heard`` (the last message) are times of time.monotonic().

    Counts are those since its start; all keys of a mapping are known beforehand, never names of poles.
    """

    turned: float
    broker: bool = False  # connected
    database: bool = False  # the last transaction was written
    heard: float | None = None
    messages: Mapping[str, int] = field(default_factory=dict)  # by kind
    readings: Mapping[str, int] = field(default_factory=dict)  # by outcome: kept, old, ahead
    events: int = 0
    doubles: int = 0
    malformed: int = 0
    batches: int = 0
    commit_s: float = 0.0
    connections: int = 0
    poles: int = 0
    online: int = 0
    silent: int = 0
    missing: int = 0
    due: int = 0  # hours and nights of poles that are to be worked out

    def health(self, now: float) -> dict[str, Any]:
        """The fields of /healthz at *now*, a time of time.monotonic()."""
        age = round(now - self.turned, 1)
        return {
            "healthy": self.broker and self.database and age <= TURN_S, "broker": self.broker,
            "database": self.database, "turnAge": age,
            "lastMessageAge": None if self.heard is None else round(now - self.heard, 1),
        }  # fmt: skip


def address(text: str) -> tuple[str, int]:
    """Host and port of *text* (HOST:PORT; the host of IPv6 in brackets).  Raises CommandError."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535 or "[" in host[1:]:
        raise CommandError(f"--metrics is {text!r} and must be HOST:PORT, such as 127.0.0.1:9109")
    return host.removeprefix("[").removesuffix("]"), int(port)


class MetricsServer:
    """Answers at *at* (host, port; port 0: any that is free) until it is closed.  Raises CommandError."""

    def __init__(self, at: tuple[str, int]) -> None:
        self._snapshot = Snapshot(time.monotonic())
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(_Receiver(lambda: self._snapshot))
        try:
            family = socket.getaddrinfo(*at, type=socket.SOCK_STREAM)[0][0]
            self._server = _Server(family, at, registry, lambda: self._snapshot)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(f"--metrics is {at[0]}:{at[1]}, and nothing can listen there: {reason}") from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="metrics", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def show(self, snapshot: Snapshot) -> None:
        """From now on *snapshot* is told."""
        self._snapshot = snapshot

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Receiver(Collector):
    """A Snapshot as metrics, named as Prometheus has it: base units, and ``_total`` for what is counted."""

    def __init__(self, snapshot: Any) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        now, wall, one = time.monotonic(), time.time(), self._snapshot()
        for name, text, label, values in (
            ("messages", "Messages of poles taken, by kind.", "kind", one.messages),
            ("readings", "Readings of meters: kept, too old, or ahead of the clock.", "outcome", one.readings),
        ):
            family = CounterMetricFamily(f"diya_receiver_{name}", text, labels=[label])
            for key, value in values.items():
                family.add_metric([key], value)
            yield family
        for name, text, value in (
            ("events", "New events stored.", one.events),
            ("duplicate_events", "Events that came again and were there.", one.doubles),
            ("malformed_messages", "Messages that made no sense.", one.malformed),
            ("batches", "Transactions with messages.", one.batches),
            ("commit_seconds", "Time spent in these transactions.", one.commit_s),
            ("broker_connections", "Connections made to the broker.", one.connections),
        ):
            yield CounterMetricFamily(f"diya_receiver_{name}", text, value=value)
        heard = 0.0 if one.heard is None else wall - (now - one.heard)
        for name, text, value in (
            ("diya_receiver_broker_connected", "1 while the broker is connected.", float(one.broker)),
            ("diya_receiver_database_writable", "1 while the database can be written.", float(one.database)),
            ("diya_receiver_last_turn_timestamp_seconds", "End of the last turn.", wall - (now - one.turned)),
            ("diya_receiver_last_message_timestamp_seconds", "The last message; 0: none yet.", heard),
            ("diya_receiver_roll_ups_due", "Hours and nights of poles to be worked out.", one.due),
            ("diya_poles", "Poles known.", one.poles),
            ("diya_poles_online", "Poles that are connected to the broker.", one.online),
            ("diya_poles_silent", "Poles that said nothing for too long.", one.silent),
            ("diya_events_missing", "Events that poles have and the record lacks.", one.missing),
        ):
            yield GaugeMetricFamily(name, text, value=value)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # of the usual 5, what comes with a burst waits for seconds
    block_on_close = False  # a slow client would hold up the end of the receiver

    def __init__(self, family: int, at: tuple[str, int], registry: CollectorRegistry, snapshot: Any) -> None:
        self.address_family = family
        self.registry, self.snapshot = registry, snapshot
        self._room = threading.BoundedSemaphore(CLIENTS)
        super().__init__(at, _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        try:
            return super().get_request()
        except OSError:
            time.sleep(PAUSE_S)  # out of file handles: the client waits on, and this would turn in circles
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread can be had
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or speaks no HTTP, is no trouble of the receiver's."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = CLIENT_S
    server_version = "diya"
    sys_version = ""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/metrics":
            encoder, kind = choose_encoder(self.headers.get("Accept", ""))
            self._answer(200, kind, encoder(self.server.registry))
        elif path == "/healthz":
            health = self.server.snapshot().health(time.monotonic())
            line = json.dumps(health, separators=(",", ":")) + "\n"
            self._answer(200 if health["healthy"] else 503, "application/json", line.encode())
        else:
            self._answer(404, "text/plain; charset=utf-8", b"/metrics and /healthz are here\n")

    do_HEAD = do_GET

    def _answer(self, code: int, kind: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            with contextlib.suppress(OSError):
                self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed: the receiver's lines are for what a person should read."""
