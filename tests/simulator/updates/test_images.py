"""A MicroPython image comes to a pole with room for two; it is tried, and kept or undone by pole and bootloader."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast
from unittest.mock import ANY

import pytest

from host_tools.field.images import image_release, micropython, otadata
from host_tools.keys.key import Key
from host_tools.release import Release, container
from host_tools.site import load_site
from pole.update import image as images
from pole.update import pointer
from pole.wire import contract
from simulator.hardware.chip import WDT_RESET
from simulator.street.street import Street
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.bundles import signer
from tests.host_tools.broker.test_mosquitto_config import HEAD
from tests.simulator.streets import HOUR_MS, NIGHT, City, Lived, live, stored, watch_light
from tests.simulator.updates.releases import install
from tests.simulator.updates.two_images import BOARD, CHIP, TABLE, Kept, Noted, TwoImages, refit

ENGINES = ("cpython", "micropython")
KEY = Key("P0001", bytes(range(32)))
SETTINGS = {"keys": {KEY.name: KEY.secret.hex()}, "report.spread": 0, "clock.floor": 1795500000}
SERIAL = 1795500000000
WINDOW_S = 120


@pytest.fixture(autouse=True)
def files() -> Iterator[None]:
    """What the chips' flashes are in is closed."""
    yield
    while Noted.open:
        Noted.open.pop().close()


def release(version: str = "1.99.1", **options: Any) -> Release:
    """An image of that version for the board, signed."""
    site = load_site("sagar", 1)
    site = site.with_poles(replace(pole, board=BOARD) for pole in site.poles)
    found = micropython.read(stand_in_image(CHIP, size=90_000, version=version, flash_mb=8), "practice.bin")
    data = image_release.build(site, [found], SERIAL, 6, signer(), options.get("downgrade", False), WINDOW_S)
    return container.unpack(data, "r.update")


def lived(
    engine: str, hours: float, change: Callable[[Street, TwoImages], None] = lambda street, flash: None,
    one: Release | None = None, settings: dict[str, Any] | None = None, **options: Any,
) -> tuple[Lived, TwoImages, list[tuple[int, float]]]:  # fmt: skip
    """A night of one pole that is sent the release *one* in its first minute."""
    one = one or release()
    kept = Kept()

    def begin(street: Street) -> None:
        kept.flash = refit(street)
        kept.lights = watch_light(street)
        city, network = City(street), cast(Any, street.network)
        for topic, data in one.pieces(BOARD):
            street.kernel.at(
                1000, lambda topic=topic, data=data: network.broker.publish(f"{HEAD}/{topic}", data, 1, True)
            )
        body = json.dumps({**one.message(BOARD), "spread": 0})
        city.seal(60_000, f"{HEAD}/P0001/update", SERIAL, body, KEY, retain=True)
        change(street, kept.flash)

    out = live(
        hours, poles=1, start=NIGHT, engine=engine, board=BOARD, settings={**SETTINGS, **(settings or {})},
        files={"update.pem": signer().public}, begin=begin, **options,
    )  # fmt: skip
    return out, kept.flash, kept.lights["P0001"]


def left(out: Lived) -> list[Any] | None:
    return images.read(stored(out.street.poles["P0001"].pole.flash))


def outcomes(out: Lived) -> list[tuple[str, str]]:
    return [(ack["outcome"], ack.get("reason", "")) for ack in out.acks()]


def undone(out: Lived) -> list[dict[str, Any]]:
    said = [event for _ms, event in out.said("P0001", contract.EVENT) if event["eventType"] == "updateReverted"]
    return [event["attributes"] for event in said]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_image_is_fetched_written_tried_and_marked_valid_while_the_lamp_burns(engine: str) -> None:
    one = release()
    out, flash, lights = lived(engine, 0.5, one=one)
    assert outcomes(out) == [("accepted", ""), ("applied", "")]
    assert flash.booted == ["ota_0", "ota_1"] and flash.state_of("ota_1") == otadata.VALID
    image = one.package(BOARD).image  # type: ignore[union-attr]
    assert flash.image_in("ota_1", len(image)) == image
    at = left(out)
    assert at and at[images.STATE] == "" and at[images.REASON] == "" and at[images.SERIAL] == SERIAL
    births = [birth for _ms, birth in out.said("P0001", contract.BIRTH)]
    assert births[-1]["image"]["serial"] == SERIAL and not births[-1]["image"]["probation"]
    assert "reverted" not in births[-1]["image"] and births[-1]["app"]["slot"] == ""
    assert out.street.failures() == [] and out.report["dark_minutes"] == 0
    assert all(light > 0.9 for _ms, light in lights[1:])


