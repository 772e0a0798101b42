"""Programmes edited in forms, checked, drawn and written for the receiver; in both languages, and by roles."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from host_tools.city.console import programme_fields, programme_form
from host_tools.city.rollouts import rollout_rows
from host_tools.city.store.rollout_tables import rollout
from host_tools.site import sections
from tests.host_tools.city.console.console_bench import Bench
from tests.town import SAGAR


@pytest.fixture
def street(bench: Bench, tmp_path: Path) -> Iterator[Bench]:
    """A console with a folder of its own, and a receiver that has said its programmes."""
    folder = tmp_path / "sagar"
    folder.mkdir()
    for name in ("site.toml", "poles.csv"):
        shutil.copyfile(Path(SAGAR) / name, folder / name)
    bench.settings = replace(bench.settings, site=str(folder))
    with bench.record.transaction() as connection:
        rollout_rows.say_present(connection, "", sections.text_of(present(bench)))
    yield bench


def present(bench: Bench) -> dict[str, Any]:
    return sections.values_of((Path(bench.settings.site) / "site.toml").read_text())


def fields(form: programme_form.Form) -> dict[str, str]:
    """The fields of *form* as a browser sends them."""
    out: dict[str, str] = {}
    for p, one in enumerate(form["programmes"]):
        out[f"p-{p}-name"] = one["name"]
        out |= {f"p-{p}-by_day": "on"} if one["by_day"] else {}
        for s, point in enumerate(one["points"]):
            out |= {f"p-{p}-s-{s}-{name}": value for name, value in point.items()}
    out |= {f"c-{name}": value for name, value in form["classes"].items()}
    for d, day in enumerate(form["days"]):
        out |= {f"d-{d}-name": day["name"], f"d-{d}-dates": day["dates"]}
    for r, rule in enumerate(form["rules"]):
        out |= {f"r-{r}-{name}": rule[name] for name in ("name", "programme", "from", "to", "groups")}
        out |= {f"r-{r}-day-{name}": "on" for name in rule["days"]}
        out |= {f"r-{r}-week-{name}": "on" for name in rule["weekdays"]}
    return out


def begin(client: TestClient[Any], bench: Bench) -> tuple[str, dict[str, str]]:
    """The address of a new draft, and its fields."""
    answer = client.post("/programmes/drafts", follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"], fields(programme_form.form_of(present(bench)))


def test_a_form_says_the_same_as_the_site_file_and_the_browser_sends_it_back_whole(street: Bench) -> None:
    form = programme_form.form_of(present(street))
    sent = programme_fields.read(fields(form))
    assert sent == form
    values, wrong = programme_form.values_of(sent)
    assert wrong == [] and sections.digest(values) == sections.digest(present(street))


def test_an_edited_programme_is_checked_drawn_and_written_for_the_receiver(street: Bench) -> None:
    with street.client("engineer") as client:
        path, typed = begin(client, street)
        page = client.get(path).text
        assert "minutes before sunset" in page and "sunset-10" not in page
        market = next(key for key, value in typed.items() if value == "market" and key.endswith("-name"))[:-5]
        typed |= {f"{market}-s-1-level": "80", "night": "2026-11-25", "do": "look"}
        page = client.post(path, data=typed).text
        assert "43 poles get other settings; 0 of them get less light" in page
        assert 'class="former"' in page and "before" in page and "kWh" in page
        assert "No kind of these poles is dark" in page
        assert client.post(f"{path}/roll-out", data={"reason": " "}).status_code == 422
        answer = client.post(f"{path}/roll-out", data={"reason": "late shops"}, follow_redirects=False)
        assert answer.headers["location"] == "/programmes/rollouts/1"
        page = client.get("/programmes/rollouts/1").text
        assert "waits for the receiver" in page and "late shops" in page
        assert client.get(path).status_code == 422  # it is a rollout now
    with street.record.transaction() as connection:
        [row] = connection.execute(sa.select(rollout)).mappings().all()
        assert (row["who"], row["role"], row["state"]) == ("engineer", "engineer", "written")
        values = sections.read(row["text"])
    assert values["programmes"]["market"][1] == {"at": "22:30", "level": 80, "ramp_s": 60}
    assert values["rule"] == present(street)["rule"]


def test_what_is_wrong_stands_at_its_field_in_both_languages_and_nothing_typed_is_lost(street: Bench) -> None:
    with street.client("engineer") as client:
        path, typed = begin(client, street)
        typed |= {"p-0-s-1-level": "170", "p-0-s-1-value": "25:00", "d-0-dates": "tomorrow", "r-0-name": "a b"}
        page = client.post(path, data={**typed, "do": "look"}).text
        assert "Mistakes: 4" in page
        assert "the level is &#39;170&#39; and must be 0 to 100 percent" in page
        assert (
            'aria-describedby="p-0-s-1-value-wrong"' in page and 'value="25:00"' in page and 'value="tomorrow"' in page
        )
        client.cookies["diya_lang"] = "hi"
        page = client.get(f"{path}?look=1").text
        assert "ग़लतियाँ: 4" in page and "प्रतिशत होना चाहिए" in page
        assert client.post(f"{path}/roll-out", data={"reason": "x"}).status_code == 422


def test_what_only_the_loader_finds_is_said_with_its_line(street: Bench) -> None:
    with street.client("engineer") as client:
        path, typed = begin(client, street)
        typed |= {"r-3-groups": "bazaar"}
        page = client.post(path, data={**typed, "do": "look"}).text
    assert "rule[4].groups[1] is &#39;bazaar&#39;" in page and "site.toml line" in page


def test_rows_are_added_removed_and_moved_by_buttons_and_the_cursor_follows(street: Bench) -> None:
    with street.client("engineer") as client:
        path, typed = begin(client, street)
        for deed, sign in (
            ("add_point 0", 'id="p-0-s-4-how"'), ("remove_point 0-0", 'id="p-0-s-0-how"'),
            ("copy_programme 1", 'value="market-2"'), ("add_rule", 'id="r-5-name"'), ("up 5", 'id="r-4-name"'),
            ("add_day", 'id="d-3-name"'), ("remove_day 3", 'id="d-2-name"'), ("add_programme", 'id="p-8-name"'),
            ("remove_programme 8", 'id="p-7-name"'), ("remove_rule 0", 'id="r-0-name"'),
        ):  # fmt: skip
            answer = client.post(path, data={**typed, "do": deed})
            assert answer.status_code == 200, deed
            page = answer.text
            focused = page[: page.index("autofocus")].rsplit("<", 1)[1]
            assert sign in page and (sign in focused or not sign.startswith("id")), (deed, focused)
            with street.record.transaction() as connection:
                kept = connection.exec_driver_sql("SELECT form FROM programme_draft").scalar_one()
            typed = fields(programme_fields.load(kept))
        assert client.post(path, data={**typed, "do": "remove_point 99-1"}).status_code == 422
        assert client.post(path, data={**typed, "do": "drop"}).url.path == "/programmes"


def test_less_light_for_many_asks_for_a_second_person_and_a_dark_night_is_warned_of(street: Bench) -> None:
    with street.client("engineer") as client:
        path, typed = begin(client, street)
        home = next(key for key, value in typed.items() if value == "residential" and key.endswith("-name"))[:-5]
        page = client.post(path, data={**typed, f"{home}-s-2-level": "5", "do": "look"}).text
        assert "one person alone may do so to 50" in page and 'name="code"' in page
        assert "are dark on 3" in page
        client.cookies["diya_lang"] = "hi"
        assert "अँधेरे रहेंगे" in client.get(f"{path}?look=1").text


def test_another_ones_change_meanwhile_is_said_and_not_overwritten(street: Bench) -> None:
    with street.client("engineer") as client:
        path, typed = begin(client, street)
        other = present(street)
        other["programmes"]["park"][0]["level"] = 75
        with street.record.transaction() as connection:
            rollout_rows.say_present(connection, "", sections.text_of(other))
        client.post(path, data={**typed, "p-0-s-1-level": "75", "do": "save"})
        page = client.get(path).text
        assert "were changed by another meanwhile" in page
        assert "differ from those of this console" in page
        assert client.post(f"{path}/roll-out", data={"reason": "x"}).status_code == 422


def test_only_an_engineer_edits_and_everybody_sees_what_goes_on(street: Bench) -> None:
    with street.record.transaction() as connection:
        from host_tools.city.rollouts import requests

        text = sections.text_of(present(street))
        requests.write(connection, "<script>", "engineer", "console", text, "0" * 32, street.now, reason="<b>why</b>")
    for role in ("viewer", "operator"):
        with street.client(role) as client:
            assert client.post("/programmes/drafts").status_code == 403
            assert client.post("/programmes/rollouts/1/halt").status_code == 403
            page = client.get("/programmes/rollouts/1").text
            assert "&lt;script&gt;" in page and "&lt;b&gt;why&lt;/b&gt;" in page and "Take back" not in page
            assert "&lt;b&gt;why" in client.get("/programmes").text
    with street.client("engineer") as client:
        assert "not one of this record" in client.get("/programmes/rollouts/99").text
        answer = client.post("/programmes/rollouts/1/take-back")
        assert answer.status_code == 422 and "only one that has begun" in answer.text
