"""What a site's file says of its alarms: severities that are moved, who is sent what, and by which way.

```toml
[alarms]
lampFlicker = "dark"                        # a kind: its severity here

[mail]
server = "smtp://mail.city.example:587"     # smtps:// for TLS from the first byte
from = "diya@city.example"
user = "diya"
password_file = "mail.password"             # beside site.toml, or an absolute path

[channels]
duty = {mail = ["duty@city.example"], language = "hi"}
sms = {url = "https://sms.example/send", token_file = "sms.token"}

[[notify]]
name = "night-duty"
severity = ["danger", "dark"]               # not given: all
wards = ["W21"]
hours = "18:00-06:00"                       # of the site's clock
to = ["duty"]
escalate_min = 30                           # where no person acknowledged it
escalate_to = ["sms"]

[heartbeat]
to = ["sms"]
every_min = 60
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in.  ``password_file`` is empty where there is none to be given."""

    server: str
    sender: str
    user: str = ""
    password_file: str = ""


@dataclass(frozen=True)
class Channel:
    """A way to people: ``mail`` addresses, or the ``url`` of a webhook."""

    name: str
    mail: tuple[str, ...] = ()
    url: str = ""
    token_file: str = ""
    language: str = "en"


@dataclass(frozen=True)
class NotifyRule:
    """Who is sent an alarm of one of ``severities`` in one of ``wards`` (empty: any).

    ``hours`` are minutes of the day (from, to) by the site's clock; to may be before from: over midnight.
    """

    name: str
    severities: tuple[int, ...]
    wards: tuple[str, ...]
    hours: tuple[int, int] | None
    to: tuple[str, ...]
    escalate_s: int = 0
    escalate_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class AlarmSettings:
    """All of it.  ``heartbeat`` are channels, to which a sign of life goes every ``heartbeat_s``."""

    severities: Mapping[str, int] = field(default_factory=dict)
    mail: MailServer | None = None
    channels: Mapping[str, Channel] = field(default_factory=dict)
    rules: tuple[NotifyRule, ...] = ()
    heartbeat: tuple[str, ...] = ()
    heartbeat_s: int = 3600
