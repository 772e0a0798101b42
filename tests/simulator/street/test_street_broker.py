"""A street on a real Mosquitto, which is killed for ten simulated minutes and started again."""

import pytest

from host_tools.broker.mosquitto import find_mosquitto
from pole.wire import contract
from simulator.street.street import Street
from tests.simulator.streets import MINUTE_MS, NIGHT, live, watch_light

SPEED = 300.0


@pytest.mark.skipif(not find_mosquitto(), reason="Mosquitto is not on this machine")
def test_with_mosquitto_killed_for_ten_minutes_all_are_back_without_a_reboot_and_no_lamp_has_changed() -> None:
    lights = {}
    down = '[[happening]]\nkind = "broker_down"\nat = "+5m"\nuntil = "+15m"\n'
    lived = live(
        0.6, poles=12, start=NIGHT, scenario=down, broker="embedded", speed=SPEED,
        begin=lambda street: lights.update(watch_light(street)),
    )  # fmt: skip
    assert lived.report["totals"]["boots_powerOn"] == 12
    assert lived.report["totals"]["reported"] == 12
    assert lived.street.failures() == []
    assert lived.report["dark_minutes"] == 0
    back = []
    for name in lived.street.poles:
        # by the poles' own clocks: the recorder, a client as any other, comes back to the broker when it can
        times = [said["at"] - lived.street.time.start_unix for _ms, said in lived.said(name, contract.BIRTH)]
        assert times[0] < 5 * 60
        assert times[-1] >= 15 * 60, f"{name} did not come back"
        back.append(times[-1])
        assert len(lived.targets(name, 0, 36 * MINUTE_MS)) == 1
        assert [light for ms, light in lights[name] if ms > 5 * MINUTE_MS] == []
    assert max(back) - min(back) > 20
    assert len(set(back)) >= 6


@pytest.mark.skipif(not find_mosquitto(), reason="Mosquitto is not on this machine")
def test_the_city_is_a_witness_of_the_time_however_fast_a_simulation_runs() -> None:
    def begin(street: Street) -> None:
        for stage in street.poles.values():
            assert stage.wiring.clock
            stage.wiring.clock.lose()  # so that the servers have no second witness but the city

    for _ in range(4):  # an answer has 7 ms of real time: on a busy computer not every street gets one in time
        lived = live(0.3, poles=3, start=NIGHT, broker="embedded", speed=600.0, begin=begin)
        states = [lived.said(name, contract.STATE)[-1][1] for name in lived.street.poles]
        if all("city" in state["clockBy"] and state["clock"] == "synced" for state in states):
            return
    raise AssertionError(states)
