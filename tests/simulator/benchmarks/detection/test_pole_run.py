"""The light life of a pole raises what the whole firmware raises on the simulated street, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from host_tools.site import load_site
from simulator.benchmarks.detection.night_times import nights_of
from simulator.benchmarks.detection.pole_run import live
from simulator.benchmarks.detection.population import Life, settings_of
from simulator.plant.meter import BL0942
from simulator.report.detection import Event
from simulator.run import Options, simulate
from simulator.run_time import RunTime

SEED = 5
APART_S = 45  # their samples are taken at other moments, half a minute apart in quiet times
ASKED_APART_S = 225  # a quarter of the 15 minutes without time: the pole varies its waits by so much
HAPPENINGS = (
    ("leakage", "13:00", "14:00", 0.5),
    ("photocell_stuck_dark", "15:00", "15:40", 1.0),
    ("relay_welded", "15:50", "16:20", 1.0),
    ("string_open", "19:00", "19:40", 0.25),
    ("driver_short", "20:00", "20:30", 0.3),
    ("mains_sag", "21:00", "21:30", 0.6),
    ("lamp_open", "22:00", "22:30", 1.0),
    ("theft", "23:00", "23:40", 0.4),
    ("mains_cut", "00:10", "00:40", 1.0),
    ("clock_lost", "00:43", "00:58", 1.0),
    ("dim_line_cut", "01:06", "01:26", 1.0),
    ("meter_frozen", "01:35", "01:50", 1.0),
    ("pf_low", "02:00", "02:30", 0.6),
    ("gear_comm_lost", "03:00", "03:20", 1.0),
    ("tilt", "04:00", "04:20", 0.5),
    ("relay_stuck_open", "05:00", "05:20", 1.0),
    ("door_open", "08:00", "08:20", 1.0),
)


def test_it_raises_what_the_firmware_raises(tmp_path: Path) -> None:
    file = tmp_path / "night.toml"
    file.write_text(
        'name = "a night of everything"\nhours = 24\n'
        + "".join(
            f'[[happening]]\nkind = "{kind}"\npoles = ["P0002"]\n'
            f'at = "{at}"\nuntil = "{until}"\nseverity = {severity}\n'
            for kind, at, until, severity in HAPPENINGS
        )
    )
    site = load_site("sagar", 2)
    site = site.with_poles(site.poles[1:])  # on a main road: dimmed from 23:30 on
    start = datetime.fromisoformat("2026-11-24T12:00")
    street = simulate(Options(site=site, start=start, scenario=str(file), seed=SEED)).street
    life = Life(
        number=0,
        site=site,
        start=start.replace(tzinfo=RunTime(0, site.timezone).zone),
        commissioned=True,
        constant_light=(),
        meter=BL0942,
        ageing=0.0,
        hours=0.0,
    )
    settings = settings_of(life)
    night = nights_of(life, settings, street.time)[:1]
    ours = told(live(SEED, life, settings, night, street.scenario.happenings).diya)
    theirs = told(event for event in street.recorder.events if event.pole == "P0002")
    assert [what for what, _unix in ours] == [what for what, _unix in theirs]
    assert len(ours) >= 2 * len(HAPPENINGS)
    for (what, at), (_what, other) in zip(ours, theirs, strict=True):
        assert abs(at - other) <= (ASKED_APART_S if what == "clockLost ends" else APART_S), what


def told(events: Iterable[Event]) -> list[tuple[str, int]]:
    """(event type and whether it begins, Unix s), by event type and then in order; what came again once."""
    once = {event.id: event for event in events if event.event_type != "communicationFailure"}.values()
    return sorted((f"{event.event_type} {'begins' if event.starts else 'ends'}", event.timestamp) for event in once)
