"""The one table of debounce, hysteresis and suppression, and what it makes of what the detectors say."""

from pole.health import conditions, setup
from pole.health.conditions import RULES, note
from pole.health.event_types import EVENT_TYPES, bits, names
from pole.health.evidence import _WHY, why


def fresh():
    return setup.begin(240000, 0)


def test_every_condition_has_a_name_a_rule_and_an_explanation():
    assert len(RULES) == 3 * len(EVENT_TYPES) == 3 * len(fresh().since)
    assert len(_WHY.splitlines()) == len(EVENT_TYPES)
    assert all([len(why(row)) == 2 and all(why(row)) for row in range(len(EVENT_TYPES))])
    assert why(EVENT_TYPES.index("lampFailure")) == ["lamp open, driver without load", "luminaire"]
    assert names(bits(EVENT_TYPES)) == list(EVENT_TYPES)


def test_the_rows_of_the_detectors_are_those_of_the_table():
    from pole.health import electrical, supply, surroundings, watch

    rows = {
        "_METER_FAILURE": "meterFailure", "_VOLTAGE_LOW": "supplyVoltageTooLow",
        "_VOLTAGE_HIGH": "supplyVoltageTooHigh",
        "_RELAY_FAILURE": "relayFailure", "_CURRENT_HIGH": "currentTooHigh", "_CYCLING": "cyclingFailure",
        "_FLICKER": "lampFlicker", "_DIMMING": "dimmingFailure", "_UNEXPECTED_ON": "lampUnexpectedOn",
        "_LAMP_FAILURE": "lampFailure", "_POWER_LOW": "lampPowerTooLow", "_POWER_HIGH": "lampPowerTooHigh",
        "_FACTOR_LOW": "powerFactorTooLow", "_LEAKAGE": "leakageDetected", "_GEAR_COMM": "controlGearCommFailure",
        "_TEMPERATURE_HIGH": "highTemperature", "_PHOTOCELL": "photocellFailure", "_ORIENTATION": "orientationChanged",
        "_IMPACT": "impactDetected", "_DOOR": "cabinetDoorOpen", "_CLOCK": "clockLost",
        "_UNCONFIRMED": "daylightUnconfirmed",
    }  # fmt: skip
    found = 0
    for module in (electrical, supply, surroundings, watch):
        for name in rows:
            if hasattr(module, name):  # on MicroPython a private constant is gone
                assert EVENT_TYPES[getattr(module, name)] == rows[name]
                found += 1
    assert found in (0, 23)


def test_nothing_explains_itself_and_no_two_explain_each_other():
    for row in range(len(EVENT_TYPES)):
        assert not RULES[3 * row + 2] >> row & 1
        for other in range(min(row, 8)):
            assert not (RULES[3 * row + 2] >> other & 1 and row < 8 and RULES[3 * other + 2] >> row & 1)


def test_it_is_raised_after_its_time_and_ended_after_its_time_and_not_before():
    s = fresh()
    for row in range(len(EVENT_TYPES)):
        raise_ms, end_ms = RULES[3 * row] * 5000, RULES[3 * row + 1] * 5000
        s.turned = 0
        note(s, row, True, 0)
        assert s.turned == (0 if raise_ms else 1 << row)
        note(s, row, True, raise_ms)
        assert s.active == s.turned == 1 << row
        s.turned = 0
        note(s, row, False, 100000)
        note(s, row, False, 100000 + end_ms)
        assert s.active == 0 and s.turned == 1 << row


def test_what_is_interrupted_begins_anew():
    s = fresh()
    note(s, 9, True, 0)
    note(s, 9, False, 20000)
    note(s, 9, True, 24000)
    note(s, 9, True, 40000)
    assert s.active == 0
    note(s, 9, True, 49000)
    assert s.active == 1 << 9


def test_an_explained_condition_is_not_raised_but_one_that_was_goes_on():
    s = fresh()
    s.active = 1 << 3  # the relay does not close
    note(s, 9, True, 0)
    note(s, 9, True, 60000)
    assert s.active == 1 << 3
    s.active = 1 << 3 | 1 << 9
    note(s, 9, True, 0)
    assert s.active == 1 << 3 | 1 << 9


def test_ticks_wrap():
    s = fresh()
    note(s, 9, True, (1 << 30) - 10000)
    note(s, 9, True, 15000)
    assert s.active == 1 << 9
    assert conditions.quiet(fresh())
