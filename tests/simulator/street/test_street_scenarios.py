"""The ready-made scenarios about faults meet their own expectations, and a street that is full of them stays lit."""

import json
from datetime import datetime

import pytest

from host_tools.site import load_site
from host_tools.site.model import Site
from host_tools.wire.event_types import COMMUNICATION_FAILURE, ending
from simulator import run
from simulator.cli.expectations import failures
from simulator.scenario import find_scenario, load_scenario
from simulator.street.street import Street
from tests.host_tools.city.alarms.played_alarms import play_transcript
from tests.simulator.streets import HOUR_MS, NIGHT, live


@pytest.mark.parametrize("name", ["every-fault", "benign", "lamp-failures", "lost-clock"])
def test_what_it_expects_is_reported_and_nothing_else(name: str) -> None:
    site = load_site("sagar", 12)
    outcome = run.simulate(run.Options(site, datetime(2026, 11, 24, 12), scenario=name, transcript=True))
    assert failures(outcome.report) == []
    assert outcome.street.failures() == []
    assert outcome.report["dark_minutes"] == 0
    if name == "every-fault":
        assert outcome.report["detection"]["detected"] == 49
        assert outcome.report["detection"]["unobservable"] == []
    if name in ("every-fault", "benign"):
        its_alarms_are_those_of_its_faults(site, outcome, name)


def its_alarms_are_those_of_its_faults(site: Site, outcome: run.Outcome, name: str) -> None:
    """The city makes an alarm of each fault, which closes by the pole's own word when the fault is over."""
    assert outcome.transcript
    start = outcome.street.time.start_unix
    rows = play_transcript(site, map(json.loads, outcome.transcript.lines()), start).rows
    happenings = load_scenario(find_scenario(name), site, outcome.street.time).happenings
    for happening in happenings:
        # a silence is the receiver's to find: tests/host_tools/city/alarms/test_keeper.py
        kinds = (ending() - {COMMUNICATION_FAILURE}) & set(happening.expect)
        for pole, kind in ((pole, kind) for pole in happening.poles for kind in kinds):
            found = [row for row in rows if (row.kind, row.name) == (kind, pole)]
            assert found, (kind, pole)
            over = start + (happening.over_ms or happening.at_ms) // 1000
            assert any(row.ended and row.proof == "event" and row.ended >= over - 120 for row in found), (kind, pole)
    assert {row.kind for row in rows if row.ended is None} <= {"dataReformatted"}  # which a person closes
    assert bool(rows) == (name == "every-fault")


@pytest.mark.parametrize(("name", "poles"), [("wrong-clocks", 5), ("failing-parts", 4), ("floods", 3)])
def test_what_comes_from_outside_is_told_and_costs_no_light(name: str, poles: int) -> None:
    outcome = run.simulate(run.Options(load_site("sagar", poles), datetime(2026, 11, 24, 12), scenario=name))
    assert failures(outcome.report) == []
    assert outcome.street.failures() == []
    assert outcome.street.resets()["watchdog"] == 0
    dark = outcome.street.darkness.minutes()
    assert all(minutes <= 1.5 and pole == "P0004" for pole, minutes in dark.items())  # its chip says that it is noon


KINDS = (
    "clock_drift", "flicker", "mains_wobble", "tilt", "meter_noise", "pf_low", "dips", "leakage", "overheat", "theft",
)  # fmt: skip
FULL = "".join(
    f'[[happening]]\nkind = "{kind}"\npole = "P000{place % 2 + 1}"\nat = "+{5 + 3 * place}m"\n'
    f'until = "+{30 + 3 * place}m"\n'
    for place, kind in enumerate(KINDS)
)


def test_both_engines_see_the_same_faults_at_the_same_moments() -> None:
    texts = [live(1, start=NIGHT, scenario=FULL, engine=engine).text for engine in ("cpython", "micropython")]
    assert texts[0] == texts[1]


OUTSIDE = (
    "server_time_wrong", "bus_fails", "city_time_wrong", "adc_fails", "mqtt_flood", "meter_fails", "console_flood",
    "flash_fails", "rtc_stopped", "power_cycle", "rtc_wrong",
)  # fmt: skip
FROM_OUTSIDE = "".join(
    f'[[happening]]\nkind = "{kind}"\npole = "P000{place % 2 + 1}"\nat = "+{3 + 3 * place}m"\nseverity = 0.1\n'
    + (f'until = "+{9 + 3 * place}m"\n' if kind != "rtc_wrong" else "")
    for place, kind in enumerate(OUTSIDE)
)


def test_both_engines_live_with_the_same_wrong_clocks_failing_parts_and_floods() -> None:
    texts = [live(0.8, start=NIGHT, scenario=FROM_OUTSIDE, engine=name).text for name in ("cpython", "micropython")]
    assert texts[0] == texts[1]
    assert any('"partFailure"' in line for line in texts[0])


def test_a_clock_that_runs_fast_dims_the_street_too_early() -> None:
    outage = '[[happening]]\nkind = "network_outage"\nat = "+2m"\n'
    drift = '[[happening]]\nkind = "clock_drift"\npole = "P0002"\nat = "+30m"\nseverity = 0.5\n'
    dimmed = {}  # {pole: ms at which it dims from 100 to 70 %, which is at 23:30 on a main road}

    def begin(street: Street) -> None:
        def look() -> None:
            for name, stage in street.poles.items():
                if stage.plant.light(street.kernel.now_ms) < 0.99:
                    dimmed.setdefault(name, street.kernel.now_ms)

        street.kernel.at(3 * HOUR_MS, lambda: street.kernel.every(1000, look))

    live(4, poles=3, start=NIGHT, scenario=outage + drift, begin=begin)
    assert abs(dimmed["P0003"] - 3.5 * HOUR_MS) < 5000
    assert abs(dimmed["P0003"] - dimmed["P0002"] - 3 * HOUR_MS * 0.005) < 2000


def test_poles_without_the_time_do_not_go_by_photocells_that_see_what_is_not_there() -> None:
    outcome = run.simulate(run.Options(load_site("sagar", 5), datetime(2026, 11, 24, 12), scenario="photocells"))
    assert failures(outcome.report) == []
    assert outcome.street.failures() == []
    assert outcome.report["dark_minutes"] == 0
