"""A MicroPython image on probation, on a chip that was flashed: real MicroPython, the bootloader's own way back."""

from __future__ import annotations

import json
import time

from host_tools.field.images import file_system, otadata, partitions
from host_tools.field.images.otadata import ABORTED, NEW, PENDING, VALID, Entry
from host_tools.firmware_build.compile import compile_app
from host_tools.firmware_build.sources import FIRMWARE
from host_tools.site import load_site
from host_tools.site.pole_settings import pole_config
from pole.update import image as images
from pole.update.pointer import empty
from simulator.hardware.flash import Flash
from simulator.virtual_pole.app_interface import POWER_ON
from simulator.virtual_pole.flash_file import FlashFile
from tests.simulator.streets import stored
from tests.simulator.updates.releases import MPY
from tests.simulator.virtual_pole.flashed import Technician, flashed, reached
from tests.simulator.virtual_pole.test_second_stage import app_of

TABLE = partitions.layout(8)
WINDOW_S = 60


def staged() -> FlashFile:
    """A pole's flash at the moment in which the old image has called ``set_boot``: the next start is the new one's."""
    site = load_site("sagar", 1)
    settings = {**pole_config(site, site.pole("P0001"), int(time.time())), "link.host": ""}
    golden = {**compile_app(FIRMWARE, MPY), "config.json": json.dumps(settings).encode()}
    flash = flashed(golden, "esp32s3")
    at = TABLE["otadata"].offset
    flash.program(at, otadata.encode(Entry(1, VALID)))
    flash.program(at + otadata.SECTOR, otadata.encode(Entry(2, NEW)))
    flash.program(TABLE["ota_1"].offset, app_of("esp32s3"))
    facts = [100, "default", 10000, None, [], [], None]
    state = [
        images.GO, "1.99.1", 7, "0" * 16, WINDOW_S, 0, "ota_1", "1.24.1", 0, 0, None, facts, "", False,
    ]  # fmt: skip
    data = {"app.json": json.dumps({**empty(), "serial": 7}).encode(), images.NAME: json.dumps(state).encode()}
    flash.program(TABLE["data"].offset, file_system.image_of(data, TABLE["data"].size))
    return flash


def entries(flash: FlashFile) -> list[Entry | None]:
    at = TABLE["otadata"].offset
    return [otadata.decode(flash.read(at + place, otadata.SECTOR)) for place in (0, otadata.SECTOR)]


def state_in(flash: FlashFile) -> str:
    """The letter of the state in the file ``image``, "" where it is confirmed; "?" while it is written."""
    image = flash.read(TABLE["data"].offset, TABLE["data"].size)
    text = stored(Flash(image=image)).read(images.NAME)
    return str(json.loads(text)[images.STATE]) if text else "?"


def test_the_power_is_cut_on_probation_and_the_bootloader_starts_the_old_image() -> None:
    with Technician(staged()) as technician:
        flash = technician.flash
        reached(lambda: entries(flash) == [Entry(1, VALID), Entry(2, PENDING)], "the new image's start")
        reached(lambda: state_in(flash) == images.TRIAL, "its probation")
        technician.life.stop()
        technician._start(POWER_ON)
        reached(lambda: state_in(flash) == images.STAGED, "the old image, which tries it again")
        assert entries(flash) == [Entry(1, VALID), Entry(2, ABORTED)]
        assert all(light > 90 for _s, light in technician.life.light_log)
