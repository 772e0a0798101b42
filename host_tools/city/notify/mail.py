"""Hands a message in at the site's mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from host_tools.city.notify.message import Message
from host_tools.city.notify.secrets import read_secret
from host_tools.errors import DiyaError
from host_tools.site.alarm_settings import MailServer

TIMEOUT_S = 20.0
_PORTS = {"smtp": 587, "smtps": 465}


class Unsent(DiyaError):
    """A message could not be sent; it may be tried again."""


def send_mail(
    server: MailServer, folder: Path, to: Sequence[str], message: Message, at: int, zone: ZoneInfo
) -> list[str]:  # fmt: skip
    """Sends *message* of *at* (Unix s) to the addresses *to*; those that the server refuses while it takes others.

    *folder* is the site's.  The connection is encrypted where the server offers it, and a password is sent over an
    encrypted one only.  Raises Unsent.
    """
    where = urlsplit(server.server)
    host, port = where.hostname or "", where.port or _PORTS[where.scheme]
    try:
        password = read_secret(folder, server.password_file) if server.user else ""
        with _connected(where.scheme, host, port) as smtp:
            smtp.ehlo()
            if where.scheme == "smtp" and smtp.has_extn("starttls"):
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
            if server.user:
                if not isinstance(smtp.sock, ssl.SSLSocket):
                    raise Unsent(f"the mail server {host} offers no encryption, which the password needs")
                smtp.login(server.user, password)
            return sorted(smtp.send_message(_mail(server, to, message, at, zone), server.sender, list(to)))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Unsent(f"the mail server {host}:{port} did not take it: {_why(error)}") from error


def _connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=TIMEOUT_S)


def _mail(server: MailServer, to: Sequence[str], message: Message, at: int, zone: ZoneInfo) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = server.sender, ", ".join(to), message.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, zone))
    mail["Message-ID"] = f"<diya-{message.id}@{server.sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notice in answer
    mail.set_content(message.text)
    return mail


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__
