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
