"""Reads what a site's file says of its data that others read (publish_settings.py)."""

from __future__ import annotations

import re

from host_tools.site.publish_settings import CATEGORIES, LICENCE, PublishSettings
from host_tools.site.toml_reader import Reader

TABLES = ("ngsi", "open_data")
MOST_HOSTS = 32
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


def read_publish_settings(read: Reader) -> PublishSettings:
    """The settings in the file that *read* reads; mistakes go to *read*."""
    read.table(("ngsi",), required=False)
    read.only(("ngsi",), ("hosts", "categories"))
    hosts = []
    for place in range(len(read.items(("ngsi", "hosts"), 0, MOST_HOSTS, required=False))):
        host = read.text(("ngsi", "hosts", place), 260)
        if host and not _HOST.fullmatch(host):
            read.wrong(("ngsi", "hosts", place), f"is {host!r}", "must be HOST or HOST:PORT")
        hosts.append(host.lower())
    categories = {}
    for name in read.table(("ngsi", "categories"), required=False):
        read.key(("ngsi", "categories", name))
        categories[name] = read.choice(("ngsi", "categories", name), CATEGORIES, "a locationCategory")
    read.table(("open_data",), required=False)
    read.only(("open_data",), ("enabled", "licence"))
    licence = read.text(("open_data", "licence"), 200, default=LICENCE)
    return PublishSettings(tuple(hosts), categories, read.flag(("open_data", "enabled")), licence)
