"""Which poles a release is brought to: of MicroPython's image, which has its own version and its own history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from host_tools.boards import list_boards
from host_tools.boards.flash_layout import has_one_image
from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.updates.kept_release import Release, release_of
from host_tools.city.updates.plan import NEWER, NO_APP, NO_PACKAGE, ONE_IMAGE, SERIAL, THERE, UNDONE, left_out
from host_tools.field.images.image_release import room_for_image
from host_tools.wire.from_pole import App
from tests.host_tools.city.updates.update_bench import SERIAL as MS
from tests.host_tools.city.updates.update_bench import BenchRelease

S3 = "esp32-s3-devkitc"
APP = App("", "0.1.0", False, "", None, "")
IMAGE = App("", "1.24.1", False, "", MS - 5, "")
POLE = Pole(1, True, "", 3, "", None, "", S3, APP)


def release(**more: Any) -> Release:
    file = BenchRelease("1.26.1", MS, (S3,), kind="image", list=0, **more)
    return release_of("sagar", MS, "1.26.1", {S3: file.message(S3)})


@pytest.mark.parametrize(
    ("pole", "why"),
    [
        (POLE, ""),  # it was never sent one, and judges it itself
        (replace(POLE, app=replace(APP, version="9.0.0")), ""),  # the app's version says nothing of MicroPython's
        (replace(POLE, app=None), NO_APP),
        (replace(POLE, board="esp32-devkitc"), ONE_IMAGE),
        (replace(POLE, board="another-s3"), NO_PACKAGE),
        (replace(POLE, image=IMAGE), ""),
        (replace(POLE, image=replace(IMAGE, serial=MS)), ""),  # it is fetched, and the former one runs still
        (replace(POLE, image=replace(IMAGE, serial=MS, version="1.26.1")), THERE),
        (replace(POLE, image=replace(IMAGE, serial=MS, version="1.26.1", probation=True)), ""),
        (replace(POLE, image=replace(IMAGE, serial=MS, reverted="died")), UNDONE),
        (replace(POLE, image=replace(IMAGE, version="1.27.0")), NEWER),
        (replace(POLE, app=replace(APP, serial=MS + 1)), SERIAL),
        (replace(POLE, app=replace(APP, serial=MS + 1), image=IMAGE), SERIAL),
    ],
)
def test_whom_an_image_is_for(pole: Pole, why: str) -> None:
    assert left_out(pole, release(), S3) == why


def test_which_boards_have_room_for_one_image_is_what_a_release_of_images_goes_by() -> None:
    assert {name: has_one_image(name) for name in list_boards()} == {
        name: not room_for_image(name) for name in list_boards()
    }
    assert not has_one_image("nobody-has-it")


def test_an_older_image_goes_to_poles_with_a_newer_one_where_it_is_signed_as_a_downgrade() -> None:
    pole = replace(POLE, image=replace(IMAGE, version="1.27.0"))
    assert left_out(pole, release(downgrade=True), S3) == ""
    assert release().title == "MicroPython 1.26.1" and release().is_image
