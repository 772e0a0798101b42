"""Whether a receiver is alive, by what it says of itself."""

from __future__ import annotations

from host_tools.city.console.live.status import Ears, Receiver
from host_tools.city.store.receiver_status import ReceiverStatus

WALL = 1_000_000.0


def said(at: float, zone: str = "", broker: bool = True) -> ReceiverStatus:
    return ReceiverStatus(zone, at, 0, False, 1.0, broker)


def test_a_receiver_that_says_nothing_new_for_four_seconds_is_lost_and_then_alive_again() -> None:
    ears = Ears()
    assert ears.heard([said(WALL)], 10.0, WALL) == [Receiver("", True, True)]
    assert ears.heard([said(WALL)], 13.4, WALL) == [Receiver("", True, True)]
    assert ears.heard([said(WALL)], 13.6, WALL) == [Receiver("", False, False)]
    assert ears.heard([said(WALL + 4)], 14.0, WALL) == [Receiver("", True, True)]


def test_a_receiver_whose_clock_is_wrong_is_alive_as_long_as_it_speaks() -> None:
    ears = Ears()
    ears.heard([said(WALL - 9000)], 10.0, WALL)
    assert ears.heard([said(WALL - 8999)], 11.0, WALL)[0].alive


def test_what_was_said_long_before_this_process_began_is_no_sign_of_life() -> None:
    assert not Ears().heard([said(WALL - 60)], 10.0, WALL)[0].alive


def test_each_zone_is_judged_by_itself() -> None:
    ears = Ears()
    ears.heard([said(WALL, "east"), said(WALL, "west")], 10.0, WALL)
    found = ears.heard([said(WALL + 5, "east", broker=False), said(WALL, "west")], 15.0, WALL)
    assert found == [Receiver("east", True, False), Receiver("west", False, False)]
