"""Posts a message to a webhook, as gateways of SMS and chat programs have it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from host_tools.city.notify.mail import Unsent
from host_tools.city.notify.message import Message
from host_tools.city.notify.secrets import read_secret
from host_tools.site.alarm_settings import Channel

TIMEOUT_S = 15.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: what is sent goes to the address in site.toml only."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


def post(channel: Channel, folder: Path, message: Message) -> None:
    """Posts *message* as JSON to the channel's address.  *folder* is the site's.  Raises Unsent.

    The header Idempotency-Key is the same where the same message comes again.
    """
    host = urlsplit(channel.url).netloc.rpartition("@")[2]
    try:
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": message.id,
                   "User-Agent": "diya"}  # fmt: skip
        token = read_secret(folder, channel.token_file)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps({"id": message.id, **message.values}, ensure_ascii=False).encode()
        request = urllib.request.Request(channel.url, body, headers, method="POST")
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_S) as answer:
            answer.read(65536)
    except urllib.error.HTTPError as error:
        error.close()
        raise Unsent(f"the webhook {host} answered {error.code}") from error
    except (OSError, ValueError) as error:
        raise Unsent(f"the webhook {host} did not take it: {getattr(error, 'reason', None) or error}") from error
