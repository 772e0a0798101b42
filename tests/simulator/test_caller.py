"""Calls of a scenario to a console that answers, refuses, or is away."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from host_tools.cli import run
from host_tools.site.broker_address import free_port
from simulator.caller import Caller
from simulator.scenario.call import Call

CALL = Call(0, "CCTV", "POST", "/doors/incidents", '{"camera": 7}', {"content-type": "application/json"})


class Console(http.server.BaseHTTPRequestHandler):
    heard: list[tuple[str, str, str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.heard.append((self.path, self.headers["authorization"], self.headers["content-type"], body))
        self.send_response(422 if self.path == "/refused" else 201)
        self.end_headers()
        self.wfile.write(b'{"detail": "no such camera"}')

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Console) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_call_is_made_with_the_token_and_each_answer_is_a_line(address: str) -> None:
    lines: list[str] = []
    with Caller(address, "diya_token", lines.append) as caller:
        caller.make("00:20", CALL)
        caller.make("00:21", Call(0, "CCTV", "POST", "/refused", "{}"))
    assert lines == [
        "00:20  CCTV: POST /doors/incidents -> 201",
        '00:21  CCTV: POST /refused -> 422: {"detail": "no such camera"}',
    ]
    assert caller.failed == 1
    assert Console.heard[0] == ("/doors/incidents", "Bearer diya_token", "application/json", b'{"camera": 7}')


def test_a_console_that_is_away_is_said_and_stops_nothing() -> None:
    lines: list[str] = []
    with Caller(f"http://127.0.0.1:{free_port()}", "x", lines.append) as caller:
        caller.make("00:20", CALL)
    assert lines[0].startswith("00:20  CCTV: POST /doors/incidents -> no answer: ")


@pytest.mark.parametrize(("words", "said"), [
    (["--console", "http://127.0.0.1:1"], "--console needs --broker"),
    (["--broker", "embedded", "--console", "127.0.0.1"], "must be an address such as"),
    (["--broker", "embedded", "--console", "http://127.0.0.1:1"], "--console needs --token-file"),
    (["--token-file", "x"], "--token-file is for the calls to a --console"),
    (["--broker", "embedded", "--console", "http://127.0.0.1:1", "--token-file", "not-there"], "cannot be read"),
])  # fmt: skip
def test_options_that_do_not_go_together_are_one_sentence(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", "--scenario", "iccc-evening", *words]) == 1
    out = capsys.readouterr()
    assert said in out.err and out.err.count("\n") == 1
