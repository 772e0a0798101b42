"""Reads what a site's file says of its alarms (alarm_settings.py)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from host_tools.site.alarm_settings import AlarmSettings, Channel, MailServer, NotifyRule
from host_tools.site.model import Pole
from host_tools.site.toml_lines import Path as Field
from host_tools.site.toml_reader import Reader
from host_tools.wire.event_types import CATALOGUE, DANGER, DARK, DEGRADED, NOTE
from host_tools.wire.reported import REPORTED

SEVERITIES = {"danger": DANGER, "dark": DARK, "degraded": DEGRADED, "note": NOTE}
# as in host_tools/city/correlation/fault.py
STREET_KINDS = (
    "brokerOutage", "networkOutage", "accessPointOutage", "accessPointWeak", "feederOutage", "poleSilent",
)  # fmt: skip
TABLES = ("alarms", "mail", "channels", "notify", "heartbeat")
LANGUAGES = ("en", "hi")

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_SERVER = re.compile(r"smtps?://[A-Za-z0-9._-]+(:[0-9]{1,5})?")
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]+")
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[A-Za-z0-9._-]+")


def read_alarm_settings(read: Reader) -> AlarmSettings:
    """The settings in the file that *read* reads; mistakes go to *read*."""
    severities = {}
    kinds = (*CATALOGUE, *STREET_KINDS, *REPORTED)
    for kind in read.table(("alarms",), required=False):
        if kind not in kinds:
            read.wrong(("alarms", kind), "is no kind of alarm", "must be one, such as lampFailure or feederOutage")
        name = read.choice(("alarms", kind), SEVERITIES, "a severity")
        severities[kind] = SEVERITIES.get(name, DEGRADED)
    channels = {name: _channel(read, name) for name in read.table(("channels",), required=False)}
    mail = _mail(read)
    for name, channel in channels.items():
        if channel.mail and mail is None:
            read.wrong(("channels", name, "mail"), "is given", "must have a table [mail] with its server")
    rules = tuple(_rule(read, n, channels) for n in range(len(read.items(("notify",), 0, 64, required=False))))
    names = [rule.name for rule in rules]
    for number, name in enumerate(names):
        if name and name in names[:number]:
            read.wrong(("notify", number, "name"), f"is {name!r}", "must be another than those before it")
    read.table(("heartbeat",), required=False)
    read.only(("heartbeat",), ("to", "every_min"))
    beats = _names(read, ("heartbeat", "to"), channels, required=read.get(("heartbeat",)) is not None)
    every = read.whole(("heartbeat", "every_min"), 1, 1440, "min", default=60)
    return AlarmSettings(severities, mail, channels, rules, beats, every * 60)


def check_wards(read: Reader, settings: AlarmSettings, poles: Iterable[Pole]) -> None:
    """Report wards that no pole has: such a rule sends nothing."""
    known = {pole.ward for pole in poles}
    for number, rule in enumerate(settings.rules):
        for place, ward in enumerate(rule.wards):
            if ward and ward not in known:
                read.wrong(("notify", number, "wards", place), f"is {ward!r}", "must be a ward of poles.csv")


def _channel(read: Reader, name: str) -> Channel:
    path: Field = ("channels", name)
    read.key(path)
    table = read.table(path)
    read.only(path, ("mail", "url", "token_file", "language"))
    if ("mail" in table) == ("url" in table):
        read.wrong(path, "has both or none of mail and url", "must have one of them")
    mail = _texts(read, (*path, "mail"), 32) if "mail" in table else ()
    for place, address in enumerate(mail):
        if address and not _ADDRESS.fullmatch(address):
            read.wrong((*path, "mail", place), f"is {address!r}", "must be an address such as duty@city.example")
    url = read.text((*path, "url"), 300, default="")
    if url and not _URL.fullmatch(url):
        read.wrong((*path, "url"), f"is {url!r}", "must be http:// or https:// with a host")
    token = read.text((*path, "token_file"), 300, default="")
    return Channel(name, mail, url, token, read.choice((*path, "language"), LANGUAGES, "a language", "en") or "en")


def _mail(read: Reader) -> MailServer | None:
    if read.get(("mail",)) is None:
        return None
    read.table(("mail",))
    read.only(("mail",), ("server", "from", "user", "password_file"))
    server, sender = read.text(("mail", "server"), 200), read.text(("mail", "from"), 200)
    if server and not _SERVER.fullmatch(server):
        read.wrong(("mail", "server"), f"is {server!r}", "must be smtp://HOST, smtps://HOST, or with :PORT")
    if sender and not _ADDRESS.fullmatch(sender):
        read.wrong(("mail", "from"), f"is {sender!r}", "must be an address such as diya@city.example")
    user = read.text(("mail", "user"), 200, default="")
    return MailServer(server, sender, user, read.text(("mail", "password_file"), 300, default=""))


def _rule(read: Reader, number: int, channels: Mapping[str, Channel]) -> NotifyRule:
    path: Field = ("notify", number)
    table = read.table(path)
    read.only(path, ("name", "severity", "wards", "hours", "to", "escalate_min", "escalate_to"))
    severities = []
    for place in range(len(read.items((*path, "severity"), 1, 4, required=False))):
        name = read.choice((*path, "severity", place), SEVERITIES, "a severity")
        severities.append(SEVERITIES.get(name, DANGER))
    escalate = read.whole((*path, "escalate_min"), 1, 10_080, "min", default=0) if "escalate_min" in table else 0
    if ("escalate_min" in table) != ("escalate_to" in table):
        read.wrong(path, "has one of escalate_min and escalate_to", "must have both or none of them")
    return NotifyRule(
        read.name((*path, "name")), tuple(severities), _texts(read, (*path, "wards"), 64), _hours(read, path),
        _names(read, (*path, "to"), channels), escalate * 60,
        _names(read, (*path, "escalate_to"), channels, required=bool(escalate)),
    )  # fmt: skip


def _hours(read: Reader, path: Field) -> tuple[int, int] | None:
    text = read.text((*path, "hours"), 11, default="")
    if not text:
        return None
    found = _HOURS.fullmatch(text)
    if found:
        from_ = int(found[1]) * 60 + int(found[2])
        to = int(found[3]) * 60 + int(found[4]) if found[3] else 1440
        if from_ != to:
            return from_, to
    read.wrong((*path, "hours"), f"is {text!r}", "must be such as 18:00-06:00, two different times of the day")
    return None


def _texts(read: Reader, path: Field, most: int) -> tuple[str, ...]:
    items = read.items(path, 1, most, required=False)
    return tuple(read.text((*path, place), 200) for place in range(len(items)))


def _names(
    read: Reader, path: Field, channels: Mapping[str, Channel], required: bool = True
) -> tuple[str, ...]:  # fmt: skip
    items = read.items(path, 1, 16, required=required)
    return tuple(read.choice((*path, place), channels, "a channel") for place in range(len(items)))
