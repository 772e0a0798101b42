"""The same scenario and seed give the same transcript, byte for byte, twice and on both engines."""

from pole.wire import contract
from tests.simulator.streets import HOUR_MS, City, live

BUSY = """
[[happening]]
kind = "command"
pole = "P0004"
at = "16:52"
level = 35
minutes = 90

[[happening]]
kind = "power_cut"
pole = "P0001"
at = "17:40"
until = "17:52"

[[happening]]
kind = "feeder_trip"
feeder = "F01"
at = "19:05"
until = "19:06"

[[happening]]
kind = "network_outage"
poles = ["P0002", "P0003"]
at = "17:30"
until = "17:55"

[[happening]]
kind = "broker_down"
at = "18:20"
until = "18:27"

[[happening]]
kind = "clock_lost"
pole = "P0003"
at = "18:05"
until = "18:50"

[[happening]]
kind = "lamp_open"
pole = "P0002"
at = "18:10"
until = "19:00"
severity = 0.5

[[happening]]
kind = "relay_welded"
pole = "P0004"
at = "17:00"

[[happening]]
kind = "command"
at = "18:40"
owner = "incident"
level = 100
minutes = 10
rampToLevelTime = 0
"""


def busy(engine: str, seed: int = 7) -> list[str]:
    def begin(street):
        city = City(street)
        cancel = '{"type":"cancel","owner":"operator","cmsRefId":"happening-1"}'
        city.send(int(0.7 * HOUR_MS), cancel, city.topic("P0004"))
        city.publish(int(0.8 * HOUR_MS), b"\xff\x00 rubbish")

    lived = live(2.8, poles=4, start="2026-11-24T16:40", scenario=BUSY, begin=begin, engine=engine, seed=seed)
    assert lived.street.failures() == []
    acks = lived.report["totals"]
    assert acks["acks_applied"] == 6  # the dimming, its cancel, and four times the incident
    assert acks["acks_badEnvelope"] == 1
    assert {line["kind"] for line in lived.lines} >= {"presence", "birth", "state", "meter", "ack", "command"}
    assert {state["clock"] for _ms, state in lived.said("P0003", contract.STATE)} == {"synced", "unknown", "holdover"}
    return lived.text


def test_both_engines_write_the_same_transcript_and_another_seed_another() -> None:
    on_cpython = busy("cpython")
    assert busy("cpython") == on_cpython
    assert len(on_cpython) > 200
    assert busy("cpython", seed=8) != on_cpython
    on_micropython = busy("micropython")
    for ours, theirs in zip(on_cpython, on_micropython, strict=False):
        assert ours == theirs  # the first difference, before "they have not the same length"
    assert on_micropython == on_cpython
