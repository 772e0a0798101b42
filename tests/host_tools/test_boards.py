"""Board files: those that come with Diya are sound, and a bad one is told all its mistakes at once."""

from __future__ import annotations

import copy

import pytest

from host_tools.boards import BoardError, board_warnings, check_board, list_boards, load_board


def changed(table: str, of: str = "esp32-devkitc", **fields: object) -> dict:
    board = copy.deepcopy(load_board(of))
    board[table].update(fields)
    return board


def test_the_boards_that_come_with_diya_are_sound():
    assert list_boards() == ["esp32-c3-devkitm", "esp32-devkitc", "esp32-s3-devkitc", "virtual", "virtual-holdup"]
    for name in list_boards():
        board = load_board(name)
        assert board["name"] == name
        assert board_warnings(board) == []


def test_pins_come_from_the_board_alone():
    one, other = load_board("esp32-devkitc"), load_board("virtual")
    for table, field in (("relay", "pin"), ("dimmer", "pin"), ("meter", "tx"), ("rtc", "scl"), ("photocell", "pin")):
        assert one[table][field] != other[table][field]


@pytest.mark.parametrize("name", ["nope", "", "../pyproject", "virtual.toml"])
def test_an_unknown_board_names_those_there_are(name):
    with pytest.raises(BoardError) as caught:
        load_board(name)
    assert str(caught.value) == (
        f"There is no board {name!r}; there are esp32-c3-devkitm, esp32-devkitc, esp32-s3-devkitc, virtual, "
        "virtual-holdup."
    )


@pytest.mark.parametrize(
    ("table", "fields", "problem"),
    [
        ("relay", {"pin": 35}, "relay.pin is 35, which can only be an input (34 to 39)."),
        ("relay", {"pin": 6}, "relay.pin is 6, which belongs to the flash (6 to 11)."),
        (
            "relay",
            {"pin": 24},
            "relay.pin is 24, a pin which the ESP32 does not have (0 to 39 without 20, 24 and 28 to 31).",
        ),
        ("relay", {"pin": "25"}, "relay.pin is '25', which is not a pin number."),
        ("relay", {"pin": True}, "relay.pin is True, which is not a pin number."),
        ("relay", {"pin": 26}, "dimmer.pin is 26, which is relay.pin already."),
        ("relay", {"closed": 2}, "relay.closed is 2 and must be 0 or 1."),
        ("relay", {"driver": "triac"}, "relay.driver is 'triac' and must be 'relay'."),
        ("relay", {"coil": 5}, "relay.coil is not a field of [relay], which are driver, pin, closed."),
        ("dimmer", {"frequency": 50}, "dimmer.frequency is 50 and must be 100 to 40000."),
        ("dimmer", {"inverted": 1}, "dimmer.inverted is 1 and must be true or false."),
        ("meter", {"uart": 0}, "meter.uart is 0 and must be 1 or 2."),
        ("meter", {"baud": 2400}, "meter.baud is 2400 and must be 4800, 9600, 19200 or 38400."),
        ("meter", {"tx": 1}, "meter.tx is 1, which belongs to the console (1 and 3)."),
        ("rtc", {"scl": 39}, "rtc.scl is 39, which can only be an input (34 to 39)."),
        ("photocell", {"pin": 14}, "photocell.pin is 14, which does not measure while Wi-Fi runs; use 32 to 39."),
        ("photocell", {"full_scale_lux": 100000}, "photocell.full_scale_lux is 100000 and must be 10 to 16384."),
        ("accelerometer", {"driver": "mpu6050"}, "accelerometer.driver is 'mpu6050' and must be 'lis3dh'."),
        (
            "accelerometer",
            {"scl": 23},
            "accelerometer.scl is 23 and must be 22, as rtc.scl is: they are on the same bus.",
        ),
        ("gear", {"bus": 2}, "gear.bus is 2 and must be 0 or 1."),
        ("door", {"pin": 36}, "door.pin is 36, which has no pull-up (34 to 39)."),
        ("door", {"open": "yes"}, "door.open is 'yes' and must be 0 or 1."),
        ("leakage", {"pin": 4}, "leakage.pin is 4, which does not measure while Wi-Fi runs; use 32 to 39."),
        ("leakage", {"pin": 34}, "leakage.pin is 34, which is photocell.pin already."),
        ("leakage", {"full_scale_ma": 30}, "leakage.full_scale_ma is 30 and must be 100 to 16384."),
        ("heap", {"tx": 9}, "heap.tx is 9, which belongs to the flash (6 to 11)."),
        ("heap", {"tx": 34}, "heap.tx is 34, which can only be an input (34 to 39)."),
        ("heap", {"rx": 16}, "heap.rx is 16, which is meter.rx already."),
        ("heap", {"uart": 0}, "heap.uart is 0 and must be 1 or 2."),
        ("watchdog", {"timeout_s": 1}, "watchdog.timeout_s is 1 and must be 5 to 600."),
    ],
)
def test_one_mistake_is_one_sentence(table, fields, problem):
    assert check_board(changed(table, **fields)) == [problem]


