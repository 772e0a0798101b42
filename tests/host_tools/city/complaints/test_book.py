"""Complaints and subscriptions in the store, on either database."""

from __future__ import annotations

import json
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.alarms.rules import rules_of
from host_tools.city.complaints import book
from host_tools.city.complaints.book import Asked
from host_tools.city.complaints.keeper import CONTACTS_S, ComplaintKeeper
from host_tools.city.complaints.report import Report, read
from host_tools.city.doors import ngsi_book, ngsi_subscription, open_data
from host_tools.city.doors.ngsi_form import Refused
from host_tools.city.doors.ngsi_rows import changed_since, seen_of
from host_tools.city.store.complaint_tables import complaint
from host_tools.city.store.database import Database
from host_tools.city.store.meter_tables import night
from host_tools.city.store.tables import pole
from host_tools.language.language import Spoken
from host_tools.site import load_site

NOW = 1795542000
SITE = load_site("sagar")
HOSTS = ("broker.example",)
BODY = {
    "type": "Subscription", "entities": [{"type": "Streetlight"}], "id": "urn:ngsi-ld:Subscription:1",
    "notification": {"endpoint": {"uri": "https://broker.example/n"}},
}  # fmt: skip


def take(connection: Connection, code: str, name: str, **values: object) -> int:
    return int(book.take(connection, Report(code, name, **values), NOW)["id"])  # type: ignore[arg-type]


def test_a_complaint_is_written_found_listed_judged_and_forgotten(database: Database) -> None:
    keeper = ComplaintKeeper(SITE, "", rules_of(SITE))
    with database.transaction() as connection:
        first = take(connection, "SL01", "P0003", contact={"phone": "98"}, account="7", who="cm", text="अँधेरा")
        assert take(connection, "SL01", "P0003", account="7", who="cm") == first
        second = take(connection, "SL06", "P0003")
        row = connection.execute(sa.select(complaint).where(complaint.c.id == first)).mappings().one()
        assert book.find(connection, f" {row['public'][:4]}-{row['public'][4:]}") == row
        for number in ("", "x", "1 OR 1=1", "9" * 30, "\x00", "१२३४५६७८"):
            assert book.find(connection, number) is None
        assert book.by_numbers(connection, [row["public"], "\x00", "1"]) == [row]
        assert [one["id"] for one in book.listed(connection, Asked())] == [second, first]
        assert book.listed(connection, Asked(codes=["SL05"])) == book.listed(connection, Asked(until=NOW - 1)) == []
        assert [one["id"] for one in book.listed(connection, Asked(["SL01"], ["open"], NOW, NOW))] == [first]
    with database.transaction() as connection:
        (turn,) = keeper.look(connection, NOW + 5)
        assert (turn.pole, turn.kind, turn.begins) == ("P0003", "reportedDark", True)
        assert keeper.look(connection, NOW + 10) == []  # it is raised once
    with database.transaction() as connection:
        keeper.look(connection, NOW + CONTACTS_S + 1)
        assert connection.execute(sa.select(complaint.c.contact)).scalars().all() == [None, None]


def test_a_subscription_is_kept_leased_told_and_over(database: Database) -> None:
    one = ngsi_subscription.read({**BODY, "expiresAt": "2026-11-25T00:00:00Z"}, HOSTS, NOW)
    with database.transaction() as connection:
        ngsi_book.add(connection, one, BODY, "egov", NOW)
        with pytest.raises(Refused, match="already"):
            ngsi_book.add(connection, one, BODY, "egov", NOW)
        assert [shown["id"] for shown in ngsi_book.listed(connection, "egov")] == [one.id]
        assert ngsi_book.listed(connection, "other") == []
        for number in (one.id + "x", "\x00", "urn:x"):
            with pytest.raises(Refused):
                ngsi_book.found(connection, "egov", number)
        (row,) = ngsi_book.due(connection, 1000)
        assert ngsi_book.lease(connection, one.id, 1000) and not ngsi_book.lease(connection, one.id, 1000)
        ngsi_book.failed(connection, row, "it answered 503", NOW, 1000)
        assert ngsi_book.due(connection, 1004) == [] and len(ngsi_book.due(connection, 1005)) == 1
        ngsi_book.sent(connection, one.id, 7, NOW, 1010, 60)
        assert ngsi_book.due(connection, 1069) == []
        (row,) = ngsi_book.due(connection, 1070)
        assert (row["seen"], row["sent"], row["failed"]) == (7, 1, 0)
        ngsi_book.over(connection, NOW + 86400)
        assert ngsi_book.due(connection, 10**6) == []


def test_what_entities_and_open_data_are_made_of_is_read(database: Database) -> None:
    with database.transaction() as connection:
        meter = json.dumps({"activePower": 60.5})
        made = sa.insert(pole).returning(pole.c.id)
        number = connection.execute(
            made, {"name": "P0003", "online": True, "seen": NOW, "level": 40, "meter": meter, "meter_at": NOW, "rev": 5}
        ).scalar_one()
        connection.execute(sa.insert(pole), {"name": "P0004", "online": False, "seen": NOW, "meter": "{", "rev": 1})
        connection.execute(
            sa.insert(night), {"pole": number, "night": date(2026, 11, 23), "wh": 5, "lit": 1, "dark": 2, "unknown": 3}
        )
        seen = seen_of(connection)
        assert (seen["P0003"].values["activePower"], seen["P0003"].silent_since) == (60.5, None)
        assert seen["P0004"].silent_since == NOW and seen["P0004"].values == {}
        assert changed_since(connection, 4) == {"P0003"}
        (row,) = open_data.nights(connection, SITE, open_data.Span(date(2026, 11, 1), date(2026, 11, 30)))
        assert (row["ward"], row["darkMinutes"], row["shouldMinutes"]) == ("W21", 2, None)


def test_texts_that_no_database_takes_do_not_reach_it() -> None:
    fields = {"service_code": "SL01", "POLE": "P0003", "description": "a\x00b\ud800c\r\nd", "account_id": "1\x00\n2"}
    said = read(fields, SITE.by_name, "en", "open311")
    assert (said.text, said.account) == ("abc\nd", "1 2")
    with pytest.raises(Spoken, match="the pole is"):
        read({**fields, "POLE": "P0003\x00"}, SITE.by_name, "en", "open311")
