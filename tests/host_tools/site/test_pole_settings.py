"""The settings of a pole from its site: the firmware accepts them, and nights are as the site's files say."""

import json
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from host_tools.site import Site, SiteError, load_site, pole_config
from host_tools.site.model import Rule
from host_tools.site.pole_settings import wire_size, zone_changes
from pole.lighting.calendar import Calendar
from pole.settings import schema

NOVEMBER = 1793450000  # 31 October 2026
YEAR_S = 366 * 86400


@pytest.fixture(scope="module")
def sagar() -> Site:
    return load_site("sagar")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Kolkata")).timestamp())


def test_every_pole_of_sagar_gets_settings_its_firmware_takes(sagar: Site) -> None:
    for pole in sagar.poles:
        settings = schema.complete(pole_config(sagar, pole, NOVEMBER))
        assert settings["pole"] == pole.name
        assert pole.road_class in settings["groups"]


def test_settings_fit_an_mqtt_payload_with_room_to_spare(sagar: Site) -> None:
    assert max(wire_size(pole_config(sagar, pole, NOVEMBER)) for pole in sagar.poles[:40]) < 4096


def test_settings_too_long_to_be_sent_are_refused(sagar: Site) -> None:
    days = tuple(date.fromordinal(date(2026, 12, 1).toordinal() + day) for day in range(900))
    crowded = replace(sagar, rules=(Rule("crowded", "festival", dates=days),))
    with pytest.raises(SiteError, match=r"settings of P0001 are \d+ bytes on the wire and must be at most 8192"):
        pole_config(crowded, sagar.poles[0], NOVEMBER)


def test_a_pole_is_told_only_of_programmes_it_may_follow(sagar: Site) -> None:
    main_road = pole_config(sagar, sagar.pole("P0002"), NOVEMBER)
    assert sorted(main_road["programmes"]) == ["festival", "main-road", "no-dimming"]
    assert [rule["name"] for rule in main_road["rules"]] == ["election-night", "diwali", "national-day"]
    market = pole_config(sagar, sagar.pole("P0007"), NOVEMBER)
    assert "weekend" in [rule["name"] for rule in market["rules"]]


@pytest.mark.parametrize(
    ("moment", "level", "because"),
    [
        ("2026-11-07T23:45", 70, "main-road: 23:30"),  # an ordinary night dims
        ("2026-11-08T23:45", 100, "diwali: sunset-20min"),
        ("2026-11-09T03:00", 80, "diwali: 02:00"),  # still the night of the 8th
        ("2026-11-09T23:45", 70, "main-road: 23:30"),
        ("2026-12-13T02:00", 100, "election-night: sunset-10min"),  # no dimming
        ("2027-01-26T23:45", 100, "national-day: sunset-20min"),
        ("2027-08-15T23:45", 100, "national-day: sunset-20min"),
        ("2027-10-29T23:45", 100, "diwali: sunset-20min"),
        ("2028-01-26T23:45", 100, "national-day: sunset-20min"),  # in every year
        ("2028-10-29T23:45", 70, "main-road: 23:30"),  # but Diwali moves
        ("2026-11-24T12:00", 0, "main-road: sunrise+10min"),
    ],
)
def test_special_nights_of_a_main_road(sagar: Site, moment: str, level: int, because: str) -> None:
    calendar = Calendar(schema.complete(pole_config(sagar, sagar.pole("P0002"), NOVEMBER)))
    switch = calendar.at(at(moment))
    assert (switch.level, switch.reason) == (level, because)


def test_days_gone_by_are_left_out(sagar: Site) -> None:
    later = pole_config(sagar, sagar.pole("P0002"), at("2027-01-01T12:00"))
    assert [rule["dates"] for rule in later["rules"] if "dates" in rule] == [[20270703], [20271029]]
    past = replace(sagar, rules=(Rule("once", "festival", first=date(2026, 1, 1), last=date(2026, 2, 1)),))
    assert pole_config(past, sagar.poles[0], NOVEMBER)["rules"] == []


def test_a_zone_without_summer_time_never_changes() -> None:
    assert [offset for _, offset in zone_changes("Asia/Kolkata", NOVEMBER, 10)] == [19800]


@pytest.mark.parametrize("timezone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_changes_of_a_zone_are_those_of_the_time_zone_database(timezone: str) -> None:
    changes = zone_changes(timezone, NOVEMBER, 5)
    zone = ZoneInfo(timezone)
    assert len(changes) >= 10
    for start, offset in changes[1:]:
        assert datetime.fromtimestamp(start, zone).utcoffset().total_seconds() == offset  # type: ignore[union-attr]
        before = datetime.fromtimestamp(start - 1, zone).utcoffset()
        assert before is not None
        assert before.total_seconds() != offset
    settings = {"zone": [list(change) for change in changes]}
    from pole.lighting.calendar import offset_at

    for unix in range(NOVEMBER, NOVEMBER + 5 * YEAR_S, 12345 * 7):
        expected = datetime.fromtimestamp(unix, zone).utcoffset()
        assert expected is not None
        assert offset_at(settings["zone"], unix) == expected.total_seconds()


def test_settings_are_plain_json(sagar: Site) -> None:
    settings = pole_config(sagar, sagar.poles[0], NOVEMBER)
    assert json.loads(json.dumps(settings)) == settings


def test_a_pole_is_told_technology_and_driver_where_they_are_not_those_of_a_plain_led(sagar: Site) -> None:
    def told(technology: str, driver: str) -> dict[str, object]:
        pole = sagar.poles[0]
        kind = replace(sagar.luminaires[pole.luminaire], technology=technology, driver=driver)
        settings = pole_config(replace(sagar, luminaires={**sagar.luminaires, kind.name: kind}), pole, NOVEMBER)
        assert schema.check(settings) == []
        return {name: value for name, value in settings.items() if name in ("lamp.technology", "lamp.driver")}

    assert told("led", "constant-power") == {}
    assert told("led", "follows-voltage") == {"lamp.driver": "followsVoltage"}
    assert told("hps", "constant-power") == {"lamp.technology": "hps"}
    assert told("mh", "follows-voltage") == {"lamp.technology": "mh", "lamp.driver": "followsVoltage"}


def test_a_pole_refuses_a_technology_that_it_does_not_know(sagar: Site) -> None:
    settings = pole_config(sagar, sagar.poles[0], NOVEMBER)
    assert schema.check({**settings, "lamp.technology": "oil", "lamp.driver": "x"}) == [
        "lamp.technology is 'oil' and must be led, hps or mh",
        "lamp.driver is 'x' and must be constantPower or followsVoltage",
    ]
