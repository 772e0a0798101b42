from pole.lighting.photocell import Photocell


def test_dark_until_it_has_seen_light_for_the_delay():
    cell = Photocell(50, 90, 20)
    assert cell.dark
    assert cell.update(5000, 0)
    assert cell.update(5000, 19999)
    assert not cell.update(5000, 20000)


def in_daylight(delay_s=20):
    cell = Photocell(50, 90, delay_s)
    cell.update(5000, 0)
    cell.update(5000, delay_s * 1000)
    assert not cell.dark
    return cell


def test_between_the_thresholds_nothing_changes():
    cell = in_daylight()
    for ms in range(20000, 200000, 1000):
        assert not cell.update(50 + ms % 41, ms)
    cell = Photocell(50, 90, 0)
    assert cell.update(90, 0)


def test_a_passing_cloud_does_not_light_the_lamp():
    cell = in_daylight()
    assert not cell.update(10, 30000)
    assert not cell.update(10, 49999)
    assert not cell.update(200, 50000)
    assert not cell.update(10, 51000)
    assert not cell.update(10, 70999)
    assert cell.update(10, 71000)


def test_headlights_do_not_put_it_out():
    cell = Photocell(50, 90, 20)
    assert cell.update(400, 0)
    assert cell.update(10, 5000)
    assert cell.update(400, 21000)


def test_without_delay_it_follows_at_once():
    cell = Photocell(50, 90, 0)
    assert not cell.update(91, 5)
    assert cell.update(49, 6)


def test_ticks_that_wrap():
    cell = Photocell(50, 90, 20)
    assert cell.update(5000, (1 << 30) - 10000)
    assert cell.update(5000, 9999)
    assert not cell.update(5000, 10000)


# -- whether its daylight may put a lamp out: days of 12 h, in which the sun rises at 06:00

DAY_S = 86400
FULL = 1000  # lux that fill the input


def sky(second):
    """Lux as the photocell sees them at *second* of a run that starts at noon."""
    minutes = abs((second + 43200) % DAY_S - 43200) // 60  # from noon
    below = minutes - 360  # the sun is so many minutes below the horizon
    if below > 90:
        return 0
    return min(int(600 * 0.5 ** (below / 6)), FULL) if below > -6 else FULL


def lived(reading, hours=72, lit=True, cell=None):
    """(seconds for which the lamp was off while the sky was dark, seconds off by day, the cell) of a pole without time.

    *reading*: lux from (second, is the lamp lit?).
    """
    cell = cell or Photocell(50, 90, 20, 9 * 3600, 15 * 3600)
    dark = day = 0
    for second in range(0, hours * 3600, 30):
        cell.update(reading(second, lit), second * 1000 & 0x3FFFFFFF, lit)
        lit = cell.dark or cell.doubt(False) != ""
        if not lit and sky(second) < 25:
            dark += 30
        elif not lit:
            day += 30
    return dark, day, cell


def test_a_sound_one_burns_the_first_day_and_lets_the_lamp_go_out_from_the_first_dawn_on():
    dark, day, cell = lived(lambda second, lit: sky(second))
    assert dark == 0
    assert 2.7 * 12 * 3600 > day > 2.3 * 12 * 3600 - 1800  # two and a half days of three
    assert cell.doubt(False) == "" and not cell.own


