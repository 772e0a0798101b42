"""What a console is started with; a worker process gets it through its environment."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

ENVIRONMENT = "DIYA_CONSOLE"


@dataclass(frozen=True)
class Settings:
    """*db*: the store, a file or a URL.  *site*: folder of the site's files, "" where there are none.

    *hosts*: what a request's Host may be, with the port; *secure*: whether browsers come by HTTPS; *proxied*: whether
    they come by a proxy, which says their address; *directory*: a file (access/directory.py), "" without one.
    """

    db: str
    site: str
    hosts: tuple[str, ...]
    secure: bool = False
    proxied: bool = False
    directory: str = ""

    def to_environment(self) -> None:
        """Leave it for the worker processes that this one starts."""
        os.environ[ENVIRONMENT] = json.dumps(asdict(self))


def from_environment() -> Settings:
    """The settings that the parent process has left."""
    values = json.loads(os.environ[ENVIRONMENT])
    return Settings(**{**values, "hosts": tuple(values["hosts"])})