@pytest.mark.parametrize(
    ("board", "table", "fields", "problem"),
    [
        ("s3", "relay", {"pin": 22}, "a pin which the ESP32-S3 does not have (0 to 48 without 22 to 25)."),
        ("s3", "relay", {"pin": 30}, "which belongs to the flash (26 to 37)."),
        ("s3", "relay", {"pin": 43}, "which belongs to the console (43 and 44)."),
        ("s3", "relay", {"pin": 20}, "which belongs to the USB port (19 and 20)."),
        ("s3", "photocell", {"pin": 12}, "which does not measure while Wi-Fi runs; use 1 to 10."),
        ("c3", "relay", {"pin": 22}, "a pin which the ESP32-C3 does not have (0 to 21)."),
        ("c3", "relay", {"pin": 12}, "which belongs to the flash (11 to 17)."),
        ("c3", "relay", {"pin": 21}, "which belongs to the console (20 and 21)."),
        ("c3", "relay", {"pin": 18}, "which belongs to the USB port (18 and 19)."),
        ("c3", "photocell", {"pin": 5}, "which does not measure while Wi-Fi runs; use 0 to 4."),
    ],
)
def test_each_chip_has_pins_of_its_own(board, table, fields, problem):
    name = {"s3": "esp32-s3-devkitc", "c3": "esp32-c3-devkitm"}[board]
    found = check_board(changed(table, name, **fields))
    assert found[0] == f"{table}.pin is {fields['pin']}, {problem}"


# An ESP32's converter says nothing sure below 150 mV (Espressif): a 1 A monitor gives 89 mV at the 27 mA that count
def test_a_sensor_on_which_a_threshold_cannot_be_measured_is_refused():
    assert check_board(changed("leakage", full_scale_ma=1000)) == [
        "leakage.full_scale_ma is 1000 and must be 37 to 594: leakageDetected is raised at 27 mA, and at 3.3 V for full"
        " scale the ESP32 measures only 46 to 742 mA."
    ]
    assert check_board(changed("photocell", full_scale_lux=2000)) == [
        "photocell.full_scale_lux is 2000 and must be 122 to 1100: photocell.on is 50 lux and photocell.off is 90 lux,"
        " and at 3.3 V for full scale the ESP32 measures only 91 to 1484 lux."
    ]
    assert check_board(changed("photocell", full_scale_lux=100))  # 90 lux would be 2.97 V
    assert not check_board(changed("photocell", "esp32-c3-devkitm", full_scale_lux=2000))  # it measures from 35 mV on


def test_each_chip_has_uarts_and_buses_of_its_own():
    assert check_board(changed("meter", "esp32-c3-devkitm", uart=2)) == ["meter.uart is 2 and must be 1."]
    assert check_board(changed("rtc", "esp32-c3-devkitm", bus=1)) == ["rtc.bus is 1 and must be 0."]
    assert board_warnings(changed("door", "esp32-c3-devkitm", pin=9)) == [
        "door.pin is 9, a strapping pin: its level at reset decides how the ESP32-C3 starts."
    ]


def test_all_mistakes_are_found_in_one_pass():
    board = changed("relay", pin=35, closed=7)
    board["chip"] = "esp32-s9"
    board["flash_mb"] = 3
    board["heater"] = {}
    del board["dimmer"]
    del board["meter"]["baud"]
    board["rtc"] = "ds3231"
    assert check_board(board) == [
        "chip is 'esp32-s9' and must be 'esp32', 'esp32s3' or 'esp32c3'.",
        "flash_mb is 3 and must be 4, 8 or 16.",
        "heater is not part of a board; its tables are relay, dimmer, meter, rtc, photocell, accelerometer, door, "
        "leakage, gear, supply, heap, watchdog.",
        "relay.pin is 35, which can only be an input (34 to 39).",
        "relay.closed is 7 and must be 0 or 1.",
        "[dimmer] is missing; every board needs one.",
        "meter.baud is missing.",
        "rtc is 'ds3231' and must be a table.",
    ]


