"""The pole's page: one sentence that is true, its night, its tabs, and poles that are only in one place."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from host_tools.city.commands import order_rows
from host_tools.city.commands.order import OVERRIDE, Order
from host_tools.city.console.pole_tabs import TABS
from host_tools.city.store.command_tables import ACCEPTED, command, delivery
from host_tools.city.store.tables import configuration, pole
from tests.host_tools.city.console.console_bench import NOW, Bench

UNTIL = NOW + 2196  # 23:46:36


def says(page: str) -> str:
    return page.split('id="says"><bdi>')[1].split("</bdi>")[0]


def order(bench: Bench, who: str = "operator", state: str = "applied", **values: Any) -> None:
    """An order to P0003 that its receiver has accepted."""
    given = {"owner": "operator", "level": 60, "reason": "festival", "expiration": UNTIL, "kind": OVERRIDE, **values}
    with bench.city() as city, city.writing() as connection:
        one = Order(who, "operator", scope={"poles": ["P0003"]}, written_at=NOW - 60, **given)
        (number,) = order_rows.write(connection, one, ["P0003"])
        connection.execute(sa.update(command).where(command.c.id == number).values(state=ACCEPTED))
        connection.execute(sa.update(delivery).where(delivery.c.command == number).values(state=state))


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "Lit at 60 % by the operator ravi (festival) until 23:46; then main-road, 70 %."),
        ("hi", "ऑपरेटर ravi के आदेश से (festival) 60 % पर जला है, 23:46 तक; फिर main-road, 70 %।"),
    ],
)
def test_it_says_by_whom_and_why_and_until_when_and_what_follows_by_its_own_programme(
    bench: Bench, lang: str, sentence: str
) -> None:
    bench.born("P0003")
    order(bench, "ravi")
    bench.lit("P0003", 60, owner="operator", reason="festival", until=UNTIL)
    with bench.client("viewer") as client:
        client.cookies["diya_lang"] = lang
        assert says(client.get("/p/P0003").text) == sentence


def test_by_its_programme_it_names_the_programme_and_the_next_point(bench: Bench) -> None:
    bench.born("P0003")
    bench.lit("P0003", 100, owner="calendar", reason="main-road: sunset-10min", until=NOW + 1200)
    with bench.client("viewer") as client:
        said = says(client.get("/p/P0003").text)
    assert said == "Lit at 100 % by its programme main-road until 23:30; then main-road, 70 %."


@pytest.mark.parametrize("by", ["alarm", "state"])
def test_a_lamp_that_gives_no_light_is_never_called_lit(bench: Bench, by: str) -> None:
    bench.born("P0003")
    values = {"owner": "calendar", "reason": "main-road: sunset-10min", "until": NOW + 1200}
    bench.lit("P0003", 100, **values, **({"faults": ["lampFailure"]} if by == "state" else {}))
    if by == "alarm":
        bench.event("P0003", "lampFailure", level=100)
    with bench.client("viewer") as client:
        said = says(client.get("/p/P0003").text)
    assert said.startswith("Dark, though 100 % is asked for by its programme main-road until 23:30; then main-road")
    assert said.endswith("The lamp gives no light: only the driver&#39;s no-load power flows.")


def test_what_follows_is_another_order_that_the_pole_holds(bench: Bench) -> None:
    bench.born("P0003")
    order(bench, "asha", expiration=NOW + 7200, reason="cleaning", level=80, ref="b")
    order(bench, "ravi", owner="emergency", ref="a")
    bench.lit("P0003", 60, owner="emergency", reason="festival", until=UNTIL)
    with bench.client("viewer") as client:
        said = says(client.get("/p/P0003").text)
    assert said == "Lit at 60 % by ravi as emergency (festival) until 23:46; then the operator (cleaning), 80 %."


def test_the_configuration_that_it_was_given_counts_and_not_the_files(bench: Bench) -> None:
    bench.born("P0003")
    bench.lit("P0003", 60, owner="operator", reason="x", until=UNTIL)
    body = {
        "latitude": 23.8, "longitude": 78.7, "zone": [[0, 19800]], "programme": "all-night", "rules": [],
        "programmes": {"all-night": [["sunset", 33, 0], ["sunrise", 0, 0]]}, "site": "sagar", "pole": "P0003",
    }  # fmt: skip
    with bench.city() as city, city.writing() as connection:
        number = connection.execute(sa.select(pole.c.id)).scalar_one()
        payload = json.dumps({"body": json.dumps(body), "n": 1})
        connection.execute(sa.insert(configuration).values(pole=number, n=1, payload=payload))
    with bench.client("viewer") as client:
        assert says(client.get("/p/P0003").text).endswith("then all-night, 33 %.")
        assert "the configuration that the broker keeps" in client.get("/p/P0003?tab=configuration").text


def test_a_silent_pole_is_never_shown_as_if_it_were_now(bench: Bench) -> None:
    bench.born("P0003", 90)
    bench.now += 2 * 3600
    bench.say("P0003", "presence", online=False)
    with bench.client("viewer") as client:
        page = client.get("/p/P0003").text
    assert "At that time: Lit at 90 %" in says(page) and says(page).startswith("Last heard 2 h ago, at 23:10.")
    assert "unheard" in page and "silent" in page


def test_a_pole_that_is_heard_and_says_nothing_of_its_lamp_is_not_shown_as_it_was(bench: Bench) -> None:
    bench.born("P0003", 90)
    bench.now += 2 * 3600
    bench.event("P0003", "lampFlicker", level=90)
    with bench.client("viewer") as client:
        assert says(client.get("/p/P0003").text).startswith("Its last word on its lamp, of 23:10: Lit at 90 %")
    bench.say("P0003", "presence", online=False)
    with bench.client("viewer") as client:
        said = says(client.get("/p/P0003").text)
    assert "Its last word on its lamp, of 23:10: Lit at 90 %" in said and said.startswith("Last heard")


def test_a_pole_only_in_the_files_and_one_only_heard_have_a_page(bench: Bench) -> None:
    bench.born("Z-new", 100)
    with bench.client("operator") as client:
        never = client.get("/p/P0100").text
        assert says(never).startswith("This pole has never reported") and "By its programme" in says(never)
        heard = client.get("/p/Z-new").text
        assert says(heard).startswith("Lit at 100 %") and "not in the files of the site" in heard
        for tab in TABS:
            for name in ("P0100", "Z-new"):
                assert client.get(f"/p/{name}?tab={tab}").status_code == 200


def test_an_unknown_name_is_a_404_with_the_nearest(bench: Bench) -> None:
    with bench.client("viewer") as client:
        for path in ("/p/P003", "/p/P003/night"):
            answer = client.get(path)
            assert answer.status_code == 404 and "no pole is called" in answer.text
            assert "near it are P0003," in answer.text
        assert client.get("/p/%3Cscript%3E").status_code == 404


def test_wrong_tabs_and_nights_are_said(bench: Bench) -> None:
    bench.born("P0003")
    with bench.client("viewer") as client:
        for query, said in (("tab=x", "tab is"), ("night=yesterday", "night is"), ("night=1900-01-01", "2020 to 2100")):
            answer = client.get(f"/p/P0003?{query}")
            assert answer.status_code == 422 and said in answer.text


def test_the_night_has_plan_word_measure_and_events_and_a_gap_is_a_gap(bench: Bench) -> None:
    bench.now = NOW - 4 * 3600
    bench.born("P0003", 100)
    for minutes in (0, 15, 120, 135):
        bench.now = NOW - 4 * 3600 + minutes * 60
        bench.lit("P0003", 100)
        bench.say("P0003", "meter", activePower=147.5, activeEnergy=1.0)
    bench.event("P0003", "lampFlicker", level=100, activePower=80.0)
    bench.now = NOW
    with bench.client("viewer") as client:
        night = client.get("/p/P0003/night").json()
        page = client.get("/p/P0003").text
    assert [level for _at, level in night["planned"]] == [0, 100, 70, 100, 0]
    assert [watts for _at, watts in night["measured"]] == [147.5, 147.5, None, 147.5, 147.5]
    assert {watts for _at, watts in night["expected"]} == {150.0, None}
    assert [(one["severity"], one["turn"]) for one in night["events"]] == [(3, "begins")]
    assert [name for _at, name in night["sun"]] == ["sunset", "dusk", "dawn", "sunrise"]
    assert "The same as a table" in page and "147.5" in page


def test_each_command_is_there_with_the_answer_of_the_pole(bench: Bench) -> None:
    bench.born("P0003")
    order(bench, reason="<script>alert(1)</script>")
    with bench.client("operator") as client:
        page = client.get("/p/P0003?tab=commands").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "applied" in page


def test_a_user_ends_what_he_ordered_and_nothing_of_others(bench: Bench) -> None:
    bench.born("P0003")
    order(bench, "asha", ref="hers")
    with bench.client("operator") as client:
        assert "Cancel mine" not in client.get("/p/P0003").text
        refused = client.post("/p/P0003/cancel", headers={"accept": "application/json"})
        assert refused.status_code == 422 and refused.json()["detail"] == "This pole holds no order of yours."
        order(bench, "operator", ref="mine")
        assert "Cancel mine" in client.get("/p/P0003").text
        assert client.post("/p/P0003/cancel", follow_redirects=False).status_code == 303
    with bench.city() as city, city.reading() as connection:
        ended = connection.execute(sa.select(command).where(command.c.kind == "cancel")).mappings().one()
    assert (ended["ref"], ended["owner"], ended["who"], ended["role"]) == ("mine", "operator", "operator", "operator")
