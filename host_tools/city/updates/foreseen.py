"""What a rollout of a release would do, before it is written: for the dry run of the verb, and the page."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Connection

from host_tools.city.rollouts import requests, rollout_rows
from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.ruling import RECENT_S, ROLE, Ruling
from host_tools.city.store.rollout_tables import RELEASE
from host_tools.city.updates import confirmed, kept_release, update_key
from host_tools.city.updates.kept_release import Release
from host_tools.city.updates.plan import Plan, plan, ruling
from host_tools.city.updates.reached import reached_alone
from host_tools.city.updates.wish import Wish
from host_tools.errors import DiyaError
from host_tools.site.model import Site


@dataclass(frozen=True)
class Foreseen:
    """Its *plan*, how it is *ruled* on, and whether it was *trusted*: the site's files name the key that signed it."""

    plan: Plan
    ruled: Ruling
    trusted: bool


def foresee(
    connection: Connection, site: Site, folder: Path, release: Release, wish: Wish, now: int
) -> Foreseen:  # fmt: skip
    """What *release* would do to the poles of *wish*, in *site*, whose files are in *folder*.  Raises CommandError."""
    known: dict[str, Pole] = {}
    alone: set[str] = set()
    for zone in rollout_rows.present_texts(connection) or {"": ""}:
        known |= confirmed.poles(connection, zone)
        alone |= reached_alone(connection, zone, now - RECENT_S)
    found = plan(site, release, wish.meant(site), known)
    ruled, trusted = ruling(ROLE, found, len(alone - found.waves.keys())), False
    try:
        trusted = update_key.check(release, folder)
        kept_release.check_age(release, max(now, time.time()))
        requests.refuse_beside(connection, RELEASE)
    except DiyaError as error:
        ruled = Ruling(str(error))
    return Foreseen(found, ruled, trusted)
