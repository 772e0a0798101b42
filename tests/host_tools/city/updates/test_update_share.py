"""What a pole's birth says of an image counts for a rollout of one, and what it says of its app does not."""

from __future__ import annotations

from dataclasses import replace

from host_tools.city.rollouts.share import APPLIED, REVERTED
from host_tools.city.updates.update_share import ACCEPTED, PROBATION, UpdateShare
from tests.host_tools.city.updates.test_plan import APP, IMAGE, MS, POLE, release


def share() -> UpdateShare:
    one = UpdateShare("P0001", 1, 0, "F01")
    one.release, one.state, one.n, one.sent_at = release(), ACCEPTED, 5, 10
    return one


def test_an_image_is_known_by_its_serial_on_probation_and_confirmed() -> None:
    one = share()
    same_version = replace(POLE, app=replace(APP, version="1.26.1"))  # an app may be called so
    assert not one.knows(same_version, 20)
    assert one.knows(replace(POLE, image=replace(IMAGE, serial=MS, probation=True)), 30) and one.reason == PROBATION
    assert one.knows(replace(POLE, image=replace(IMAGE, serial=MS)), 40) and one.state == APPLIED


def test_an_image_that_was_undone_is_reverted_by_birth_or_by_event() -> None:
    one = share()
    assert one.knows(replace(POLE, image=replace(IMAGE, serial=MS, reverted="powerCuts")), 30)
    assert (one.state, one.reason) == (REVERTED, "powerCuts")
    one = share()
    assert one.undone("1.26.1", "died", 15, 30) and one.reason == "died"