def test_none_of_these_puts_a_street_out_at_night():
    noise = [1]

    def flickers(second, lit):
        noise[0] = noise[0] * 1103515245 + 12345 & 0x3FFFFFFF
        return (noise[0] >> 12) % FULL

    def next_door(second, lit):  # a sodium lamp that runs up in six minutes, at dusk
        since = second % DAY_S - 22800
        return sky(second) + (min(since // 36, 10) * 15 if 0 < since < 39600 else 0)

    def stadium(second, lit):
        return sky(second) + (min((second % DAY_S - 32400) // 36, 10) * 15 if 32400 < second % DAY_S < 43200 else 0)

    def covered(second, lit):  # from ten to ten
        return 0 if second // 3600 % 24 in range(10, 22) else sky(second)

    def warm(second, lit):  # it creeps up from ten in the evening on
        return sky(second) + max(min((second % DAY_S - 36000) // 60, 200), 0) * (second % DAY_S < 64800)

    for name, reading in (
        ("stuck at its full scale", lambda second, lit: FULL),
        ("stuck at nothing", lambda second, lit: 0),
        ("stuck in between", lambda second, lit: 300),
        ("wired the wrong way round", lambda second, lit: FULL - sky(second)),
        ("a loose contact", flickers),
        ("its own lamp", lambda second, lit: sky(second) + (130 if lit else 0)),
        ("its own lamp, within the gap at first", lambda second, lit: sky(second) + (60 if lit else 0)),
        ("a lamp next door", next_door),
        ("a stadium at nine", stadium),
        ("headlights", lambda second, lit: 400 if second % 1200 < 300 else sky(second)),
        ("lightning", lambda second, lit: FULL if second % 210 == 0 else sky(second)),
        ("dirt", lambda second, lit: sky(second) // 30),
        ("covered", covered),
        ("torn open at midnight", lambda second, lit: FULL if second > 36 * 3600 else sky(second)),
        ("warm at night", warm),
        ("shade of a tree", lambda second, lit: sky(second) // 8),
        ("gone", lambda second, lit: None),
    ):
        dark, _day, _cell = lived(reading)
        assert dark == 0, (name, dark)


def test_one_that_sticks_by_day_costs_an_hour_of_one_night():
    for at, level in ((26, FULL), (20, FULL), (26, 200)):

        def sticks(second, lit, from_s=at * 3600, level=level):
            return sky(second) if second < from_s else level

        dark, _day, cell = lived(sticks)
        assert dark <= 3600, (at, level, dark)
        assert cell.doubt(False) == "daylight unconfirmed"


def test_its_own_lamp_is_told_from_dawn_by_the_switching():
    def own(second, lit):
        return sky(second) + (130 if lit else 0)

    def headlights(second, lit):  # at the moment of dusk, for two hours
        return sky(second) + (130 if lit and 21600 < second < 28800 else 0)

    _dark, _day, cell = lived(own, hours=12, cell=by_a_clock())
    assert cell.own and cell.doubt(False) == "photocell sees the lamp's own light"
    _dark, _day, cell = lived(headlights, hours=7, cell=by_a_clock())
    assert cell.own
    # a lamp that burns, and it is dark all the same
    _dark, _day, cell = lived(headlights, hours=12, cell=by_a_clock())
    assert not cell.own


def by_a_clock():
    """A photocell of which a clock said at noon that it sees daylight."""
    cell = Photocell(50, 90, 20, 9 * 3600, 15 * 3600)
    cell.update(FULL, -30000 & 0x3FFFFFFF, False)
    cell.update(FULL, 0, False)
    cell.confirm(25200)
    return cell


def test_the_lamp_that_goes_out_and_takes_the_light_with_it_is_on_again():
    cell = Photocell(50, 90, 20)
    for second in range(0, 60, 10):
        cell.update(130, second * 1000, True)
    cell.confirm(36000)  # a clock that is wrong, or one that has been
    assert cell.doubt(False) == ""
    for second in range(60, 120, 10):
        cell.update(2, second * 1000, False)
    assert cell.own and cell.doubt(False)


def test_a_clock_confirms_daylight_until_its_sunset_and_contradicts_it_at_night():
    cell = in_daylight()
    assert cell.doubt(False) == "daylight unconfirmed"
    cell.confirm(0)
    assert cell.doubt(False) != ""
    cell.confirm(7200)
    assert cell.doubt(False) == ""
    cell.confirm(0)  # neither surely day nor night: what was known holds
    assert cell.doubt(False) == ""
    assert cell.doubt(True) == "photocell failed"
    for second in range(0, 7300, 30):
        assert (cell.doubt(False) == "") == (second < 7200), second
        cell.update(5000, 20000 + second * 1000 + 30000, False)
    cell.confirm(7200)
    cell.confirm(-1)
    assert cell.doubt(False) == "daylight unconfirmed"


def test_how_soon_it_is_to_be_read_again():
    cell = Photocell(50, 90, 20)
    assert cell.due() == 35
    cell.update(500, 0)
    assert cell.due() == 20
    cell.update(500, 15000)
    assert cell.due() == 5
    cell.update(10, 16000)
    assert cell.due() == 35
    assert Photocell(50, 90, 600).due() == 35
