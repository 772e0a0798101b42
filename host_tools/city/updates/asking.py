"""What a person asks of the receiver: to roll out a release, or to take one back by another that is signed for it."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from host_tools.city.rollouts import requests
from host_tools.city.rollouts.rollout_rows import BEGUN, Row
from host_tools.city.store.rollout_tables import GOING, RELEASE
from host_tools.city.updates import kept_release
from host_tools.city.updates.wish import Wish
from host_tools.language.refusal import Refusal


def roll_out(
    connection: Connection, site: str, who: str, role: str, door: str, wish: Wish, now: int, *, reason: str = "",
    second: str = "", code: str = "",
) -> list[int]:  # fmt: skip
    """Writes that *wish* is to be rolled out, for the receiver of each zone; the numbers.  Raises CommandError."""
    kept_release.kept(connection, site, wish.serial)
    return requests.write(
        connection, who, role, door, wish.text, "", now, reason=reason, second=second, code=code, kind=RELEASE
    )


def take_back(
    connection: Connection, site: str, found: Row, who: str, role: str, door: str, wish: Wish, now: int, *,
    second: str = "", code: str = "",
) -> list[int]:  # fmt: skip
    """Writes that the poles which the rollout *found* came to get the release of *wish*.  Raises CommandError.

    The way back is a release too: a pole takes an older version only where its manifest is signed as a downgrade.
    """
    if found["kind"] != RELEASE:
        raise Refusal("updates.not_a_release", number=found["id"])
    if found["state"] not in BEGUN:
        raise Refusal("rollouts.not_begun", number=found["id"], state=found["state"])
    if found["state"] == GOING:
        raise Refusal("updates.going", number=found["id"])
    release = kept_release.kept(connection, site, wish.serial)
    if not release.downgrade:
        raise Refusal("updates.not_downgrade", version=release.version, number=found["id"])
    return requests.write(
        connection, who, role, door, wish.text, "", now, second=second, code=code, takes_back=found, kind=RELEASE
    )
