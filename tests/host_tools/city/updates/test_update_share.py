"""What a pole's birth says of an image counts for a rollout of one, and what it says of its app does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.share import APPLIED, REJECTED, REPLACED, REVERTED, SENT, THERE, WAITING
from host_tools.city.updates.update_share import ACCEPTED, PROBATION, UpdateShare
from host_tools.wire.from_pole import Ack, App
from tests.host_tools.city.updates.test_plan import APP, IMAGE, POLE, release
from tests.host_tools.city.updates.update_bench import SERIAL as MS

NONCE = "aa" * 8
RUNS = replace(IMAGE, serial=MS, version="1.26.1")
FETCHED = replace(IMAGE, serial=MS)  # the former one runs


def share(state: str = ACCEPTED, **release_: Any) -> UpdateShare:
    one = UpdateShare("P0001", 1, 0, "F01")
    one.release, one.state, one.n, one.sent_at, one.nonce = release(**release_), state, 5, 10, NONCE
    return one


def with_image(image: App | None, nonce: str = NONCE) -> Pole:
    return replace(POLE, image=image, nonce=nonce)


def test_an_image_is_known_by_its_serial_and_version_on_probation_and_confirmed() -> None:
    one = share()
    same_version = replace(POLE, app=replace(APP, version="1.26.1"))  # an app may be called so
    assert not one.knows(same_version, 20)
    assert one.knows(replace(POLE, image=replace(RUNS, probation=True)), 30) and one.reason == PROBATION
    assert one.knows(replace(POLE, image=RUNS), 40) and one.state == APPLIED


def test_an_image_that_was_undone_is_reverted_by_birth_or_by_event() -> None:
    one = share()
    assert one.knows(replace(POLE, image=replace(IMAGE, serial=MS, reverted="powerCuts")), 30)
    assert (one.state, one.reason) == (REVERTED, "powerCuts")
    one = share()
    assert one.undone("1.26.1", "died", 15, 30) and one.reason == "died"


def test_an_image_that_is_fetched_and_not_started_yet_is_not_applied() -> None:
    """A birth has its serial from the download on."""
    for state in (SENT, ACCEPTED):
        one = share(state)
        assert not one.knows(with_image(FETCHED), 20) and one.state == state
    one = share(WAITING)  # told to stop, which takes it back
    assert not one.knows(with_image(FETCHED), 20) and one.state == WAITING


def test_after_a_power_cut_on_probation_it_waits_for_a_good_moment_again_and_can_be_told_to_stop() -> None:
    one = share()
    assert one.knows(with_image(replace(RUNS, probation=True)), 20) and one.reason == PROBATION
    assert one.knows(with_image(FETCHED), 30) and (one.state, one.reason) == (ACCEPTED, "")
    assert not one.knows(with_image(FETCHED), 40)
    assert one.knows(with_image(replace(RUNS, probation=True)), 50) and one.reason == PROBATION
    assert one.knows(with_image(RUNS), 60) and one.state == APPLIED


def test_one_of_the_version_that_runs_already_is_kept_when_the_pole_says_so_by_its_ack() -> None:
    one = share(downgrade=True)
    one.before = "1.26.1"
    assert not one.knows(with_image(RUNS), 20) and one.state == ACCEPTED
    assert one.answered(Ack("P0001", "receiver-u", 5, "applied"), 30) and one.state == APPLIED
    one = share(downgrade=True)
    one.before = "1.27.0"
    assert one.knows(with_image(RUNS), 20) and one.state == APPLIED


def test_a_node_that_is_replaced_or_flashed_during_or_after_it_gets_the_image_again() -> None:
    for image in (None, replace(IMAGE, serial=MS - 9)):
        one = share()
        assert one.knows(with_image(image, "bb" * 8), 20) and (one.state, one.n) == (WAITING, None)
        one = share(APPLIED)
        assert one.knows(with_image(image), 20) and one.state == WAITING
    one = share()
    assert not one.knows(with_image(None), 20) and one.state == ACCEPTED


def test_an_image_that_is_flashed_over_again_and_again_is_said_to_go_back() -> None:
    one = share(APPLIED)
    for _ in range(2):
        assert one.knows(with_image(None), 20) and one.state == WAITING
        one.state = APPLIED
    assert one.knows(with_image(None), 20) and (one.state, one.reason) == (REJECTED, "goesBack")


def test_a_later_image_takes_nothing_back_and_a_newer_one_that_was_flashed_replaces() -> None:
    for state in (APPLIED, THERE):
        one = share(state)
        assert not one.knows(with_image(replace(RUNS, serial=MS + 7)), 20)
        assert not one.knows(with_image(replace(RUNS, serial=MS + 7, reverted="died")), 20) and one.state == state
    one = share(SENT)
    assert one.knows(with_image(replace(IMAGE, version="1.27.0")), 20) and one.state == REPLACED
