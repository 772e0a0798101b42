"""What the other senses show: thermometer, photocell, accelerometer, door, leakage, control gear, clock."""

try:
    from tests.firmware.health.lamp_bench import Pole, types
except ImportError:  # MicroPython, beside this file
    from lamp_bench import Pole, types


def equipped():
    pole = Pole()
    reading = pole.reading
    reading.temperature, reading.lux, reading.leakage_ma = 350, 0, 2
    reading.x_mg, reading.y_mg, reading.z_mg = 30, -20, 998
    reading.door_open, reading.gear_answers = False, True
    assert pole.run(1200) == []
    return pole


def raised(pole, seconds, name, within):
    events = pole.run(seconds)
    assert types(events) == [name], events
    assert events[0][2] <= within, events


def test_each_sense_raises_its_own_event_and_ends_it():
    for field, bad, good, name, within in (
        ("temperature", 720, 400, "highTemperature", 90),
        ("leakage_ma", 30, 3, "leakageDetected", 50),
        ("door_open", True, False, "cabinetDoorOpen", 40),
        ("gear_answers", False, True, "controlGearCommFailure", 80),
        ("x_mg", 200, 10, "orientationChanged", 70),
    ):
        pole = equipped()
        setattr(pole.reading, field, bad)
        raised(pole, 900, name, within)
        setattr(pole.reading, field, good)
        assert types(pole.run(900), False) == [name]


def test_between_the_limits_what_was_known_holds():
    pole = equipped()
    pole.reading.leakage_ma = 24
    assert pole.run(3600) == []
    pole.reading.leakage_ma = 40
    raised(pole, 300, "leakageDetected", 50)
    pole.reading.leakage_ma = 24
    assert pole.run(3600) == []


def test_a_hot_node_caps_the_level_in_two_steps():
    pole = equipped()
    assert pole.watch.cap is None
    pole.reading.temperature = 750
    pole.run(300)
    assert pole.watch.cap == 60
    pole.reading.temperature = 900
    pole.run(60)
    assert pole.watch.cap == 30
    pole.reading.temperature = 500
    pole.run(300)
    assert pole.watch.cap is None


def test_a_photocell_is_held_against_the_sun_only_when_that_is_sure():
    pole = equipped()
    pole.reading.lux = 1000
    assert pole.run(7200) == []  # dawn or dusk
    pole.sun = -1
    raised(pole, 1800, "photocellFailure", 660)
    pole.sun = 1  # light by day is no sign that it is well again
    assert pole.run(7200) == []
    pole.reading.lux = 0
    pole.sun = -1
    assert types(pole.run(1800), False) == ["photocellFailure"]
    pole.sun = 1
    raised(pole, 1800, "photocellFailure", 660)


def test_a_photocell_that_sees_its_own_lamp_has_failed_until_a_clock_shows_that_it_is_dark_at_night():
    pole = equipped()
    pole.clocked = False
    pole.reading.lux, pole.reading.own = 130, True
    assert "photocellFailure" in types(pole.run(900))
    pole.reading.own = False
    assert pole.run(3600) == []
    pole.clocked, pole.sun = True, 1
    assert types(pole.run(3600), False) == ["clockLost"]
    pole.reading.lux, pole.sun = 5, -1
    assert types(pole.run(1800), False) == ["photocellFailure"]


def test_daylight_that_no_second_witness_confirms_is_told_while_the_clock_is_lost():
    pole = equipped()
    pole.reading.lux, pole.reading.doubt = 1000, True
    assert pole.run(3600) == []  # with a clock the lamp does not go by it
    pole.clocked = False
    events = pole.run(1800)
    assert types(events) == ["clockLost", "daylightUnconfirmed"]
    assert 590 <= events[1][2] <= 660
    pole.reading.doubt = False
    assert types(pole.run(300), False) == ["daylightUnconfirmed"]


def test_a_shock_is_told_at_once_and_is_over_a_minute_later():
    pole = equipped()
    pole.reading.shock_mg = 3968
    pole.ticks += pole.step()
    assert [(name, begins) for name, _fields, begins in pole.watch.news] == [("impactDetected", True)]
    pole.watch.news = []
    pole.reading.shock_mg = 0
    assert types(pole.run(300), False) == ["impactDetected"]


def test_gear_without_mains_is_not_missed():
    pole = equipped()
    pole.relay = False
    pole.dim = 1000
    pole.reading.gear_answers = False
    assert pole.run(7200) == []
    pole.relay = True
    pole.closed = False  # and behind a relay that does not close it cannot answer
    pole.dim = 10000
    raised(pole, 600, "relayFailure", 60)


def test_the_clock_has_two_minutes_to_be_known():
    pole = equipped()
    pole.clocked = False
    assert pole.run(100) == []
    pole.clocked = True
    assert pole.run(100) == []
    pole.clocked = False
    raised(pole, 600, "clockLost", 160)
    pole.clocked = True
    assert types(pole.run(60), False) == ["clockLost"]


def test_a_pole_without_these_parts_says_nothing_of_them():
    pole = Pole()
    pole.sun = 1
    assert pole.run(7200) == []


def test_without_memory_for_the_detectors_the_lamp_burns_on_unwatched():
    import sys

    pole = equipped()
    pole.watch.rest()
    name = "pole.health.detectors"
    there = sys.modules.pop(name, None)
    package = sys.modules["pole.health"]
    sys.modules[name] = NoMemory()
    try:
        assert pole.step() == 30000
    finally:
        sys.modules[name] = there
        if there:
            package.judging = there
        else:
            del sys.modules[name]
    assert pole.run(600) == []


class NoMemory:
    """A module of which nothing can be loaded."""

    def __getattr__(self, name):
        raise MemoryError
