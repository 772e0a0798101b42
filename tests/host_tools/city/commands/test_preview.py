"""What an order would do, told before it is given."""

from __future__ import annotations

from host_tools.city.commands.order import Order
from host_tools.city.commands.preview import Lives, Now, preview
from host_tools.site.model import Luminaire

NOW = 1_795_521_600
LAMP = Luminaire("led-100", 100, 12000, ((10, 10, 0.9), (100, 100, 0.95)))


def order(kind: str = "override", owner: str = "operator", level: int | None = 50) -> Order:
    return Order("asha", "operator", kind, owner, NOW + 7200, level=level, written_at=NOW)


POLES = [
    Now("P1", True, 100, 100, "calendar", "main", NOW + 600, LAMP),
    Now("P2", True, 100, 100, "calendar", "main", NOW + 600, LAMP),
    Now("P3", False, 20, 20, "emergency", "flood", NOW + 900, LAMP), Now("P4"),
    Now("P5", True, 40, 40, "calendar", "park", NOW + 60, LAMP),
]  # fmt: skip


def test_how_many_what_they_live_by_and_what_a_higher_owner_holds() -> None:
    seen = preview(order(), POLES, NOW)
    assert (seen.poles, seen.offline, seen.never) == (5, ("P3",), ("P4",))
    assert seen.lives[0] == Lives("calendar", "main", NOW + 600, 2)
    assert seen.held == (Lives("emergency", "flood", NOW + 900, 1),)
    assert (seen.darker, seen.brighter, seen.unmeasured) == (2, 1, 1)


def test_energy_over_the_time_of_the_order_against_the_present_level() -> None:
    seen = preview(order(), POLES, NOW)
    assert (seen.wh, seen.wh_now) == (2 * (50 * 3 + 20), 2 * (100 + 100 + 20 + 40))
    assert preview(order(owner="incident"), POLES, NOW).wh == 2 * (100 + 100 + 20 + 50)


def test_after_a_cancel_only_what_it_does_not_concern_is_known() -> None:
    held = [Now("P1", True, 60, 60, "operator", "festival", NOW + 60, LAMP), POLES[0]]
    seen = preview(order("cancel", level=None), held, NOW)
    assert (seen.unmeasured, seen.wh, seen.wh_now) == (1, 200, 200)


def test_many_reasons_end_in_one_line() -> None:
    many = [Now(f"P{one}", True, 1, 1, "operator", f"reason {one}", None) for one in range(50)]
    lives = preview(order(), many, NOW).lives
    assert (len(lives), lives[-1]) == (21, Lives("", "others", None, 30))
    assert sum(one.poles for one in lives) == 50


def test_json_has_the_words_of_the_wire() -> None:
    said = preview(order(), POLES, NOW).as_json()
    assert {"poles", "offline", "neverReported", "livesBy", "heldByHigher", "wh", "whNow"} <= said.keys()
