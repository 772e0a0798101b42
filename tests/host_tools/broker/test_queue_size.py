"""The broker's queue for the recorder: from the number of poles, their interval and the hours of absence."""

import pytest

from host_tools.broker.queue_size import LEAST, queued_messages


def test_two_hours_of_meters_fit() -> None:
    assert queued_messages(10_000) == 10_000 * 12 * 2
    assert queued_messages(10_000, interval_s=60, absence_h=8) == 10_000 * 60 * 8


@pytest.mark.parametrize("poles", [1, 12, 800])
def test_a_small_site_has_room_for_a_burst(poles: int) -> None:
    assert queued_messages(poles) == LEAST


@pytest.mark.parametrize("poles", [8_000, 100_000])
def test_what_poles_have_retained_fits_however_long_the_interval(poles: int) -> None:
    assert queued_messages(poles, interval_s=86_400) >= 3 * poles