def test_a_board_may_lack_what_a_street_can_do_without():
    board = load_board("virtual")
    for table in ("meter", "rtc", "photocell", "accelerometer", "door", "leakage", "gear"):
        del board[table]
    assert check_board(board) == []


def test_an_esp32_without_a_uart_for_the_heap_is_warned_of_and_the_meters_will_do():
    board = load_board("esp32-devkitc")
    del board["heap"]
    assert board_warnings(board) == []
    del board["meter"]
    assert check_board(board) == []
    assert board_warnings(board) == [
        "[heap] and [meter] are both missing: Python's heap has no bound then, and TLS finds no memory on an ESP32."
    ]


PULSES = {
    "driver": "hlw8012", "model": "bl0937", "cf": 16, "cf1": 17, "sel": 13, "sel_current": 0, "shunt_uohm": 1000,
    "divider": 2001, "clock_permille": 1000,
}  # fmt: skip


def test_a_meter_without_a_uart_leaves_none_for_the_heap():
    board = {**load_board("esp32-devkitc"), "meter": PULSES}
    assert check_board(board) == []
    assert board_warnings(board) == []
    del board["heap"]
    (sentence,) = board_warnings(board)
    assert sentence.startswith("[heap] is missing, and [meter] has no UART: Python's heap has no bound then, and TLS ")


def test_shunt_divider_and_model_have_bounds_and_a_chip_that_counts_no_pulses_is_named():
    board = load_board("esp32-devkitc")
    board["meter"] = {**PULSES, "model": "bl0942", "shunt_uohm": 0, "divider": 6000, "sel": 34, "sel_current": 2}
    assert check_board(board) == [
        "meter.model is 'bl0942' and must be 'hlw8012' or 'bl0937'.",
        "meter.sel is 34, which can only be an input (34 to 39).",
        "meter.sel_current is 2 and must be 0 or 1.",
        "meter.shunt_uohm is 0 and must be 500 to 20000.",
        "meter.divider is 6000 and must be 200 to 5000.",
    ]
    board["meter"] = {**PULSES, "model": "hlw8012"}
    (sentence,) = check_board(board)
    assert sentence.startswith(
        "meter.shunt_uohm is 1000 and must be 3522 or more: with it and the divider 2001 a pulse "
    )
    board["meter"]["shunt_uohm"] = 3522
    assert check_board(board) == []
    board = load_board("esp32-c3-devkitm")
    board["meter"] = {**PULSES, "cf": 4, "cf1": 5, "sel": 6}
    assert "meter.cf is 4, and nothing counts pulses there: the ESP32-C3 has no pulse counter." in check_board(board)


def test_parts_on_one_bus_share_its_pins_and_those_on_two_do_not():
    board = changed("gear", bus=1)
    assert check_board(board) == [
        "gear.scl is 22, which is rtc.scl already.",
        "gear.sda is 21, which is rtc.sda already.",
    ]
    board["gear"].update(scl=18, sda=19)
    assert check_board(board) == []
    board["gear"].update(bus=0)
    assert check_board(board) == [
        "gear.scl is 18 and must be 22, as rtc.scl is: they are on the same bus.",
        "gear.sda is 19 and must be 21, as rtc.sda is: they are on the same bus.",
    ]


def test_the_two_lines_of_a_bus_are_not_one():
    board = changed("rtc", scl=21)
    assert "rtc.sda is 21, which is rtc.scl already." in check_board(board)


def test_a_board_with_a_last_word_is_the_virtual_one_and_its_supply():
    board = load_board("virtual-holdup")
    supply = board.pop("supply")
    assert board == {**load_board("virtual"), "name": "virtual-holdup"}
    assert check_board({**board, "supply": {**supply, "pin": 34, "hold_up_ms": 50}}) == [
        "supply.pin is 34, which has no pull-up (34 to 39).",
        "supply.hold_up_ms is 50 and must be 200 to 60000.",
    ]


def test_a_strapping_pin_is_warned_of_but_allowed():
    board = changed("relay", pin=12)
    assert check_board(board) == []
    assert board_warnings(board) == [
        "relay.pin is 12, a strapping pin: its level at reset decides how the ESP32 starts."
    ]
