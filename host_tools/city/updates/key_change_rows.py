"""Changes of the key that signs updates, in the audit: who asked, for which key, and which poles are to take it first.

What is not over holds a release of the former key back: it would take the place of the change at the broker, and a
pole that comes back would have nothing but a release whose signature it may refuse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.commands import audit
from host_tools.city.rollouts.rollout_rows import BEGUN
from host_tools.city.rollouts.share import SENT
from host_tools.city.store import command_tables
from host_tools.city.store.rollout_tables import RELEASE, rollout, rollout_pole
from host_tools.city.store.tables import pole
from host_tools.city.updates.key_change import KeyChange, KeyChangeOutcome
from host_tools.city.updates.update_share import ACCEPTED
from host_tools.wire.payload import parsed

ASKED, OVER = "changeKey", "changeKeyOver"
DOOR = "change-key"
_POLES = 2000  # of a row


def ask(connection: Connection, who: str, change: KeyChange, poles: Collection[str], now: int) -> None:
    """Notes that *who* brings *change* to *poles*, for the receivers of their zones."""
    for zone, names in _by_zone(connection, poles):
        detail = {"key": change.print, "serial": change.serial, "poles": names}
        audit.add(connection, zone, now, who, DOOR, ASKED, None, detail)


def end(connection: Connection, who: str, change: KeyChange, outcome: KeyChangeOutcome, now: int) -> None:
    """Notes what came of it: poles that took it, and those that refused it, which are held back no more."""
    taken, refused = set(outcome.applied), set(outcome.rejected)
    for zone, names in _by_zone(connection, taken | refused):
        detail = {
            "key": change.print, "serial": change.serial, "took": [one for one in names if one in taken],
            "refused": {one: outcome.rejected[one][0] for one in names if one in refused},
        }  # fmt: skip
        audit.add(connection, zone, now, who, DOOR, OVER, None, detail)


def under_way(connection: Connection) -> set[str]:
    """The poles on which a release is under way: the message to them is not to be lost for a change of the key."""
    wanted = (
        sa.select(pole.c.name).join_from(rollout_pole, pole).join(rollout, rollout.c.id == rollout_pole.c.rollout)
        .where(rollout.c.kind == RELEASE, rollout.c.state.in_(BEGUN), rollout_pole.c.state.in_((SENT, ACCEPTED)))
    )  # fmt: skip
    return set(connection.execute(wanted).scalars())


class Changing:
    """{pole: print of the key that it was last sent a change to} of *zone*, but for those that refused it."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._after = 0  # key of the newest row of the audit that was looked at
        self._prints: dict[str, str] = {}

    def forget(self) -> None:
        """Reads all of the audit the next time."""
        self._after, self._prints = 0, {}

    def read(self, connection: Connection) -> Mapping[str, str]:
        """As it is now."""
        c = command_tables.audit.c
        newest = connection.execute(sa.select(sa.func.max(c.id))).scalar() or 0
        if newest <= self._after:
            return self._prints
        rows = sa.select(c.what, c.detail).where(c.id > self._after, c.zone == self._zone, c.what.in_((ASKED, OVER)))
        for what, detail in connection.execute(rows.order_by(c.id)):
            said = parsed(str(detail).encode()) or {}
            if what == ASKED:
                self._prints |= dict.fromkeys(_names(said.get("poles")), str(said.get("key")))
            else:
                for name in _names(said.get("refused")):
                    self._prints.pop(name, None)
        self._after = int(newest)
        return self._prints


def _names(said: object) -> Iterable[str]:
    return [one for one in said if isinstance(one, str)] if isinstance(said, list | dict) else []


def _by_zone(connection: Connection, poles: Collection[str]) -> Iterable[tuple[str, list[str]]]:
    """*poles* by the zone of the receiver that knows them, some at a time."""
    zones = {str(name): str(zone) for name, zone in connection.execute(sa.select(pole.c.name, pole.c.zone))}
    out: dict[str, list[str]] = {}
    for name in sorted(poles):
        out.setdefault(zones.get(name, ""), []).append(name)
    for zone, names in sorted(out.items()):
        for at in range(0, len(names), _POLES):
            yield zone, names[at : at + _POLES]
