"""`/metrics` and `/healthz` of a receiver, asked by good clients and bad ones."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from host_tools.city.record import metrics
from host_tools.city.record.metrics import MetricsServer, Snapshot, address
from host_tools.errors import CommandError


@pytest.fixture
def server() -> Iterator[MetricsServer]:
    running = MetricsServer(("127.0.0.1", 0))
    yield running
    running.close()


def ask(server: MetricsServer, path: str, method: str = "GET") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    found = answer.status, answer.headers["Content-Type"], answer.read().decode()
    connection.close()
    return found


def well(**changed: object) -> Snapshot:
    now = time.monotonic()
    return Snapshot(now, broker=True, database=True, heard=now - 3, **changed)  # type: ignore[arg-type]


def test_prometheus_reads_what_the_receiver_counted(server: MetricsServer) -> None:
    server.show(well(messages={"meter": 12, "event": 3}, readings={"kept": 11, "old": 1}, events=3, poles=10_000))
    code, kind, text = ask(server, "/metrics")
    assert code == 200
    assert kind.startswith("text/plain")
    found = {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }
    assert found["diya_receiver_messages_total", "meter"] == 12
    assert found["diya_receiver_readings_total", "old"] == 1
    assert found["diya_receiver_events_total",] == 3
    assert found["diya_poles",] == 10_000
    assert found["diya_receiver_broker_connected",] == 1
    assert found["diya_receiver_last_message_timestamp_seconds",] == pytest.approx(time.time() - 3, abs=2)
    assert found["process_resident_memory_bytes",] > 0
    assert all(one.name.startswith(("diya_", "process_", "python_")) for one in text_string_to_metric_families(text))


@pytest.mark.parametrize(
    ("changed", "healthy"),
    [({}, True), ({"broker": False}, False), ({"database": False}, False), ({"turned": -metrics.TURN_S - 1}, False)],
)
def test_health_is_what_a_supervisor_may_act_on(
    server: MetricsServer, changed: dict[str, float], healthy: bool
) -> None:  # fmt: skip
    now = time.monotonic()
    fields = {"turned": 0.0, "broker": True, "database": True} | changed
    server.show(Snapshot(now + fields["turned"], bool(fields["broker"]), bool(fields["database"]), now - 7))
    code, kind, text = ask(server, "/healthz")
    assert (code, kind) == (200 if healthy else 503, "application/json")
    assert text.count("\n") == 1
    said = json.loads(text)
    assert said["healthy"] is healthy
    assert said["lastMessageAge"] == pytest.approx(7, abs=1)


def test_before_its_first_turn_a_receiver_is_not_healthy(server: MetricsServer) -> None:
    code, _kind, text = ask(server, "/healthz")
    assert code == 503
    assert json.loads(text)["lastMessageAge"] is None


@pytest.mark.parametrize(
    "said",
    [
        b"", b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET /metrics HTTP/9.9\r\n\r\n", b"\x00" * 70_000,
        b"GET /metrics HTTP/1.1\r\n" + b"x: y\r\n" * 200 + b"\r\n", b"POST /metrics HTTP/1.1\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nAccept: \xff\xfe;q=x;version=,\r\n\r\n", b"GET /../../etc/passwd HTTP/1.1\r\n\r\n",
    ],
    ids=range(9),
)  # fmt: skip
def test_a_bad_client_changes_nothing_for_the_next_one(
    server: MetricsServer, said: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    server.show(well())
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
            client.sendall(said)
    assert ask(server, "/metrics")[0] == 200
    assert ask(server, "/healthz", "HEAD")[::2] == (200, "")
    assert ask(server, "/other")[0] == 404
    assert capsys.readouterr() == ("", "")


def test_clients_that_say_nothing_are_only_so_many_and_go(
    server: MetricsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics._Handler, "timeout", 0.5)
    server.show(well())
    mute = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(2 * metrics.CLIENTS)]
    end = time.monotonic() + 10
    while True:
        try:
            assert ask(server, "/healthz")[0] == 200
            break
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < end
            time.sleep(0.05)
    for client in mute:
        client.close()


def test_an_address_is_a_host_and_a_port() -> None:
    assert address("127.0.0.1:9109") == ("127.0.0.1", 9109)
    assert address("[::1]:0") == ("::1", 0)
    for wrong in ("9109", "host:", "host:x", "host:65536", "host:-1", "", "a[b]:1", "host:٩"):
        with pytest.raises(CommandError, match=r"--metrics is .* must be HOST:PORT"):
            address(wrong)


def test_a_port_that_is_taken_is_one_sentence(server: MetricsServer) -> None:
    with pytest.raises(CommandError, match=f"127.0.0.1:{server.port}, and nothing can listen there: Address already"):
        MetricsServer(("127.0.0.1", server.port))
    with pytest.raises(CommandError, match="nothing can listen there"):
        MetricsServer(("no.such.host.invalid", 1))
