"""Scenario files: what they mean, and every mistake of one in one pass."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from host_tools.errors import DiyaError
from simulator.happenings.catalogue import EVENT_TYPES, KINDS, happenings
from simulator.plant import faults
from simulator.scenario import ScenarioError, find_scenario, load_scenario, parse_scenario, ready_made
from simulator.scenario.happening import Happening, Order, Scenario
from tests.simulator.small_site import HOUR_MS, run_time, site


def parse(text: str, start: datetime = datetime(2026, 11, 24, 12), hours: float | None = None) -> Scenario:
    return parse_scenario(text, "night.toml", site(), run_time(start), hours)


def one(fields: str) -> Happening:
    return parse(f'name = "x"\n[[happening]]\n{fields}').happenings[0]


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    return caught.value.problems


def problem(fields: str) -> str:
    """The only problem of a scenario whose only happening has *fields*."""
    (sentence,) = problems(f'name = "x"\n[[happening]]\n{fields}')
    return re.sub(r"^night\.toml line \d+: happening 1: ", "", sentence)


def test_the_example_of_the_design() -> None:
    scenario = parse("""
        name = "one lamp dies, one feeder trips"
        hours = 14
        [[happening]]
        pole = "P0003"
        kind = "lamp_open"
        at = "19:40"
        until = "23:10"
        severity = 0.4
        expect = ["lampFailure"]
        allow = ["supplyLoss"]
        within_s = 180
    """)
    assert (scenario.name, scenario.hours) == ("one lamp dies, one feeder trips", 14.0)
    assert scenario.happenings == (
        Happening(
            number=1,
            kind="lamp_open",
            at_ms=int(7 * HOUR_MS + 40 * 60_000),
            until_ms=int(11 * HOUR_MS + 10 * 60_000),
            poles=("P0003",),
            group=None,
            everywhere=False,
            severity=0.4,
            expect=("lampFailure",),
            allow=("supplyLoss",),
            within_s=180,
        ),
    )


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        ('"19:40"', 7 + 40 / 60),
        ('"11:30"', 23.5),  # tomorrow's
        ('"12:00"', None),  # not the start itself: the next one, which is the end of the run
        ('"02:30:30"', 14 + 30.5 / 60),
        ('"+3h20m"', 3 + 20 / 60),
        ('"+20m"', 1 / 3),
        ('"+0h"', 0),
        ('"2026-11-24T19:40"', 7 + 40 / 60),
        ('"2026-11-25 01:00:00"', 13),
        ("2026-11-24T19:40:00", 7 + 40 / 60),  # TOML's own local date-time
        ("19:40:00", 7 + 40 / 60),  # and local time
    ],
)
def test_times(at: str, hours: float | None) -> None:
    fields = f'kind = "broker_down"\nat = {at}'
    if hours is None:
        assert problem(fields) == "at is 12:00 and must be before the end of the run, 2026-11-25T12:00"
    else:
        assert one(fields).at_ms == round(hours * HOUR_MS)


def test_until_is_the_next_such_time_after_at_or_counts_from_the_start() -> None:
    assert one('kind = "broker_down"\nat = "23:00"\nuntil = "22:00"').until_ms == 34 * HOUR_MS
    assert one('kind = "broker_down"\nat = "+2h"\nuntil = "+3h20m"').until_ms == 200 * 60_000


def test_targets() -> None:
    assert one('kind = "mains_cut"\nat = "+1h"').poles == tuple(pole.name for pole in site().poles)
    assert one('kind = "mains_cut"\nat = "+1h"').everywhere
    assert one('kind = "mains_cut"\nat = "+1h"\npoles = ["P0007", "P0002"]').poles == ("P0002", "P0007")
    assert one('kind = "mains_cut"\nat = "+1h"\nfeeder = "F02"').poles == ("P0005", "P0006", "P0007", "P0008")
    south = one('kind = "network_outage"\nat = "+1h"\ngroup = "south"')
    assert (south.poles, south.group) == (("P0009", "P0010", "P0011", "P0012"), "south")
    assert one('kind = "feeder_trip"\nat = "+1h"\npole = "P0006"').poles == ("P0005", "P0006", "P0007", "P0008")


def test_a_pole_whose_feeder_is_not_known_has_one_of_its_own() -> None:
    known = site()
    alone = known.with_poles(replace(pole, feeder="") for pole in known.poles)
    text = 'name = "x"\n[[happening]]\nkind = "feeder_trip"\nat = "+1h"\npole = "P0006"'
    (tripped,) = parse_scenario(text, "night.toml", alone, run_time(datetime(2026, 11, 24, 12))).happenings
    assert tripped.poles == ("P0006",)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("severity", ["0", "0.0", "0.35", "1"])
def test_every_kind_takes_any_severity(kind: str, severity: str) -> None:
    order = "\nlevel = 50\nminutes = 5" if kind == "command" else ""
    assert one(f'kind = "{kind}"\nat = "+1h"\nseverity = {severity}{order}').severity == float(severity)


def test_the_former_name_of_a_kind_is_still_understood() -> None:
    assert one('kind = "power_cut"\nat = "+1h"').kind == "mains_cut"


@pytest.mark.parametrize(
    ("fields", "over_ms"),
    [
        ('kind = "power_cycle"\nat = "+1h"\nseverity = 0.3', HOUR_MS + 180_000),
        ('kind = "power_cycle"\nat = "+1h"\nuntil = "+2h"', HOUR_MS + 600_000),
        ('kind = "power_cycle"\nat = "+1h"\nuntil = "+1h2m"', HOUR_MS + 120_000),
        ('kind = "power_cycle"\nat = "+1h"\nseverity = 0', HOUR_MS),
        ('kind = "impact"\nat = "+1h"', HOUR_MS + 40),
        ('kind = "impact"\nat = "+1h"\nuntil = "+2h"', 2 * HOUR_MS),
        ('kind = "tilt"\nat = "+1h"\nuntil = "+2h"', 2 * HOUR_MS),
        ('kind = "tilt"\nat = "+1h"', None),
    ],
)
def test_some_kinds_are_over_by_themselves(fields: str, over_ms: int | None) -> None:
    assert one(fields).over_ms == over_ms


def test_a_lamp_is_as_old_as_the_oldest_that_is_said_of_it() -> None:
    scenario = parse("""
        name = "old"
        [[happening]]
        kind = "ageing"
        poles = ["P0001", "P0002"]
        at = "+5h"
        severity = 0.4
        [[happening]]
        kind = "ageing"
        pole = "P0002"
        at = "+1h"
        severity = 0.7
    """)
    assert [scenario.ageing(name) for name in ("P0001", "P0002", "P0003")] == [0.4, 0.7, 0.0]


def test_a_command_is_an_override_with_defaults() -> None:
    command = one('kind = "command"\nat = "20:00"\ngroup = "main-road"\nlevel = 60\nminutes = 45')
    assert command.order == Order(level=60, minutes=45, owner="operator", ramp_s=2)
    assert command.group == "main-road"
    urgent = one('kind = "command"\nat = "20:00"\nlevel = 100\nminutes = 5\nowner = "emergency"\nrampToLevelTime = 0')
    assert urgent.order == Order(100, 5, "emergency", 0) and urgent.everywhere


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ('at = "+1h"', "kind is missing and must be one of lamp_open, string_open, driver_short, relay_welded,"),
        ('kind = "earthquake"\nat = "+1h"', "kind is earthquake and must be one of lamp_open,"),
        ('kind = "mains_cut"', 'at is missing and must be "HH:MM", "+3h20m" after the start, or a local date and time'),
        ('kind = "mains_cut"\nat = "25:00"', 'at is 25:00 and must be "HH:MM"'),
        ('kind = "mains_cut"\nat = "+"', 'at is + and must be "HH:MM"'),
        ('kind = "mains_cut"\nat = 19', 'at is 19 and must be "HH:MM"'),
        ('kind = "mains_cut"\nat = 2026-11-24T19:40:00Z', "at is 2026-11-24T19:40:00+00:00 and must be"),
        ('kind = "mains_cut"\nat = "2026-11-24T11:59"', "at or after the start of the run, 2026-11-24T12:00"),
        ('kind = "mains_cut"\nat = "+25h"', "at is +25h and must be before the end of the run, 2026-11-25T12:00"),
        ('kind = "mains_cut"\nat = "+2h"\nuntil = "+1h"', "until is +1h and must be after at, which is +2h"),
        ('kind = "mains_cut"\nat = "+2h"\nuntil = true', "until is True and must be"),
        ('kind = "mains_cut"\nat = "9999-12-31T23:59"\nuntil = "12:00"', "before the end of the run"),
        (
            'kind = "mains_cut"\nat = "+1h"\npole = "P9999"',
            "pole is P9999 and must be a pole of this run, such as P0001",
        ),
        ('kind = "mains_cut"\nat = "+1h"\npoles = []', "poles is [] and must be a list of pole names"),
        (
            'kind = "mains_cut"\nat = "+1h"\ngroup = "moon"',
            "group is moon and must be a group of this run, such as F01",
        ),
        ('kind = "mains_cut"\nat = "+1h"\nfeeder = 3', "feeder is 3 and must be a name"),
        ('kind = "mains_cut"\nat = "+1h"\npole = "P0001"\nfeeder = "F01"', "feeder is F01 and must be left out"),
        (
            'kind = "broker_down"\nat = "+1h"\npole = "P0001"',
            "pole is P0001 and must be left out: a broker_down concerns",
        ),
        ('kind = "lamp_open"\nat = "+1h"\nseverity = 1.5', "severity is 1.5 and must be 0 to 1"),
        ('kind = "lamp_open"\nat = "+1h"\nseverity = nan', "severity is nan and must be 0 to 1"),
        ('kind = "mains_cut"\nat = "+1h"\nseverity = "much"', "severity is much and must be 0 to 1"),
        ('kind = "mains_cut"\nat = "+1h"\nseverity = true', "severity is True and must be 0 to 1"),
        (
            'kind = "data_corrupt"\nat = "+1h"\nuntil = "+2h"',
            "until is +2h and must be left out: a data_corrupt is over at once",
        ),
        (
            'kind = "lamp_open"\nat = "+1h"\nexpect = ["lampFail"]',
            "expect is lampFail and must be an event type: the closest is lampFailure",
        ),
        ('kind = "lamp_open"\nat = "+1h"\nallow = "lampFailure"', "allow is lampFailure and must be a list of event"),
        (
            'kind = "lamp_open"\nat = "+1h"\nexpect = ["lampFailure"]\nallow = ["lampFailure"]',
            "allow is lampFailure and",
        ),
        (
            'kind = "lamp_open"\nat = "+1h"\nwithin_s = 60',
            "within_s is 60 and must be left out where expect names nothing",
        ),
        (
            'kind = "lamp_open"\nat = "+1h"\nexpect = ["lampFailure"]\nwithin_s = 0',
            "within_s is 0 and must be a whole num",
        ),
        (
            'kind = "command"\nat = "+1h"\nlevel = 101\nminutes = 5',
            "level is 101 and must be a whole number, 0 to 100 %",
        ),
        (
            'kind = "command"\nat = "+1h"\nlevel = 50',
            "minutes is missing and must be a whole number, 1 to 527040 minutes",
        ),
        (
            'kind = "command"\nat = "+1h"\nlevel = 50\nminutes = 5\nowner = "safety"',
            "owner is safety and must be one of",
        ),
        (
            'kind = "command"\nat = "+1h"\nuntil = "+2h"\nlevel = 5\nminutes = 5',
            "until is +2h and must be left out: a com",
        ),
        ('kind = "lamp_open"\nat = "+1h"\nlevel = 50', "level is not a field here: the fields are kind, at, until,"),
    ],
)
def test_each_mistake_names_happening_field_value_and_bound(fields: str, sentence: str) -> None:
    assert sentence in problem(fields)


def test_all_mistakes_are_reported_in_one_pass() -> None:
    found = problems("""
        hours = 0
        weather = "wet"
        [[happening]]
        kind = "lamp_open"
        at = "19:60"
        severity = 2
        pole = "P9999"
        [[happening]]
        kind = "flood"
        at = "19:00"
        expect = ["wetFeet", "lampFailure"]
    """)
    assert [sentence.split(" and must")[0] for sentence in found] == [
        "night.toml line 1: name is missing",
        "night.toml line 2: hours is 0",
        "night.toml line 3: weather is not a field here: the fields are name, hours, happening, call",
        "night.toml line 6: happening 1: at is 19:60",
        "night.toml line 7: happening 1: severity is 2",
        "night.toml line 8: happening 1: pole is P9999",
        "night.toml line 10: happening 2: kind is flood",
        "night.toml line 12: happening 2: expect is wetFeet",
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ('kind = "lamp_opn"', "kind is lamp_opn and must be a kind of happening: the closest is lamp_open"),
        ('kind = "Feeder-Trip"', "the closest is feeder_trip"),
        ('kind = "fog"\nsevrity = 0.5', "sevrity is not a field here: the closest is severity"),
        ('kind = "fog"\npole = "p0003"', "pole is p0003 and must be a pole of this run: the closest is P0003"),
        ('kind = "fog"\npole = "P0123"', "a pole of this run, such as P0001, P0002, P0003 (it has 12)"),
        ('kind = "fog"\ngroup = "main_road"', "a group of this run: the closest is main-road"),
        ('kind = "fog"\nallow = ["lampfailure"]', "an event type: the closest is lampFailure"),
    ],
)
def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(fields: str, sentence: str) -> None:
    assert sentence in problem(fields + '\nat = "+1h"')


@pytest.mark.parametrize(
    ("fields", "line", "sentence"),
    [
        ('poles = ["P0001",\n  "P0002",\n  "P0001"]', 7, "poles is P0001 and must be named once"),
        ('allow = [\n  "lampFailure",\n  "lampFailure",\n]', 7, "allow is lampFailure and must be named once"),
        ('poles = [\n  "P0001",  # the first\n\n  "Q1",\n]', 8, "poles is Q1 and must be a pole of this run"),
    ],
)
def test_a_mistake_in_a_list_has_the_line_of_its_element(fields: str, line: int, sentence: str) -> None:
    (found,) = problems(f'name = "x"\n[[happening]]\nkind = "fog"\nat = "+1h"\n{fields}')
    assert found.startswith(f"night.toml line {line}: happening 1: {sentence}")


def test_a_happening_that_is_there_twice_is_a_mistake() -> None:
    fog = '[[happening]]\nkind = "fog"\nat = "+1h"\n'
    assert problems(f'name = "x"\n{fog}{fog}') == [
        "night.toml line 5: happening 2: it repeats happening 1 and must be left out"
    ]
    assert parse(f'name = "x"\n{fog}{fog}until = "+2h"').happenings


def test_what_is_not_toml_not_tables_or_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert problems("name = ") == ["night.toml line 1: it is not TOML: Invalid value"]
    assert problems('name = "x"\n[[happening]]\nkind = "fog"\nkind = "fog"\n') == [
        "night.toml line 4 column 13: it is not TOML: Cannot overwrite a value"
    ]
    assert "thousands of digits" in problems(f"hours = 0x{'f' * 5000}")[-1]
    for nonsense in ("hours = " + "9" * 5000, "hours = " + "[" * 5000):
        assert "it is not TOML" in problems(nonsense)[0]
    assert problems("# nothing yet\n") == [
        "night.toml: it is empty and must have a name and happenings (docs/scenarios.md)"
    ]
    assert problems('name = "x"\nhappening = 3') == [
        "night.toml line 2: happening is 3 and must be tables, each under [[happening]]"
    ]
    with pytest.raises(DiyaError, match="must be a TOML file or one of benign, broker-down"):
        find_scenario("no-such-night")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path, site(), run_time())
    with pytest.raises(ScenarioError, match="which is a folder, and must be a TOML file"):
        find_scenario(str(tmp_path))


def test_a_file_from_another_editor_is_read_or_its_line_is_said(tmp_path: Path) -> None:
    path = tmp_path / "night.toml"
    path.write_bytes(b'\xef\xbb\xbfname = "with a mark before it"\r\n')
    assert load_scenario(path, site(), run_time()).name == "with a mark before it"
    path.write_bytes('hours = 3\nname = "caf\xe9"\n'.encode("latin-1"))
    with pytest.raises(ScenarioError, match=r"line 2: it is not UTF-8 text and must be saved as UTF-8"):
        load_scenario(path, site(), run_time())


def test_a_shorter_run_leaves_out_what_comes_later_and_a_dst_night_is_played_by_local_time() -> None:
    text = 'name = "x"\nhours = 48\n[[happening]]\nkind = "mains_cut"\nat = "+30h"'
    assert parse(text, hours=10).hours == 10
    spring = run_time(datetime(2026, 3, 28, 12), "Europe/Berlin")
    scenario = parse_scenario(
        'name = "x"\n[[happening]]\nkind = "mains_cut"\nat = "06:00"', "night.toml", site(), spring
    )
    assert scenario.happenings[0].at_ms == 17 * HOUR_MS  # one hour less than on other nights


@pytest.mark.parametrize("name", ready_made())
def test_ready_made_scenarios_are_sound_for_a_street_of_twelve(name: str) -> None:
    scenario = load_scenario(find_scenario(name), site(), run_time())
    assert scenario.name
    for happening in scenario.happenings:
        assert happening.kind in {kind.name for kind in happenings()}
        assert happening.until_ms is None or happening.until_ms > happening.at_ms


def test_there_is_a_ready_made_scenario_for_each_kind_and_each_fault_of_the_plant_is_a_kind() -> None:
    used = {
        happening.kind
        for name in ready_made()
        for happening in load_scenario(find_scenario(name), site(), run_time()).happenings
    }
    listed = {kind.name for kind in happenings()}
    assert used == listed >= set(faults.NAMES)
    assert "quiet-night" in ready_made()
    expected = {event for kind in happenings() for event in kind.events}
    assert expected == set(EVENT_TYPES)  # each has a kind that causes it
    assert list(EVENT_TYPES) == sorted(EVENT_TYPES)
    for kind in happenings():
        assert kind.sentence.endswith(".") and kind.severity.startswith("1.0 ")


@pytest.mark.parametrize("kind", ["server_time_wrong", "city_time_wrong", "rtc_wrong"])
def test_a_wrong_clock_is_wrong_by_seconds(kind: str) -> None:
    assert one(f'kind = "{kind}"\nat = "+1h"').seconds == 86400
    assert one(f'kind = "{kind}"\nat = "+1h"\nseconds = -31536000').seconds == -31536000
    assert problem(f'kind = "{kind}"\nat = "+1h"\nseconds = 1000000001') == (
        "seconds is 1000000001 and must be a whole number, -1000000000 to 1000000000 s"
    )
    assert "seconds" in problem('kind = "rtc_stopped"\nat = "+1h"\nseconds = 5')
