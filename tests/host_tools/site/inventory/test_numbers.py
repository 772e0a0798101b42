"""Numbers and places are read as people of many countries write them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from host_tools.site.inventory.lamps import lamps_of
from host_tools.site.inventory.numbers import degrees, number, pair


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("23,8388", 23.8388), ("२३.८४", 23.84), ("1.500,5", 1500.5), ("6,243,219", 6243219), ("301 687,57", 301687.57),
        ("150 W", 150), ("45वाट", 45), ("", None), ("nan", None), ("1e400", None), ("twelve", None), ("12W4", None),
    ],
)  # fmt: skip
def test_numbers(text: str, value: float | None) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "23°50'24\"N", "23 50 24", "23 50 24 N", "N 23° 50.4'", "23d50m24s", "23:50:24", "23.84N", "23º 50' 24'' N",
        "23°50′24″", "+23.84", "23,84",
    ],
)  # fmt: skip
def test_degrees(text: str) -> None:
    assert degrees(text) == pytest.approx(23.84)


def test_south_and_west_are_negative_and_sixty_minutes_are_no_angle() -> None:
    assert degrees("33°55'12\"S") == degrees("-33° 55' 12\"") == pytest.approx(-33.92)
    assert degrees("6°12'W") == pytest.approx(-6.2)
    assert degrees("73.98W") == degrees("73.98 W") == degrees("W 73.98") == -73.98  # and no watts
    assert pair("40.75N, 73.98W") == (40.75, -73.98, False)
    assert degrees("23°61'00\"N") is None


@given(strategies.text(max_size=30))
def test_any_text_is_a_number_or_none(text: str) -> None:
    for value in (number(text), degrees(text)):
        assert value is None or abs(value) < 1e12
    pair(text)
    assert lamps_of(text, [text], 0).watts <= 4000


@given(strategies.floats(0, 179.99))
def test_minutes_and_seconds_are_the_decimal_degrees(value: float) -> None:
    seconds = round(value * 3600)
    written = f"{seconds // 3600}°{seconds % 3600 // 60}'{seconds % 60}\"E"
    assert degrees(written) == pytest.approx(seconds / 3600)


@pytest.mark.parametrize(
    ("kind", "watts", "count", "name"),
    [
        ("HPS-High Pressure Sodium", ["400", "250"], 2, "hps-400-250"), ("HPSV", ["250"], 9, "hps-250x9"),
        ("150W HPSV", [], 0, "hps-150"), ("2x36W CFL", [], 0, "cfl-36x2"), ("High Mast 10x400W MH", [], 0, "mh-400x10"),
        ("LED(45W)", [], 0, "led-45"), ("LED 4000K", [], 0, "assumed-led"), ("나트륨", ["100"], 0, "hps-100"),
        ("सोडियम", ["70"], 0, "hps-70"), ("", [], 2, "assumed-lampx2"), ("", ["99999"], 0, "assumed-lamp"),
    ],
)  # fmt: skip
def test_lamps(kind: str, watts: list[str], count: int, name: str) -> None:
    assert lamps_of(kind, watts, count).name == name
