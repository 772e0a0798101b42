"""What the meter shows of supply, relay, driver and lamp, and what is made of it."""

try:
    from tests.firmware.health.lamp_bench import CURVE, Pole, types
except ImportError:  # MicroPython, beside this file
    from lamp_bench import CURVE, Pole, types


def settled(dim=10000, curve=CURVE):
    pole = Pole(curve)
    pole.dim = dim
    assert pole.run(1200) == []
    return pole


def only(pole, seconds, name, within):
    events = pole.run(seconds)
    assert types(events) == [name], events
    assert events[0][2] <= within, events
    return events


def test_a_healthy_lamp_raises_nothing_and_is_looked_at_every_half_minute():
    pole = settled()
    before = pole.samples
    for dim in (10000, 7000, 4000, 3000, 1000, 10000):
        pole.dim = dim
        assert pole.run(3600) == []
    assert pole.samples - before < 6 * 150  # every 22 to 30 s, and some more after each change
    pole.relay = False
    assert pole.run(36000) == []


def test_an_open_lamp_is_a_lamp_failure_within_a_minute_and_ends_when_it_burns_again():
    pole = settled()
    pole.left = 0
    events = pole.run(600)
    assert types(events) == ["lampFailure", "lampPowerTooLow"]
    assert events[0][2] <= 60
    pole.left = 1000
    assert types(pole.run(600), False) == ["lampFailure", "lampPowerTooLow"]


def test_a_fault_of_the_night_does_not_end_because_it_is_day():
    pole = settled()
    pole.left = 0
    pole.run(600)
    pole.relay = False
    assert pole.run(36000) == []
    pole.relay = True
    assert pole.run(600) == []
    pole.relay = False
    pole.left = 1000  # repaired by day: that is seen in the evening
    assert pole.run(36000) == []
    pole.relay = True
    assert "lampFailure" in types(pole.run(600), False)


def test_a_lost_string_is_found_from_15_percent_on_at_full_and_at_30_percent_level():
    for dim in (10000, 3000):
        for left in (850, 700, 400):
            pole = settled(dim)
            pole.left = left
            only(pole, 600, "lampPowerTooLow", 100)
            pole.left = 1000
            assert types(pole.run(600), False) == ["lampPowerTooLow"]


def test_a_lost_string_is_no_dimming_failure_when_the_level_changes():
    pole = settled()
    pole.left = 600
    only(pole, 600, "lampPowerTooLow", 100)
    for dim in (7000, 3000, 10000):
        pole.dim = dim
        assert pole.run(1200) == []


def test_a_short_takes_too_much():
    pole = settled(7000)
    pole.more = 300
    only(pole, 600, "lampPowerTooHigh", 100)


def test_a_cut_dimming_line_is_told_from_a_short_by_asking_the_driver():
    pole = settled(4000)
    pole.driver = 10000
    only(pole, 600, "dimmingFailure", 100)
    pole.driver = None
    pole.dim = 4000
    assert types(pole.run(600), False) == ["dimmingFailure"]


def test_a_dimming_line_that_is_cut_beside_a_lost_string_is_told_from_it():
    pole = settled(6000)
    pole.left = 200
    only(pole, 600, "lampPowerTooLow", 100)
    pole.driver = 10000
    only(pole, 600, "dimmingFailure", 100)
    pole.left = 1000
    assert pole.run(600) == []  # at full light and deaf: whether a string is lost cannot be told
    pole.driver = None
    assert sorted(types(pole.run(600), False)) == ["dimmingFailure", "lampPowerTooLow"]


def test_a_short_that_takes_just_what_full_light_would_is_no_dimming_failure():
    pole = settled(7000)
    pole.more = 410
    only(pole, 600, "lampPowerTooHigh", 100)


def test_a_driver_that_stays_at_its_level_is_found_at_the_next_one():
    pole = settled(10000)
    pole.driver = 10000
    assert pole.run(3600) == []
    pole.dim = 6000
    only(pole, 600, "dimmingFailure", 100)
    pole.dim = 10000  # where it is stuck it looks well, and is not
    assert pole.run(3600) == []
    pole.driver = None
    pole.dim = 6000
    assert types(pole.run(600), False) == ["dimmingFailure"]


def test_a_driver_stuck_low_is_no_lost_string():
    for stuck in (4000, 1000):  # nor a lamp that is dark
        pole = settled(stuck)
        pole.driver = stuck
        pole.dim = 10000
        only(pole, 600, "dimmingFailure", 100)