def dims_on_the_new(street: Street, flash: TwoImages) -> None:
    """The lamp gives half of its light under the new image."""
    stage = street.poles["P0001"]
    real = stage.plant.set_outputs

    def outputs(closed: bool, level: float, now: int) -> None:
        real(closed, level if flash.running() == "ota_0" else level / 2, now)

    stage.plant.set_outputs = outputs  # type: ignore[method-assign]
    street.kernel.every(5000, stage.wiring.apply)  # a pin that stays as it is tells the plant nothing


def never_online(street: Street, flash: TwoImages) -> None:
    """Wi-Fi is joined under the old image alone."""
    radio = street.poles["P0001"].wiring.radio
    street.kernel.every(1000, lambda: radio.reach(flash.running() == "ota_0"))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_image_that_does_not_get_to_micropython_is_undone_by_the_bootloader_and_told(engine: str) -> None:
    one = release()

    def change(_street: Street, flash: TwoImages) -> None:
        flash.dead.add(one.package(BOARD).image)  # type: ignore[union-attr]

    out, flash, lights = lived(engine, 0.5, change, one)
    assert flash.booted == ["ota_0", "ota_1", "ota_0"] and flash.state_of("ota_1") == otadata.ABORTED
    assert outcomes(out) == [("accepted", ""), ("reverted", "died")]
    assert undone(out) == [{"from": "1.99.1", "to": images.version() if engine == "cpython" else ANY, "reason": "died"}]
    birth = out.said("P0001", contract.BIRTH)[-1][1]
    assert birth["image"]["reverted"] == "died" and birth["image"]["serial"] == SERIAL
    assert out.street.failures() == [] and out.report["dark_minutes"] == 0
    assert all(light > 0.9 for _ms, light in lights[1:])


def test_an_image_on_which_the_lamp_is_wrong_is_undone_with_the_reason() -> None:
    def change(street: Street, flash: TwoImages) -> None:
        dims_on_the_new(street, flash)

    out, flash, _lights = lived("cpython", 0.5, change)
    assert flash.booted == ["ota_0", "ota_1", "ota_0"]
    assert outcomes(out)[-1][0] == "reverted" and outcomes(out)[-1][1] in ("meter", "newFault")


def test_a_bootloader_without_rollback_is_no_way_round_the_probation() -> None:
    """espressif/esp-idf#4799, #14042: the image's state stays as it is; the pole goes back by itself."""

    def change(street: Street, flash: TwoImages) -> None:
        flash.rollback = False
        pole = street.poles["P0001"].pole

        def bite() -> None:
            if flash.booted == ["ota_0", "ota_1"]:
                pole._restart(WDT_RESET)

        street.kernel.every(60_000, bite)

    out, flash, lights = lived("cpython", 0.5, change)
    assert flash.booted == ["ota_0", "ota_1", "ota_1", "ota_0"]
    assert outcomes(out)[-1] == ("reverted", "died") and all(light > 0.9 for _ms, light in lights[1:])


def test_power_cuts_on_probation_are_no_failure_but_four_of_them_end_it() -> None:
    """esphome/esphome#16891: each cut is the bootloader's way back; the image is tried again in a good moment."""

    def cuts(most: int) -> Callable[[Street, TwoImages], None]:
        def change(street: Street, flash: TwoImages) -> None:
            stage = street.poles["P0001"]

            def look() -> None:
                if flash.running() == "ota_1" and flash.booted.count("ota_1") <= most and stage.pole.powered:
                    stage.pole.power_off()
                    street.kernel.after(5000, stage.pole.power_on)

            street.kernel.every(31_000, look)

        return change

    out, flash, _lights = lived("cpython", 0.8, cuts(2))
    assert flash.booted == ["ota_0", "ota_1", "ota_0", "ota_1", "ota_0", "ota_1"]
    assert outcomes(out)[-1] == ("applied", "")
    out, flash, _lights = lived("cpython", 1.2, cuts(9))
    assert flash.booted.count("ota_1") == 4 and flash.running() == "ota_0"
    assert outcomes(out)[-1] == ("reverted", "powerCuts")


def test_no_network_on_either_image_is_no_failure() -> None:
    without_network(1, [0])


