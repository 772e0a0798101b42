"""The receiver's part of complaints: it raises and joins alarms, closes by proof, and deletes contacts."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.alarms import life
from host_tools.city.alarms.reported import reported_turn
from host_tools.city.alarms.rules import Rules
from host_tools.city.alarms.turns import POWER, Turn
from host_tools.city.complaints.lamp import Lamp, as_asked, fine_lately, lamps, proof
from host_tools.city.complaints.services import SERVICES, Service
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.complaint_tables import complaint
from host_tools.site.model import Site
from host_tools.site.near_places import distance_m

GRACE_S = 2400  # where the last reading shows that it burns, the next ones decide
CONTACTS_S = 90 * 86400
HOUR_S = 3600
STRETCH_M = 60
POWER_PROOF, PERSON = "power", "person"


class ComplaintKeeper:
    """For the complaints about poles of *zone*."""

    def __init__(self, site: Site | None, zone: str, rules: Rules) -> None:
        self._poles = site.poles if site else ()
        self._by_name = site.by_name if site else {}
        self._zone, self._rules = zone, rules
        self._forgot = -1  # the hour in which contacts were last deleted

    def look(self, connection: Connection, now: int) -> list[Turn]:
        """What complaints say to the alarms at *now* (Unix s); they are closed where there is proof."""
        if self._forgot != now // HOUR_S:
            self._forgot = now // HOUR_S
            old = complaint.c.contact.is_not(None) & (complaint.c.made_at < now - CONTACTS_S)
            connection.execute(sa.update(complaint).where(old).values(contact=None))
        mine = (complaint.c.zone == self._zone) & complaint.c.closed_at.is_(None) & complaint.c.joined.is_(None)
        opened = connection.execute(sa.select(complaint).where(mine).order_by(complaint.c.id)).mappings().all()
        if not opened:
            return []
        around = {row["id"]: self._around(row) for row in opened}
        seen = lamps(connection, {name for names in around.values() for name in names})
        turns: list[Turn] = []
        for row in opened:
            turns += self._judged(connection, row, [seen[name] for name in around[row["id"]]], now)
        return turns

    def _around(self, row: RowMapping) -> list[str]:
        """The pole that is meant, first; of a dark stretch its neighbours on the same feeder too."""
        meant = self._by_name.get(row["pole"])
        if meant is None or SERVICES[row["code"]].kind != "reportedDarkStretch":
            return [row["pole"]]
        here = meant.latitude, meant.longitude
        near = [
            one.name for one in self._poles
            if one.feeder == meant.feeder and one.name != meant.name
            and distance_m(here, (one.latitude, one.longitude)) <= STRETCH_M
        ]  # fmt: skip
        return [meant.name, *near]

    def _judged(self, connection: Connection, row: RowMapping, around: list[Lamp], now: int) -> list[Turn]:
        service, lamp = SERVICES[row["code"]], around[0]
        own = self._alarm(connection, row)
        if own is not None and life.state(own) == life.CLOSED and self._settles(connection, row, own, service, lamp):
            return []
        shown = None if row["disputed"] else proof(service, around, row["made_at"], self._rules)
        if shown is not None:
            _close(connection, row, int(shown["at"]), POWER_PROOF, shown)
            raised = lamp.explained_by({service.kind})
            if raised is None or raised["ended"] is not None:
                return []
            return [Turn(row["pole"], service.kind, int(shown["at"]), False, POWER, int(shown["at"]), now)]
        explained = lamp.explained_by(service.explained) or lamp.explained_by({service.kind})
        if explained is not None:
            if explained["id"] != row["alarm"]:
                _write(connection, row, alarm=explained["id"])
            if explained["kind"] in service.explained or row["raised_at"] is not None:
                return []
        if row["raised_at"] is not None or not self._raises(row, service, lamp, now):
            return []
        _write(connection, row, raised_at=now)
        return [reported_turn(row["id"], row["pole"], row["code"], now, row["public"])]

    def _alarm(self, connection: Connection, row: RowMapping) -> RowMapping | None:
        """The alarm that the complaint belongs to; the one that it was merged into."""
        number = row["alarm"]
        found = None
        for _step in range(8):
            if number is None:
                break
            found = connection.execute(sa.select(alarm).where(alarm.c.id == number)).mappings().first()
            number = found and found["merged_into"]
        return found

    def _settles(
        self, connection: Connection, row: RowMapping, own: RowMapping, service: Service, lamp: Lamp
    ) -> bool:  # fmt: skip
        """Whether the end of its alarm closes the complaint: by proof; by a person only where no proof can be had."""
        by = life.closed_by(own)
        if by != life.BY_HAND:
            if own["ended"] < row["made_at"]:
                return False
            _close(connection, row, own["ended"], by, {"at": own["ended"]})
            return True
        provable = lamp.heard and bool(self._rules.expected_w(lamp.name, 100)) and not row["disputed"]
        if own["closed"] < row["made_at"] or (provable and not service.danger):
            return False
        told = {"at": own["closed"], "reason": own["close_reason"] or "", "who": own["closed_by"] or ""}
        _close(connection, row, own["closed"], PERSON, told)
        return True

    def _raises(self, row: RowMapping, service: Service, lamp: Lamp, now: int) -> bool:
        if service.danger or row["disputed"]:
            return True
        if as_asked(service, lamp, now, self._rules):
            return False
        waits = now - row["made_at"] < GRACE_S and fine_lately(service, lamp, row["made_at"], self._rules)
        return not waits or service.kind == "reportedFlicker"


def _close(connection: Connection, row: RowMapping, at: int, by: str, shown: dict[str, Any]) -> None:
    """Closes it, and all that joined it."""
    of = (complaint.c.id == row["id"]) | ((complaint.c.joined == row["id"]) & complaint.c.closed_at.is_(None))
    values = {"closed_at": max(at, row["made_at"]), "closed_by": by, "proof": json.dumps(shown)}
    connection.execute(sa.update(complaint).where(of).values(values))


def _write(connection: Connection, row: RowMapping, **values: Any) -> None:
    connection.execute(sa.update(complaint).where(complaint.c.id == row["id"]).values(values))
