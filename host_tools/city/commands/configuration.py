"""A pole's configuration: compiled from the site's files, its version and hash, whether the pole lives by it; pure.

Both `diya site configure` and the receiver's rollouts go by this.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.site.model import Pole, Problem, Site, SiteError
from host_tools.site.pole_settings import DAY_S, pole_config
from host_tools.wire import envelope
from host_tools.wire.from_pole import MOST_VERSION
from host_tools.wire.payload import number, parsed
from pole.settings import schema
from pole.wire.digest import hash_of

FRESH_S = 365 * DAY_S  # after a year a pole is sent the dates and changes of time of ten more years


@dataclass(frozen=True)
class Held:
    """What is known of a pole: the *payload* that the broker retains for it, and by its birth the *version* (None: it
    was never born) and *digest* of the configuration in force, and the *nonce* of its flashing.
    """

    payload: bytes = b""
    version: int | None = None
    digest: str = ""
    nonce: str = ""


def is_there(site: Site, pole: Pole, held: Held, topic: str, key: Key | None, now: int) -> bool:
    """Whether the configuration retained for *pole* is in force there, and the site's files still give the same.

    They are compiled as of the day on which that one was made, because a configuration depends on it.
    """
    body = str((parsed(held.payload) or {}).get("body", ""))
    given = settings_in(held.payload)
    made = number(given.get("clock.floor"), 0, now)
    if made is None or now - made > FRESH_S or held.version is None or held.digest != digest_of(body):
        return False
    if not genuine(held.payload, topic, key, held.nonce):
        return False
    return body == text_of({**pole_config(site, pole, made + DAY_S), "version": given.get("version")})


def next_version(site: Site, held: Held) -> int:
    """One above the version in force on the pole, and above the one that was sent."""
    kept = number(settings_in(held.payload).get("version"), 0, MOST_VERSION) or 0
    return max(held.version + 1 if held.version is not None else 1, kept + 1, site.version)


def compiled(site: Site, pole: Pole, now: int, version: int) -> str:
    """The settings of *pole* as they travel, under *version*.  Raises SiteError where the pole would refuse them."""
    given = {**pole_config(site, pole, now), "version": version}
    try:
        schema.complete(given)
    except schema.ConfigError as error:
        what = f"what {given['pole']} is told"
        raise SiteError(
            Problem("site.toml", 0, what, f"is refused by the pole: {sentence}", "must be sound")
            for sentence in error.problems
        ) from None
    return text_of(given)


def text_of(given: dict[str, Any]) -> str:
    """*given* as the body of an envelope."""
    return json.dumps(given, separators=(",", ":"))


def digest_of(body: str) -> str:
    """The hash by which a pole identifies a configuration."""
    known_by: str = hash_of(body.encode())
    return known_by


def settings_in(payload: bytes) -> dict[str, Any]:
    """The settings in an envelope; empty where there are none."""
    body = (parsed(payload) or {}).get("body")
    return (parsed(body.encode()) or {}) if isinstance(body, str) else {}


def genuine(payload: bytes, topic: str, key: Key | None, nonce: str) -> bool:
    """Whether *payload* was sealed with *key* for the flashing *nonce*: a broker could forge one."""
    said = parsed(payload) or {}
    try:
        return payload == envelope.seal(topic, said["sender"], said["n"], said["body"], key, nonce if key else "")
    except (KeyError, TypeError, ValueError, AttributeError, CommandError):
        return False
