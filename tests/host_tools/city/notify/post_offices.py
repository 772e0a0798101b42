"""A real SMTP server and a real HTTP server on this machine, which keep what they are sent, and fail as told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class MailOffice:
    """``refuse``: the answer to every message, in place of taking it; ``unknown``: an address that is refused."""

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    refuse: str = ""
    unknown: str = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address == self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuse:
            return self.refuse
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"


class _Controller(Controller):
    """Listens at a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_office(**options: Any) -> Iterator[MailOffice]:
    office = MailOffice()
    controller = _Controller(office, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        office.url = f"smtp://localhost:{controller.port}" if options else f"smtp://127.0.0.1:{controller.port}"
        yield office
    finally:
        controller.stop()


@dataclass
class Gateway:
    """``answer`` is its status for every request; one of 3xx names ``elsewhere``."""

    url: str = ""
    answer: int = 200
    elsewhere: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def gateway() -> Iterator[Gateway]:
    own = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if own.answer < 300:
                own.got.append(json.loads(body))
                own.headers.append(dict(self.headers))
            self.send_response(own.answer)
            if own.elsewhere:
                self.send_header("Location", own.elsewhere)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    own.url = f"http://127.0.0.1:{server.server_port}/send"
    try:
        yield own
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
