"""A lamp that goes out and comes back by itself, with any period."""

try:
    from tests.firmware.health.lamp_bench import Pole, types
except ImportError:  # MicroPython, beside this file
    from lamp_bench import Pole, types


class Cycling(Pole):
    """From ``begins`` on it is out for *share* percent of each *period* ms, taking *idle* thousandths of its power."""

    period, share, begins, idle = 0, 40, 0, 0

    def flow(self):
        if self.period:
            out = (self.ticks - self.begins) % self.period < self.period * self.share // 100
            self.left = self.idle if out else 1000
        Pole.flow(self)


def cycling(period_s, share, phase_ms=0):
    """Seconds from when it first came back until cyclingFailure."""
    pole = Cycling()
    assert pole.run(1200 + phase_ms) == []
    pole.period, pole.share, pole.begins = round(period_s * 1000), share, pole.ticks
    told = [at for name, begins, at in pole.run(max(1800, period_s + 1800)) if name == "cyclingFailure" and begins]
    assert told, (period_s, share)
    return told[0] - period_s * share // 100


def test_any_period_from_3_seconds_to_40_minutes_is_told_within_half_an_hour():
    for period_s in (3, 4.5, 7, 10, 15, 27.3, 30, 31, 60, 97, 300, 1000, 2400):
        assert cycling(period_s, 40) <= 1800, period_s


def test_it_is_found_though_its_period_is_that_of_the_samples():
    for period_s in (5, 15, 30):
        for phase_ms in (1000, 17000):
            assert cycling(period_s, 20, phase_ms) <= 1800, (period_s, phase_ms)


def test_it_is_told_once_while_it_goes_on_and_ends_when_it_is_over():
    for period_s in (3, 60, 900):
        pole = Cycling()
        pole.run(1200)
        pole.period, pole.begins = period_s * 1000, pole.ticks
        events = [event for event in pole.run(10000) if event[0] == "cyclingFailure"]
        assert len(events) == 1, events
        pole.period, pole.left = 0, 1000
        assert [event[:2] for event in pole.run(7200) if event[0] == "cyclingFailure"] == [("cyclingFailure", False)]


def test_a_lamp_that_cycled_and_stays_dark_is_a_lamp_failure_after_half_an_hour():
    pole = Cycling()
    pole.run(1200)
    pole.period, pole.begins = 60000, pole.ticks
    assert types(pole.run(600)) == ["cyclingFailure"]
    pole.period, pole.left = 0, 0
    events = pole.run(1800)
    assert types(events, False) == ["cyclingFailure"] and "lampFailure" in types(events), events


def test_a_lamp_that_was_out_once_does_not_cycle():
    pole = Pole()
    pole.run(1200)
    for out_s in (1, 40, 1200):
        pole.left = 0
        events = pole.run(out_s)
        pole.left = 1000
        assert "cyclingFailure" not in types(events + pole.run(7200))


def test_one_that_is_cut_off_wholly_each_time_is_told_too():
    pole = Pole()
    pole.run(1200)
    found = []
    for _ in range(3):
        pole.closed = False
        found += types(pole.run(10))
        pole.closed = None
        found += types(pole.run(110))
    assert found == ["cyclingFailure"]