def without_network(out_h: int, asks: list[int]) -> None:
    """Lives *out_h* hours without: the image stays, and asks the old one at the hours *asks*, until it is online."""
    states: list[tuple[int, str]] = []

    def look(street: Street, _flash: TwoImages) -> None:
        def note() -> None:
            at = images.read(stored(street.poles["P0001"].pole.flash))
            if at and [at[images.STATE]] != [state for _ms, state in states[-1:]]:
                states.append((street.kernel.now_ms, at[images.STATE]))

        street.kernel.every(20_000, note)

    outage = '[[happening]]\nkind = "network_outage"\nat = "+8m"\nuntil = "+%dm"\n'
    out, flash, _lights = lived("cpython", out_h + 0.3, look, scenario=outage % (out_h * 60))
    assert out.report["dark_minutes"] == 0 and out.street.failures() == []
    asked = [ms // HOUR_MS for ms, state in states if state == images.ASKING]
    assert asked == asks, states
    passing = (images.STAGED, images.ASK, images.GO, images.TRIAL)
    assert [state for _ms, state in states if state not in passing] == [
        *[images.ASKING, images.UNPROVEN] * len(asked), "",
    ], states  # fmt: skip
    assert flash.booted == ["ota_0", *["ota_1", "ota_0"] * len(asked), "ota_1"]
    assert flash.state_of("ota_1") == otadata.VALID
    assert outcomes(out)[-1] == ("applied", "")


def test_an_image_that_never_gets_online_where_the_old_one_does_is_undone() -> None:
    out, flash, _lights = lived("cpython", 1.0, never_online)
    assert flash.booted == ["ota_0", "ota_1", "ota_0"]
    assert outcomes(out)[-1] == ("reverted", "notOnline")
    assert undone(out)[0]["reason"] == "notOnline"


def test_what_is_written_wrong_comes_again_and_a_flash_that_is_worn_there_is_told() -> None:
    def worn(_street: Street, flash: TwoImages) -> None:
        at = TABLE["ota_1"].offset
        flash.chip.bad = range(at, at + 64)

    out, flash, _lights = lived("cpython", 0.9, worn)
    assert flash.booted == ["ota_0"] and left(out) is None
    assert outcomes(out) == [("accepted", ""), ("rejected", "wrongContent")]


def test_a_pole_with_room_for_one_image_says_so() -> None:
    one = release()

    def begin(street: Street) -> None:
        body = json.dumps({**one.message(BOARD), "spread": 0})
        City(street).seal(60_000, f"{HEAD}/P0001/update", SERIAL, body, KEY, retain=True)

    out = live(
        0.05, poles=1, start=NIGHT, engine="cpython", settings=SETTINGS, files={"update.pem": signer().public},
        begin=begin,
    )  # fmt: skip
    (ack,) = out.acks()
    assert (ack["outcome"], ack["reason"]) == ("rejected", "badField")
    assert "room for one MicroPython alone (4 MB), which is exchanged at its USB port" in ack["detail"]


def test_an_image_that_dies_leaves_the_app_in_its_slot_as_it_was() -> None:
    one = release()

    def change(_street: Street, flash: TwoImages) -> None:
        install(flash, "b", "0.1.5")
        flash.dead.add(one.package(BOARD).image)  # type: ignore[union-attr]

    out, flash, lights = lived("cpython", 0.5, change, one)
    assert flash.booted == ["ota_0", "ota_1", "ota_0"] and outcomes(out)[-1] == ("reverted", "died")
    at = pointer.read(stored(flash))
    assert at["run"] == ["b"] and at["new"] is None and at["reverted"] is None and at["serial"] == SERIAL
    birth = out.said("P0001", contract.BIRTH)[-1][1]
    assert birth["app"].items() >= {"slot": "b", "version": "0.1.5", "probation": False, "serial": SERIAL}.items()
    assert out.report["dark_minutes"] == 0 and all(light > 0.9 for _ms, light in lights[1:])


@pytest.mark.parametrize("how", ["spoilt", "deaf"])
def test_an_image_that_the_bootloader_would_not_start_changes_nothing(how: str) -> None:
    """ESP_ERR_OTA_VALIDATE_FAILED (espressif/esp-idf#8877), and a set_boot without effect (micropython#5471)."""

    def change(street: Street, flash: TwoImages) -> None:
        flash.obeys = how != "deaf"
        at = TABLE["ota_1"].offset + 4000
        if how == "spoilt":  # between the last look at it and the good moment
            street.kernel.at(8 * 60_000, lambda: flash.chip.program(at, bytes(64)))

    out, flash, _lights = lived("cpython", 0.3, change)
    assert flash.booted == ["ota_0"] and flash.state_of("ota_0") == otadata.VALID
    assert outcomes(out) == [("accepted", ""), ("reverted", "damaged")]
    assert undone(out)[0]["reason"] == "damaged" and out.report["dark_minutes"] == 0