def test_the_driver_is_asked_for_seconds_only_and_the_lamp_stays_lit():
    pole = settled(1000)
    pole.left = 700
    lowest = []
    for _ in range(120):
        pole.ticks += pole.step()
        lowest.append(pole.dim + pole.watch.state.probe)
    assert min(lowest) >= 1000 and max(lowest) == 2000
    assert len([dim for dim in lowest if dim != 1000]) < 8


def test_a_welded_relay_shows_when_the_lamp_should_be_off():
    pole = settled()
    pole.closed = True
    assert pole.run(600) == []
    pole.relay = False
    pole.dim = 1000
    only(pole, 600, "lampUnexpectedOn", 70)
    pole.relay = True  # not known at night
    pole.dim = 10000
    assert pole.run(3600) == []
    pole.closed = None
    pole.relay = False
    assert types(pole.run(600), False) == ["lampUnexpectedOn"]


def test_a_relay_that_does_not_close_is_no_lamp_failure():
    pole = settled()
    pole.relay = False
    pole.run(3600)
    pole.closed = False
    pole.relay = True
    only(pole, 600, "relayFailure", 60)


def test_energy_theft_is_told_by_night_and_by_day():
    pole = settled()
    pole.foreign_mw = 1150000
    only(pole, 600, "currentTooHigh", 60)
    pole = settled()
    pole.relay = False
    pole.dim = 1000
    pole.run(600)
    pole.foreign_mw = 40000
    only(pole, 600, "currentTooHigh", 60)


def test_a_dead_lamp_has_not_recovered_because_energy_is_stolen_beside_it():
    for fault, left, closed in (("lampFailure", 0, None), ("relayFailure", 1000, False)):
        pole = settled()
        pole.left, pole.closed = left, closed
        assert fault in types(pole.run(600))
        pole.foreign_mw = 900000
        events = pole.run(1200)
        assert types(events) == ["currentTooHigh"] and fault not in types(events, False), events
        pole.foreign_mw, pole.left, pole.closed = 0, 1000, None
        assert fault in types(pole.run(600), False)


def test_a_worn_capacitor_lowers_the_power_factor_and_nothing_else():
    pole = settled()
    pole.factor = 150
    only(pole, 600, "powerFactorTooLow", 70)


def test_a_lamp_that_comes_and_goes_is_cycling():
    for period in (120, 600, 1200):
        pole = settled()
        out = period * 2 // 5
        found = []
        for _ in range(4):
            pole.left = 0
            found += types(pole.run(out))
            pole.left = 1000
            found += types(pole.run(period - out))
        assert "cyclingFailure" in found and found.count("cyclingFailure") == 1
        assert not [name for name in found if name not in ("cyclingFailure", "lampFailure", "lampPowerTooLow")]
        assert "cyclingFailure" in types(pole.run(7200), False)


def test_a_lamp_that_flickers():
    pole = settled()
    random = pole.random
    pole.wander = lambda _ticks: 1000 - random.below(150)
    events = pole.run(900)
    assert types(events) == ["lampFlicker"], events
    pole.wander = None
    assert types(pole.run(900), False) == ["lampFlicker"]


def test_sag_and_swell_of_the_supply():
    for mv, name in (
        (200000, "supplyVoltageTooLow"),
        (144000, "supplyVoltageTooLow"),
        (280000, "supplyVoltageTooHigh"),
    ):
        pole = settled()
        assert pole.run(1200) == []  # in half an hour it knows where its supply usually is
        pole.mv = mv
        only(pole, 3600, name, 60)
        pole.mv = 238000
        assert types(pole.run(600), False) == [name]


def test_a_supply_that_wobbles_or_dips_for_half_a_second_is_healthy():
    pole = settled()
    for minute in range(240):
        pole.mv = (259000, 240000, 221000, 240000)[minute % 4]
        assert pole.run(60) == []
    pole.mv = 240000
    for _ in range(30):
        assert pole.run(240) == []
        pole.mv = 144000
        pole.ticks += pole.step()
        pole.mv = 240000


def test_a_frozen_meter_a_silent_one_and_an_impossible_one():
    pole = settled()
    flow = pole.flow
    pole.flow = lambda: None
    only(pole, 600, "meterFailure", 60)
    pole.flow = flow
    assert types(pole.run(600), False) == ["meterFailure"]
    pole.reading.answered = False
    only(pole, 600, "meterFailure", 60)
    pole = settled()
    pole.foreign_mw = -200000
    only(pole, 600, "meterFailure", 60)


