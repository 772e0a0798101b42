"""The form by which a rollout of a release is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from host_tools.city.updates.wish import MOST_SOAK_S, MOST_SPREAD_S, SOAK_S, SPREAD_S, Wish
from host_tools.language.refusal import Refusal
from host_tools.site.model import Site
from host_tools.text import quoted


@dataclass(frozen=True)
class UpdateForm:
    """Minutes *spread* and *soak*; *group* and *feeder*: empty for all poles."""

    wish: Wish
    group: str
    feeder: str

    @property
    def spread(self) -> int:
        return self.wish.spread // 60

    @property
    def soak(self) -> int:
        return self.wish.soak // 60


def read(said: Mapping[str, str]) -> UpdateForm:
    """The form in the fields *said*.  Raises CommandError."""
    group, feeder = said.get("group", "").strip(), said.get("feeder", "").strip()
    serial = said.get("release", "")
    if not serial.isascii() or not serial.isdecimal() or len(serial) > 15 or int(serial) < 1:
        raise Refusal("updates.no_sense")
    spread = _minutes(said, "spread", SPREAD_S // 60, MOST_SPREAD_S // 60)
    soak = _minutes(said, "soak", SOAK_S // 60, MOST_SOAK_S // 60)
    groups, feeders = ((group,) if group else ()), ((feeder,) if feeder else ())
    return UpdateForm(Wish(int(serial), groups, feeders, 60 * spread, 60 * soak), group, feeder)


def choices(site: Site | None) -> tuple[list[str], list[str]]:
    """The groups (without feeders) and the feeders of *site*."""
    poles = site.poles if site else ()
    feeders = {one.feeder for one in poles if one.feeder}
    return sorted({group for one in poles for group in one.groups} - feeders), sorted(feeders)


def _minutes(said: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = said.get(name, "").strip() or str(default)
    if not text.isascii() or not text.isdecimal() or len(text) > 6 or int(text) > most:
        raise Refusal(f"console_updates.wrong_{name}", value=quoted(text, 20), most=most)
    return int(text)
