"""One order a reference, on either database: the same again, renewed, moved, of another token, ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.doors import cap_alerts, election_nights, giving, messages, progress, readiness
from host_tools.city.doors.cap_judging import judge
from host_tools.city.doors.cap_reading import read
from host_tools.city.doors.cap_where import where_of
from host_tools.city.doors.door import Conflict, Grant, NoSuch, Wish
from host_tools.city.doors.election import night_of
from host_tools.city.doors.giving import Given
from host_tools.city.doors.messages import Noted
from host_tools.city.doors.street import Street
from host_tools.city.store.command_tables import audit, command
from host_tools.city.store.database import Database
from host_tools.city.store.door_tables import door_message
from host_tools.errors import CommandError
from host_tools.language.language import Spoken
from host_tools.site import load_site
from host_tools.site.door_files import CapSettings
from tests.host_tools.city.commands.receiver_bench import Receiver, introduce
from tests.host_tools.city.doors.cap_samples import IST, SENDER, alert, update

NOW = 1_795_521_600
SITE = load_site("sagar")
STREET = Street(SITE)
NAMES = [f"P{number:04}" for number in range(1, 9)]
TOKEN = Grant("traffic-1")


def wish(names: list[str], level: int = 85, **other: Any) -> Wish:
    made = Wish("traffic", "incident", level, "traffic level 2 on A", "TR-A", "traffic:A", {"poles": names}, NOW + 1800)
    return replace(made, **other)


@pytest.fixture
def street(database: Database) -> Database:
    introduce(database, NAMES)
    return database


def done(database: Database, do: Callable[[Connection], Any]) -> Any:
    with database.transaction() as connection:
        return do(connection)


def give(database: Database, what: Wish, now: int = NOW, grant: Grant = TOKEN) -> Given:
    given: Given = done(database, lambda connection: giving.give(connection, STREET, what, grant, now))
    return given


def test_the_same_is_one_order_and_later_a_new_one_under_its_reference(street: Database) -> None:
    first = give(street, wish(NAMES[:3]))
    again = give(street, wish(NAMES[:3], until=NOW + 1830), NOW + 30)
    assert (again.same, again.numbers, again.until) == (True, first.numbers, NOW + 1800)
    longer = give(street, wish(NAMES[:3], until=NOW + 1200), NOW + 30)
    assert not longer.same and longer.until == NOW + 1200
    assert give(street, wish(NAMES[:3], level=100), NOW + 31).numbers != first.numbers
    renewed = give(street, wish(NAMES[:3], level=100, until=NOW + 1900), NOW + 100)
    assert not renewed.same
    found = done(street, lambda connection: giving.standing(connection, "traffic", "TR-A", NOW + 100))
    assert found.numbers == renewed.numbers
    [only] = done(street, lambda connection: giving.in_force(connection, ["traffic", "cap"], NOW + 100))
    assert only.numbers == renewed.numbers
    said = sa.select(audit.c.who, audit.c.door, audit.c.what)
    assert set(done(street, lambda connection: connection.execute(said).all())) == {("traffic-1", "traffic", "ordered")}


def test_poles_that_it_has_left_lose_it(street: Database) -> None:
    give(street, wish(NAMES[:3]))
    give(street, wish(NAMES[2:5]), NOW + 10)
    rows = sa.select(command.c.kind, command.c.scope).order_by(command.c.id)
    told = done(street, lambda connection: connection.execute(rows).all())
    assert [kind for kind, _scope in told] == ["override", "cancel", "override"]
    assert told[1][1] == '{"poles": ["P0001", "P0002"]}'
    ended = done(street, lambda connection: giving.end(connection, "traffic", "TR-A", "traffic-1", "traffic", NOW + 20))
    assert ended.poles == 5  # all that had it at any time
    with pytest.raises(NoSuch):
        done(street, lambda connection: giving.end(connection, "traffic", "TR-A", "traffic-1", "traffic", NOW + 30))


def test_an_order_of_another_token_is_not_touched(street: Database) -> None:
    give(street, wish(NAMES[:3]))
    with pytest.raises(Conflict):
        give(street, wish(NAMES[:3]), NOW + 100, Grant("traffic-2"))
    with pytest.raises(Conflict):
        done(street, lambda connection: giving.end(connection, "traffic", "TR-A", "traffic-2", "traffic", NOW))
    done(street, lambda c: giving.end(c, "traffic", "TR-A", "asha", "engineer", NOW, own=False))  # the desk may


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (wish(NAMES, owner="operator"), "the owner is operator and must be, for traffic, incident"),
        (wish(NAMES, level=10), "the level is 10 and must be, for traffic, 20 to 100 percent"),
        (wish(NAMES, until=NOW + 3600), "must hold, for traffic, for at most 0 h 30 min"),
        (wish(["P0200"]), "None of the 1 poles it is for has ever reported"),
        (wish(["P9999"]), "'P9999' is no pole of this site"),
    ],
)
def test_the_limits_of_the_site_hold_before_anything_is_written(street: Database, what: Wish, said: str) -> None:
    with pytest.raises((Spoken, CommandError)) as refused:
        give(street, what)
    assert said in str(refused.value)
    assert done(street, lambda connection: connection.execute(sa.select(command.c.id)).all()) == []


def test_an_order_that_no_receiver_took_in_its_time_reaches_no_pole(street: Database, tmp_path: Path) -> None:
    give(street, wish(NAMES[:3], until=NOW + 60))
    late = Receiver(street, NAMES, tmp_path)
    late.now = NOW + 61
    late.turn()
    assert late.published == []
    told = done(street, lambda connection: progress.progress(connection, "traffic", "TR-A", NOW + 61))
    assert (told.state, "the expiration is" in told.why) == ("refused", True)


def test_what_came_in_is_kept_within_bounds(street: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MOST", 20)
    monkeypatch.setattr(messages, "EVERY", 10)

    def notes(connection: Connection) -> None:
        for number in range(50):
            one = Noted("traffic", "traffic-1", f"A {number}\x1b[31m", str(number), messages.TAKEN)
            messages.note(connection, one, NOW + number)
        for _again in range(5):
            why = messages.kept(Spoken("doors.nothing", ref="TR-A"))
            messages.note(connection, Noted("cap", "c", "x", "d", messages.REFUSED, why=why), NOW + 60)

    done(street, notes)
    rows = done(street, lambda connection: messages.listed(connection))
    assert len([row for row in rows if row["door"] == "traffic"]) in range(20, 31)
    assert len([row for row in rows if row["door"] == "cap"]) == 1  # the same refusal again is one row
    assert "\x1b" not in rows[-1]["said"]
    assert done(street, lambda c: c.execute(sa.select(sa.func.max(door_message.c.at))).scalar()) == NOW + 60


def test_alerts_are_taken_agreed_to_and_ended(street: Database) -> None:
    settings = CapSettings(senders=frozenset([SENDER]))

    def receive(data: bytes, now: int = NOW) -> cap_alerts.Received:
        found = read(data, IST)
        verdict = judge(found, settings, now)

        def do(connection: Connection) -> cap_alerts.Received:
            where = where_of(STREET, verdict.polygons, verdict.circles, None)
            return cap_alerts.receive(connection, STREET, found, verdict, where, Grant("cap-1"), now)

        received: cap_alerts.Received = done(street, do)
        return received

    assert receive(alert(NOW, identifier="A")).row["state"] == "lit"
    assert receive(alert(NOW, identifier="A")).same
    other = receive(alert(NOW, identifier="A", sender="Fire brigade"))
    assert (other.row["state"], other.row["ref"] == "CAP-A") == ("waits", False)  # two senders that number alike
    waits = receive(alert(NOW, identifier="B", severity="Minor"))
    given = done(street, lambda c: cap_alerts.agree(c, STREET, waits.row["id"], "asha", NOW + 5))
    assert given.poles == 6
    again = receive(alert(NOW + 20, identifier="A", headline="More water"), NOW + 20)  # an identifier used twice
    assert again.row["state"] == "lit" and again.row["ref"] == "CAP-A"
    ended = receive(update(NOW + 60, "Cancel", "C", "B", NOW), NOW + 60)
    assert ended.row["state"] == "ends"
    states = {
        (row["identifier"], row["sent"]): row["state"]
        for row in done(street, lambda connection: cap_alerts.listed(connection, NOW + 60))
        if row["sender"] == SENDER
    }
    assert states == {("A", NOW): "replaced", ("A", NOW + 20): "lit", ("B", NOW): "ended", ("C", NOW + 60): "ends"}
    standing = done(street, lambda connection: giving.in_force(connection, ["cap"], NOW + 60))
    assert [one.first["reason"] for one in standing] == ["More water"]


def test_nights_of_elections_are_written_when_they_are_near_and_once(street: Database) -> None:
    night = night_of("2026-12-01")
    grant = Grant("election-1", frozenset(["W21"]))
    new = done(street, lambda c: election_nights.ask(c, STREET, SITE, night, ["112"], grant, NOW))
    assert new == ["112"]
    assert done(street, lambda c: election_nights.write_due(c, STREET, NOW)) == 0  # a week ahead
    assert done(street, lambda c: election_nights.coming(c, night)) == [(night, 1)]
    near = NOW + 5 * 86400
    for _receiver in range(2):
        done(street, lambda c: election_nights.write_due(c, STREET, near))
    found = done(street, lambda c: giving.in_force(c, ["election"], near))
    assert [one.first["ref"] for one in found] == ["EL-2026-12-01-112"]
    assert found[0].first["start"] > near
    [station] = done(street, lambda c: readiness.readiness(c, STREET, SITE, night, near))
    assert {pole.lock for pole in station.poles} == {"waits"}
    assert not station.ready and not readiness.visits(SITE, [station])
    done(street, lambda c: election_nights.take_back(c, night, "election-1", "election", near))
    assert done(street, lambda c: election_nights.listed(c, night)) == []
    assert done(street, lambda c: giving.in_force(c, ["election"], near)) == []


def test_a_night_whose_station_is_gone_says_why_and_is_tried_again(street: Database) -> None:
    night = night_of("2026-11-25")
    done(street, lambda c: election_nights.ask(c, STREET, SITE, night, ["112"], Grant("e"), NOW))
    without = replace(SITE, doors=replace(SITE.doors, stations={}))
    assert done(street, lambda c: election_nights.write_due(c, Street(without), NOW)) == 0
    [row] = done(street, lambda c: election_nights.listed(c, night))
    assert "no_station" in row["why"] and row["tries"] == 1
    assert done(street, lambda c: election_nights.write_due(c, STREET, NOW)) == 1
