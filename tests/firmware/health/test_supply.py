"""The voltage of the supply: an event is what is unusual here, and it ends where it began."""

try:
    from tests.firmware.health.lamp_bench import Pole, types
except ImportError:  # MicroPython, beside this file
    from lamp_bench import Pole, types


def supply(pole, hours, mv):
    """The voltage's events in so many hours at *mv*."""
    pole.mv = mv
    return pole.run(hours * 3600)


def by_day():
    pole = Pole(curve=None, table=[])
    pole.relay = False
    return pole


def test_a_sag_ends_where_200_volts_are_usual():
    for usual in (198000, 200000, 203000, 212000):
        pole = by_day()
        assert supply(pole, 2, usual) == []
        pole.mv = 170000 if usual < 210000 else 175000
        assert types(pole.run(600)) == ["supplyVoltageTooLow"]
        pole.mv = usual
        assert types(pole.run(600), False) == ["supplyVoltageTooLow"]
        assert supply(pole, 24, usual) == []


def test_a_swell_ends_where_270_volts_are_usual():
    pole = by_day()
    assert supply(pole, 24, 270000) == []
    pole.mv = 292000
    assert types(pole.run(600)) == ["supplyVoltageTooHigh"]
    pole.mv = 270000
    assert types(pole.run(600), False) == ["supplyVoltageTooHigh"]


def test_an_event_that_a_restart_found_ends_at_the_usual_voltage():
    pole = Pole(curve=None, table=[], active=("supplyVoltageTooLow",))
    pole.relay = False
    assert supply(pole, 1, 200000)[0][:2] == ("supplyVoltageTooLow", False)


def test_190_volts_day_and_night_are_told_once_and_then_usual():
    pole = by_day()
    assert [event[:2] for event in supply(pole, 72, 190000)] == [
        ("supplyVoltageTooLow", True), ("supplyVoltageTooLow", False),
    ]  # fmt: skip
    assert types(supply(pole, 1, 165000)) == ["supplyVoltageTooLow"]


def test_a_feeder_that_sags_every_evening_is_no_event_after_some_days():
    pole = by_day()
    evenings = []
    for _ in range(12):
        events = supply(pole, 18, 232000)
        for mv in (225000, 212000, 200000, 190000, 190000, 191000, 205000, 220000):
            events += supply(pole, 1, mv)
        evenings.append(types(events))
    assert evenings[0] == ["supplyVoltageTooLow"]
    assert evenings[-3:] == [[], [], []], evenings
    assert types(supply(pole, 1, 172000)) == ["supplyVoltageTooLow"]  # and is one when it is worse than ever


def test_below_70_and_above_120_percent_of_nominal_is_never_usual():
    pole = by_day()
    assert [event[:2] for event in supply(pole, 240, 160000)] == [("supplyVoltageTooLow", True)]
    pole = by_day()
    assert [event[:2] for event in supply(pole, 240, 291000)] == [("supplyVoltageTooHigh", True)]


def test_a_sag_of_hours_goes_on_until_it_is_over():
    pole = by_day()
    assert supply(pole, 24, 236000) == []
    assert [event[:2] for event in supply(pole, 8, 195000)] == [("supplyVoltageTooLow", True)]
    assert [event[:2] for event in supply(pole, 1, 232000)] == [("supplyVoltageTooLow", False)]


def test_a_voltage_about_the_bound_is_not_told_over_and_over():
    pole = by_day()
    supply(pole, 24, 236000)
    events = []
    for mv in (199000, 204000, 201000, 207000) * 20:
        pole.mv = mv
        events += pole.run(300)
    assert len(events) <= 1, events
