"""Lamps that are none of constant power: they follow the voltage, strike late and run up; that is no fault."""

try:
    from tests.firmware.health.lamp_bench import Pole, types
except ImportError:  # MicroPython, beside this file
    from lamp_bench import Pole, types

FLAT = [[10, 168000, 900], [100, 168000, 900]]  # 150 W and its ballast, which is not dimmed


class Lamp(Pole):
    """``struck_at``: the ticks at which its arc struck, None while it is dark; ``exponent``: P is as V to it."""

    def __init__(self, technology="hps", driver="followsVoltage", exponent=2.2, **more):
        super().__init__([point + point[1:2] for point in FLAT], FLAT, technology=technology, driver=driver, **more)
        self.exponent = exponent
        self.struck_at = 1000
        self.tau_ms = 100000
        self.least = 450  # thousandths of its power, right after it has struck
        self.arc = technology != "led"

    def flow(self):
        reading = self.reading
        closed = self.relay if self.closed is None else self.closed
        reading.voltage_mv = self.mv + self.random.below(401) - 200
        mw, factor = 10, 50
        if closed and self.struck_at is None:
            mw, factor = 2500, 20  # choke and capacitor
        elif closed:
            mw = 168000
            if self.arc:
                since = self.ticks - self.struck_at
                mw = running_up(self.least, since, self.tau_ms) * 168
            mw = int(mw * (self.mv / 240000) ** self.exponent) * self.left // 1000
            mw += self.random.below(mw // 500 + 1) - mw // 1000
            factor = 900
        reading.current_ma = mw * 1000 // (self.mv * factor // 1000)
        reading.power_mw, reading.pf_thousandths = mw, factor


def running_up(least, since, tau_ms):
    """Thousandths of the full power: a lag of *tau_ms*, by halves."""
    gap = 1000 - least
    whole, part = divmod(since * 1000 // (tau_ms * 693 // 1000), 1000)
    for _ in range(min(whole, 20)):
        gap //= 2
    return 1000 - gap * (2000 - part) // 2000


def test_a_sodium_lamp_strikes_late_runs_up_and_raises_nothing():
    for tau_ms in (60000, 100000, 300000):  # full after 3 to 15 min
        for dark_s in (2, 40, 100):
            pole = Lamp()
            pole.tau_ms = tau_ms
            pole.relay, pole.struck_at = False, None
            assert pole.run(7200) == []
            pole.relay = True
            assert pole.run(dark_s) == []
            pole.struck_at = pole.ticks
            assert pole.run(3600) == []


def test_a_hot_lamp_may_be_dark_until_it_has_cooled():
    for technology, dark_s in (("hps", 240), ("mh", 1100)):
        for off_s in (1, 60):
            pole = Lamp(technology)
            assert pole.run(3600) == []
            pole.relay = False
            pole.run(off_s)
            pole.relay, pole.struck_at = True, None
            assert pole.run(dark_s) == []
            pole.struck_at = pole.ticks
            assert pole.run(3600) == []


def test_an_arc_that_a_low_voltage_has_put_out_is_no_failure_of_the_lamp():
    for mv in (140000, 180000):
        pole = Lamp("mh")
        assert pole.run(3600) == []
        pole.mv, pole.struck_at = mv, None
        assert types(pole.run(1200)) == ["supplyVoltageTooLow"]
        pole.mv = 240000
        events = pole.run(900)
        pole.struck_at = pole.ticks
        assert types(events + pole.run(3600)) == []


def test_a_sodium_lamp_that_does_not_strike_or_goes_out_is_told_within_three_minutes():
    pole = Lamp()
    pole.relay, pole.struck_at = False, None
    pole.run(7200)
    pole.relay = True
    events = pole.run(600)
    assert types(events) == ["lampFailure", "lampPowerTooLow"] and events[0][2] <= 180, events
    pole = Lamp()
    assert pole.run(3600) == []
    pole.struck_at = None
    events = pole.run(600)
    assert types(events)[0] == "lampFailure" and events[0][2] <= 180, events


def test_a_fuse_that_is_open_is_no_lamp_that_strikes_late():
    pole = Lamp()
    assert pole.run(3600) == []
    pole.closed = False
    events = pole.run(600)
    assert types(events) == ["relayFailure"] and events[0][2] <= 60, events
    pole.closed, pole.struck_at = None, None
    assert types(pole.run(200)) == []
    pole.struck_at = pole.ticks  # and when the contact closes again it strikes and runs up
    assert types(pole.run(3600)) == []


def test_a_lamp_that_runs_up_to_less_than_its_power_is_told_when_it_rises_no_more():
    pole = Lamp()
    pole.relay, pole.struck_at = False, None
    pole.run(7200)
    pole.relay, pole.left, pole.struck_at = True, 700, pole.ticks
    events = pole.run(3600)
    assert types(events) == ["lampPowerTooLow"] and events[0][2] <= 900, events


def test_a_lamp_that_takes_too_much_is_told_though_it_is_running_up():
    pole = Lamp()
    pole.relay, pole.struck_at = False, None
    pole.run(7200)
    pole.relay, pole.left, pole.struck_at = True, 2600, pole.ticks
    events = pole.run(600)
    assert "lampPowerTooHigh" in types(events) and events[0][2] <= 120, events


def test_a_lamp_that_follows_the_voltage_is_healthy_from_190_to_270_volts():
    for technology, exponents in (("led", (1.1, 1.5, 1.9)), ("hps", (1.8, 2.2, 2.5)), ("mh", (1.7, 2.0, 2.3))):
        for exponent in exponents:
            pole = Lamp(technology, exponent=exponent)
            for mv in (240000, 228000, 214000, 205000, 228000, 250000, 262000, 240000):
                pole.mv = mv
                assert pole.run(1800) == [], (technology, exponent, mv)


def test_a_loss_is_found_at_any_voltage_though_the_power_follows_it():
    for mv in (225000, 250000):
        pole = Lamp("led", exponent=1.5)
        pole.mv = mv
        assert pole.run(3600) == []
        pole.left = 850
        assert types(pole.run(600)) == ["lampPowerTooLow"], mv


def test_an_electronic_ballast_keeps_its_power():
    pole = Lamp(driver="constantPower", exponent=0)
    for mv in (240000, 210000, 255000):
        pole.mv = mv
        assert pole.run(1800) == []


def test_end_of_life_cycling_of_a_sodium_lamp_is_told():
    pole = Lamp()
    assert pole.run(3600) == []
    found = []
    for _ in range(4):
        pole.struck_at = None
        found += types(pole.run(90))
        pole.struck_at = pole.ticks
        found += types(pole.run(510))
    assert found == ["cyclingFailure"], found


def test_theft_by_day_is_told_from_a_welded_contact():
    for more, told in ((0, "lampUnexpectedOn"), (120000, "currentTooHigh")):
        pole = Lamp()
        pole.run(3600)
        pole.relay, pole.closed = False, None
        pole.run(3600)
        pole.closed, flow = True, pole.flow

        def stolen(pole=pole, flow=flow, more=more):
            flow()
            pole.reading.power_mw += more

        pole.flow = stolen
        assert types(pole.run(600)) == [told]