def test_a_meter_that_counts_pulses_may_say_the_same_twice():
    pole = settled()
    pole.reading.answered = 2
    pole.flow = lambda: None
    assert pole.run(3600) == []
    pole.reading.answered = False
    only(pole, 600, "meterFailure", 60)


def test_a_frozen_meter_hides_a_dead_lamp_and_does_not_invent_one():
    pole = settled()
    pole.flow = lambda: None
    pole.run(600)
    pole.dim = 4000
    assert pole.run(3600) == []


def test_without_a_curve_of_its_own_the_pole_learns_it_in_a_night():
    pole = Pole(curve=None)
    pole.more = 45  # within the type's tolerance
    assert pole.run(10 * 3600) == []
    due = pole.watch.curve_point = pole.watch.state.points[-3]
    assert abs(due - 94050) < 400, due
    pole.left = 900
    assert types(pole.run(600)) == ["lampPowerTooLow"]


def test_age_is_learned_and_is_no_fault():
    pole = settled()
    for month in range(120):
        pole.more = -month  # 12 % of the power in ten years
        for _ in range(30):
            pole.watch.state.count = pole.watch.state.sum = 0
            pole.ticks = (pole.ticks + 40000000) & 0x1FFFFFFF
            assert pole.run(8 * 3600) == [], month
        if month > 12:
            break
    assert 88500 < pole.watch.state.points[-3] < 90000


def test_after_a_restart_a_fault_goes_on_and_ends_once():
    pole = Pole(active=("lampFailure", "somethingElse"))
    events = pole.run(600)
    assert events and events[0][:2] == ("lampFailure", False)


def test_an_unknown_luminaire_has_a_supply_all_the_same():
    pole = Pole(curve=None, table=[])
    assert pole.run(3600) == []
    pole.mv = 180000
    only(pole, 600, "supplyVoltageTooLow", 60)


def test_a_mast_of_four_kilowatts_is_judged_like_a_lamp():
    mast = [
        [level, mw * 50, factor, mw * 50] for level, mw, factor, _ in CURVE
    ]  # 4.5 kW: nine lamps and their ballasts
    pole = Pole(mast)
    pole.scale = 50
    for dim in (10000, 4000, 1000, 10000):
        pole.dim = dim
        assert pole.run(3600) == []
    pole.left = 889  # one of nine lamps is out
    assert types(pole.run(1800)) == ["lampPowerTooLow"]
    pole.left = 0
    assert "lampFailure" in types(pole.run(600))


def test_a_pole_that_starts_while_the_supply_wobbles_takes_no_extreme_for_usual():
    for first, then in ((221000, 266000), (259000, 207000)):
        pole = Pole()
        pole.mv = first
        pole.ticks += pole.step()
        for _ in range(60):
            for mv in (238000, then, 240000, first):
                pole.mv = mv
                assert pole.run(60) == []


def test_a_dimming_failure_that_is_over_hides_no_lost_string():
    pole = settled(4000)
    pole.driver = 10000
    only(pole, 600, "dimmingFailure", 100)
    pole.relay = False
    pole.dim = 1000
    pole.run(3600)
    pole.driver = None  # mended by day, and a string is lost
    pole.left = 550
    pole.relay = True
    pole.dim = 10000
    events = pole.run(400)
    assert types(events) == ["lampPowerTooLow"] and types(events, False) == ["dimmingFailure"], events
    before = pole.samples
    assert pole.run(3600) == []
    assert pole.samples - before < 140


def test_a_dead_lamp_at_a_low_level_is_no_deaf_driver():
    pole = settled(1000)
    pole.left = 0
    assert "dimmingFailure" not in types(pole.run(1200))


def test_a_contact_that_does_not_close_is_found_behind_any_snubber():
    for ma in (1, 3, 7, 16):  # 22 to 220 nF: milliwatts
        for dim in (10000, 1000):
            pole = settled(dim)
            flow = pole.flow

            def snubbed(pole=pole, flow=flow, ma=ma):
                flow()
                pole.reading.current_ma, pole.reading.power_mw = ma + pole.random.below(2), 6
                pole.reading.pf_thousandths = 3

            pole.flow = snubbed
            only(pole, 600, "relayFailure", 60)
