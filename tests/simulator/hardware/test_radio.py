"""The Wi-Fi driver against the radio's model."""

from __future__ import annotations

import pytest

HOUR = 3600000


@pytest.fixture
def radio(bench):
    from pole.drivers.network.wifi import Radio

    radio = Radio()
    radio.start()
    return radio


def until_joined(bench, radio, limit_ms: int) -> int:
    begin = bench.now_ms
    while not radio.joined():
        bench.wait(100)
        assert bench.now_ms - begin <= limit_ms
    return bench.now_ms - begin


def test_joining_takes_two_to_four_seconds(bench, radio):
    assert radio.status() == "idle"
    assert radio.ip() == "0.0.0.0"
    times = set()
    for _ in range(50):
        radio.join("sagar-lights", "secret")
        assert radio.status() == "joining"
        times.add(until_joined(bench, radio, 4000))
        assert radio.status() == "joined"
        assert radio.ip() == "10.1.2.3"
        radio.leave()
        assert not radio.joined()
        assert radio.status() == "idle"
    assert min(times) >= 2000
    assert len(times) > 10


def test_joining_twice_is_refused_as_the_real_radio_refuses_it(bench, radio):
    radio.join("sagar-lights", "secret")
    with pytest.raises(OSError, match="Wifi Internal Error"):
        radio.join("sagar-lights", "secret")
    until_joined(bench, radio, 4000)
    with pytest.raises(OSError, match="Wifi Internal Error"):
        radio.join("sagar-lights", "secret")
    radio.leave()
    radio.join("sagar-lights", "secret")
    until_joined(bench, radio, 4000)


def test_a_radio_that_is_off_refuses_to_join_and_leaves_in_peace(bench):
    from pole.drivers.network.wifi import Radio

    radio = Radio()
    radio.leave()
    with pytest.raises(OSError, match="Wifi Not Started"):
        radio.join("sagar-lights", "secret")


@pytest.mark.parametrize(
    ("ssid", "password", "words"),
    [("another", "secret", "no access point found"), ("sagar-lights", "wrong", "wrong password")],
)
def test_what_went_wrong_is_said_and_another_try_is_the_callers(bench, radio, ssid, password, words):
    radio.join(ssid, password)
    bench.wait(HOUR)
    assert not radio.joined()
    assert radio.status() == words
    radio.leave()
    radio.join("sagar-lights", "secret")
    until_joined(bench, radio, 4000)


def test_a_lost_access_point_is_noticed_and_the_pole_stays_away_until_told(bench, radio):
    radio.join("sagar-lights", "secret")
    until_joined(bench, radio, 4000)
    bench.radio.reach(False)
    bench.wait(5000)
    assert radio.joined()
    assert not bench.radio.carries
    bench.wait(1000)
    assert not radio.joined()
    assert radio.status() == "access point lost"
    bench.wait(HOUR)
    bench.radio.reach(True)
    bench.wait(HOUR)
    assert not radio.joined()
    radio.leave()
    radio.join("sagar-lights", "secret")
    until_joined(bench, radio, 4000)


def test_a_short_loss_is_not_noticed(bench, radio):
    radio.join("sagar-lights", "secret")
    until_joined(bench, radio, 4000)
    bench.radio.reach(False)
    bench.wait(4000)
    bench.radio.reach(True)
    bench.wait(HOUR)
    assert radio.joined()


def test_left_alone_the_real_radio_would_try_for_ever(bench, radio):
    import network

    network.WLAN().config(reconnects=-1)
    radio.join("sagar-lights", "secret")
    bench.radio.reach(False)
    bench.wait(31 * 24 * HOUR)
    assert not radio.joined()
    bench.radio.reach(True)
    bench.wait(4000)
    assert radio.joined()


def test_a_reset_takes_the_radio_off_the_air(bench, radio):
    radio.join("sagar-lights", "secret")
    until_joined(bench, radio, 4000)
    bench.chip.power_on(2)
    assert not bench.radio.joined
    with pytest.raises(OSError, match="Wifi Not Started"):
        radio.join("sagar-lights", "secret")
