"""The virtual ESP32: what it keeps and what it loses, and what it refuses as the real port does."""

from __future__ import annotations

import pytest

from simulator.hardware.chip import HARD_RESET, PWRON_RESET, WDT_RESET


def test_nothing_runs_after_a_reset(bench):
    import machine

    with pytest.raises(SystemExit):
        machine.reset()
    assert bench.resets == [machine.HARD_RESET]
    for cause in (PWRON_RESET, HARD_RESET, WDT_RESET):
        bench.chip.power_on(cause)
        assert machine.reset_cause() == cause


def test_the_watchdog_bites_when_it_is_not_fed_and_is_off_after_a_reset(bench):
    from pole.drivers.chip.watchdog import Watchdog

    assert bench.chip.watchdog.deadline is None
    dog = Watchdog(30)
    bench.wait(29999)
    assert not bench.chip.watchdog.expired(bench.now_ms)
    dog.feed()
    bench.wait(29999)
    assert not bench.chip.watchdog.expired(bench.now_ms)
    bench.wait(1)
    assert bench.chip.watchdog.expired(bench.now_ms)
    bench.chip.power_on(WDT_RESET)
    bench.wait(10**9)
    assert not bench.chip.watchdog.expired(bench.now_ms)


def test_nvs_keeps_what_was_committed(bench):
    import esp32

    store = esp32.NVS("diya")
    with pytest.raises(OSError, match="ESP_ERR_NVS_NOT_FOUND") as caught:
        store.get_i32("boots")
    assert caught.value.errno == -4354
    store.set_i32("boots", -7)
    store.set_blob("marks", b"a\0b")
    store.commit()
    store.set_i32("boots", 8)
    assert store.get_i32("boots") == 8
    bench.chip.power_on(PWRON_RESET)
    assert store.get_i32("boots") == -7
    buffer = bytearray(8)
    assert store.get_blob("marks", buffer) == 3
    assert buffer[:3] == b"a\0b"
    with pytest.raises(OSError, match="INVALID_LENGTH"):
        store.get_blob("marks", bytearray(2))
    with pytest.raises(OSError, match="NOT_FOUND"):
        esp32.NVS("other").get_i32("boots")
    with pytest.raises(OSError, match="NOT_FOUND"):
        store.get_i32("marks")
    with pytest.raises(OSError, match="TOO_LONG"):
        store.set_i32("sixteen letters.", 1)
    store.erase_key("boots")
    store.commit()
    bench.chip.power_on(HARD_RESET)
    with pytest.raises(OSError, match="NOT_FOUND"):
        store.get_i32("boots")
    for value in (0, 1, -1, 0x7FFFFFFF, -0x80000000):
        store.set_i32("n", value)
        assert store.get_i32("n") == value


def test_the_chips_clock_starts_in_2000_and_survives_a_reset_but_no_power_cut(bench):
    import machine
    import ntptime

    rtc = machine.RTC()
    bench.wait(3723004)
    assert rtc.datetime() == (2000, 1, 1, 5, 1, 2, 3, 4000)
    rtc.memory(b"last words")
    rtc.datetime((2026, 11, 24, 1, 18, 30, 0, 250000))
    bench.wait(86400000)
    bench.chip.power_on(WDT_RESET)
    assert rtc.datetime() == (2026, 11, 25, 2, 18, 30, 0, 250000)
    assert rtc.memory() == b"last words"
    bench.chip.power_on(PWRON_RESET)
    assert rtc.datetime()[:7] == (2000, 1, 1, 5, 0, 0, 0)
    assert rtc.memory() == b""
    with pytest.raises(OSError, match="110"):
        ntptime.settime()  # there is no network


def test_network_time_needs_the_network(bench):
    import machine
    import network
    import ntptime

    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    wlan.connect("sagar-lights", "secret")
    bench.wait(4000)
    assert ntptime.time() == bench.unix - 946684800
    ntptime.settime()
    assert machine.RTC().datetime()[0] == 2026
    bench.radio.reach(False)
    with pytest.raises(OSError, match="110"):
        ntptime.time()


def test_identity(bench):
    import machine
    import network

    assert machine.unique_id() == bytes((2, 0, 0, 0, 0, 1))
    assert network.WLAN().config("mac") == machine.unique_id()
    assert machine.freq() == 160000000
    assert network.hostname() == "mpy-esp32"
    network.hostname("P0001")
    assert network.hostname() == "P0001"


def test_pins_refuse_what_the_real_ones_refuse(bench):
    import machine

    for number in (-1, 6, 11, 20, 24, 28, 31, 40):
        with pytest.raises(ValueError, match="invalid pin"):
            machine.Pin(number)
    with pytest.raises(ValueError, match="can only be input"):
        machine.Pin(34, machine.Pin.OUT)
    with pytest.raises(ValueError, match="invalid pin"):
        machine.ADC(machine.Pin(23))
    with pytest.raises(ValueError, match="duty_u16"):
        machine.PWM(machine.Pin(23), freq=1000, duty_u16=65536)
    with pytest.raises(ValueError, match="does not exist"):
        machine.UART(3, 9600, tx=4, rx=5)
    with pytest.raises(ValueError, match="too short"):
        machine.WDT(timeout=0)


def test_a_pin_reads_what_it_drives_or_what_pulls_it(bench):
    import machine

    pin = machine.Pin(4, machine.Pin.IN, machine.Pin.PULL_UP)
    assert pin.value() == 1
    pin.init(machine.Pin.IN, machine.Pin.PULL_DOWN)
    assert pin() == 0
    pin.init(machine.Pin.OUT, value=1)
    assert machine.Pin(4).value() == 1
    pin.off()
    assert pin.value() == 0
    pwm = machine.PWM(pin, freq=1000, duty_u16=65535)
    assert pwm.duty_u16() == 65535
    assert pin.value() == 1
    pwm.deinit()
    assert pin.value() == 0
