"""One pole at a time: what is written, what is left alone, and what a chip that resists leads to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.field.flashing import esptool_proxy
from host_tools.field.flashing.errors import Asked, FlashError, Lost, NotStarted, Secured, WrongBoard
from host_tools.field.flashing.flash_job import Job
from host_tools.field.flashing.last_run import Memory
from host_tools.field.flashing.parallel_run import Run
from host_tools.field.flashing.progress_screen import outcome
from host_tools.field.flashing.region_files import Files
from host_tools.field.images import partitions
from host_tools.field.ports import PortInfo
from host_tools.language import Language
from tests.host_tools.field.flashing.poles import FAST, Names, Tiny, has, job, put, starts, virtual_pole

DATA = partitions.layout(4)["data"]


@pytest.fixture
def files() -> Iterator[Files]:
    with Files() as made:
        yield made


@pytest.mark.parametrize(
    ("chip", "board", "port"),
    [
        ("esp32", "esp32-devkitc", "rfc2217"),
        ("esp32s3", "esp32-s3-devkitc", "pty"),
        ("esp32c3", "esp32-c3-devkitm", "socket"),
    ],
)
def test_bare_board_is_flashed_at_every_kind_of_port(files: Files, chip: str, board: str, port: str) -> None:
    tiny = Tiny(board=board)
    pole, program = virtual_pole(chip, port)
    with pole:
        one = job(pole, tiny, files)
        one.run()
        assert has(pole, tiny)
        assert one.first and one.row.phase == "done" and one.mac == ":".join(f"{byte:02x}" for byte in pole.mac)
        assert one.written[-2:] == ["partitions", "bootloader"]
        assert one.row.sent == one.row.total > 0
        assert one.names.told == [(one.mac, "P0001", "sagar")]  # type: ignore[attr-defined]
        assert program.was_started(1)


@pytest.mark.parametrize(
    ("chip", "port", "fault", "said"),
    [
        ("esp32", "socket", "stuck", "IO0 is held low"),
        ("esp32c3", "rfc2217", "stuck", "IO9 is held low"),
        ("esp32s3", "socket", "brownout", "the supply .* breaks down"),
    ],
)
def test_a_written_chip_that_does_not_start_is_said_and_is_only_started_next_time(
    files: Files, chip: str, port: str, fault: str, said: str
) -> None:
    tiny = Tiny(board=BOARDS[chip])
    pole, program = virtual_pole(chip, port, faults=[fault])
    with pole:
        put(pole, tiny)
        one = job(pole, tiny, files)
        with pytest.raises(NotStarted, match=f"P0001 has everything .*{said}") as error:
            one.run()
        assert error.value.code == 13 and program.starts == 0
        assert one.names.told == [(one.mac, "P0001", "sagar")]  # type: ignore[attr-defined]


def test_a_bare_chip_held_in_its_loader_is_written_and_not_said_to_start(files: Files) -> None:
    pole, _ = virtual_pole(faults=["stuck"])
    with pole:
        one = job(pole, Tiny(), files)
        with pytest.raises(NotStarted, match="BOOT button"):
            one.run()
        assert has(pole, Tiny()) and one.written


@pytest.mark.parametrize(("port", "said"), [("pty", "press EN"), ("socket", "it starts again")])
def test_a_start_that_a_port_does_not_tell_is_not_claimed(files: Files, port: str, said: str) -> None:
    pole, _ = virtual_pole(port=port)
    with pole:
        put(pole, Tiny())
        one = job(pole, Tiny(), files)
        one.run()
        assert said in outcome(one, Language("en"))


BOARDS = {"esp32": "esp32-devkitc", "esp32s3": "esp32-s3-devkitc", "esp32c3": "esp32-c3-devkitm"}


@pytest.mark.parametrize(
    ("chip", "port", "why"),
    [
        ("esp32", "socket", "missing"),
        ("esp32", "rfc2217", "failed"),
        ("esp32s3", "socket", "failed"),
        ("esp32s3", "pty", "asked"),
        ("esp32c3", "pty", "missing"),
        ("esp32c3", "socket", "failed"),
    ],
)
def test_without_a_stub_the_loader_in_rom_does_it_and_that_is_said(
    files: Files, monkeypatch: pytest.MonkeyPatch, chip: str, port: str, why: str
) -> None:
    if why == "missing":
        monkeypatch.setattr("host_tools.field.flashing.flash_job.stub_for", lambda chip: None)
    tiny = Tiny(board=BOARDS[chip])
    pole, program = virtual_pole(chip, port, faults=["no-stub"])
    with pole:
        one = job(pole, tiny, files, no_stub="asked" if why == "asked" else "")
        one.run()
        assert has(pole, tiny) and starts(pole) and program.was_started(1)
        assert one.written[-2:] == ["partitions", "bootloader"] and one.row.baud == FAST[0]
        assert one.no_stub == why and one.row.by_rom and one.row.sent == one.row.total > 0
        assert "loader in ROM, which is slower" in outcome(one, Language("en"))

        again = job(pole, tiny, files, no_stub=why)
        again.run()
        assert again.row.phase == "unchanged"


def test_by_rom_a_revisit_leaves_the_poles_own_alone_and_damage_is_said(files: Files) -> None:
    new = Tiny("1.24.1")
    at = next(part.offset for part in new.regions("P0001", True) if part.name == "vfs")
    pole, _ = virtual_pole(faults=[f"bad-block:{at:#x}"])
    with pole:
        put(pole, Tiny("1.23.0"))
        pole.flash.erase(DATA.offset, 4096)
        pole.flash.program(DATA.offset, b"a journal")
        with pytest.raises(FlashError, match=r"does not keep what is written to it \(vfs\)"):
            job(pole, new, files, no_stub="asked").run()
        assert not starts(pole)
        pole.flash.bad = range(0)
        one = job(pole, new, files, no_stub="asked")
        one.run()
        assert has(pole, new, first=False) and pole.flash.read(DATA.offset, 9) == b"a journal"


def test_by_rom_damaged_blocks_are_sent_again(files: Files) -> None:
    pole, _ = virtual_pole(faults=["noisy-above:4000000"])
    with pole:
        job(pole, Tiny(), files, (8_000_000, 4_000_000), no_stub="asked").run()
        assert has(pole, Tiny()) and starts(pole)


def test_revisit_writes_what_is_new_and_leaves_the_poles_own_alone(files: Files) -> None:
    old, new = Tiny("1.23.0"), Tiny("1.24.1")
    pole, _ = virtual_pole()
    with pole:
        put(pole, old)
        pole.flash.erase(DATA.offset, 4096)
        pole.flash.program(DATA.offset, b"a journal")
        one = job(pole, new, files)
        one.run()
        assert not one.first and has(pole, new, first=False)
        assert pole.flash.read(DATA.offset, 9) == b"a journal"
        assert set(one.written) == {"micropython", "vfs", "bootloader"}  # not the table, which is the same


def test_revisit_with_erased_data_is_a_first_flash(files: Files) -> None:
    tiny = Tiny()
    pole, _ = virtual_pole()
    with pole:
        put(pole, tiny)
        pole.flash.program(DATA.offset + 4096, b"a journal")
        one = job(pole, tiny, files, erase_data=True)
        one.run()
        assert has(pole, tiny) and "micropython" not in one.written and {"data", "nvs"} <= set(one.written)


def test_unchanged_pole_is_started_and_nothing_is_written(files: Files) -> None:
    tiny = Tiny()
    pole, program = virtual_pole()
    with pole:
        put(pole, tiny)
        before = program.starts
        one = job(pole, tiny, files)
        one.run()
        assert one.row.phase == "unchanged" and not one.written and has(pole, tiny)
        assert program.was_started(before + 1)


def test_data_at_another_place_is_a_question(files: Files) -> None:
    pole, _ = virtual_pole()
    with pole:
        put(pole, Tiny(data_at=0x2C0000))
        with pytest.raises(Asked, match=r"0x2c0000.*--erase-data; nothing was written"):
            job(pole, Tiny(), files).run()
        assert has(pole, Tiny(data_at=0x2C0000)) and starts(pole)


@pytest.mark.parametrize("chip", ["esp32", "esp32s3", "esp32c3"])
@pytest.mark.parametrize("what", ["flash-encryption", "secure-boot", "secure-download"])
def test_secured_chip_is_refused(files: Files, chip: str, what: str) -> None:
    if (chip, what) == ("esp32", "secure-download"):
        pytest.skip("an ESP32 has no such mode")
    board = BOARDS[chip]
    pole, _ = virtual_pole(chip, faults=[f"secured:{what}"])
    with pole:
        blank = pole.flash.read(0, pole.flash.size)
        with pytest.raises(Secured, match="nothing was written") as error:
            job(pole, Tiny(board=board), files).run()
        assert error.value.code == 10
        assert pole.flash.read(0, pole.flash.size) == blank


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"faults": ["chip:esp32c3"]}, "is esp32c3, but the board esp32-devkitc has esp32"),
        ({"flash_mib": 8}, "has 8 MB, but that of the board esp32-devkitc has 4 MB"),
        ({"flash_mib": 2}, "has 2 MB"),
    ],
)
def test_wrong_board_is_refused(files: Files, more: dict[str, object], sentence: str) -> None:
    pole, _ = virtual_pole(**more)  # type: ignore[arg-type]
    with pole:
        blank = pole.flash.read(0, pole.flash.size)
        with pytest.raises(WrongBoard, match=sentence) as error:
            job(pole, Tiny(), files).run()
        assert error.value.code == 4
        assert pole.flash.read(0, pole.flash.size) == blank


def test_a_line_that_is_noisy_at_high_rates_is_driven_slower(files: Files) -> None:
    pole, _ = virtual_pole(faults=["noisy-above:4000000"])
    with pole:
        one = job(pole, Tiny(), files, (8_000_000, 4_000_000))
        one.run()
        assert has(pole, Tiny()) and one.row.baud == 4_000_000


def test_where_two_commands_at_once_do_not_get_through_they_go_one_by_one(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(esptool_proxy, "GAP", 0)
    told: list[str] = []
    pole, _ = virtual_pole(log=told.append)
    with pole:
        one = job(pole, Tiny(), files, bauds=FAST[:1])
        one.run()
        assert has(pole, Tiny()) and one.row.baud == FAST[0]
        assert "a frame found no buffer" in told


@pytest.mark.parametrize("region", ["nvs", "vfs", "micropython", "partitions", "bootloader"])
def test_flash_that_does_not_keep_what_is_written(files: Files, region: str) -> None:
    where = next(part.offset for part in Tiny().regions("P0001", True) if part.name == region)
    pole, _ = virtual_pole(faults=[f"bad-block:{where:#x}"])
    with pole:
        put(pole, Tiny("1.23.0"))
        with pytest.raises(FlashError, match=rf"does not keep what is written to it \({region}\)"):
            job(pole, Tiny(), files, erase_data=True).run()
        assert not starts(pole)


def test_a_port_where_nobody_answers(files: Files) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = PortInfo(f"socket://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(Lost, match=r"No chip answers at socket://.*nothing was written"):
            Job(Tiny(), "P0001", port, Names(), files).run()
        half_written = Job(Tiny(), "P0001", port, Names(), files)
        half_written.touched = True
        with pytest.raises(Lost, match="answers no more while the pole is written, and it asks to be flashed again"):
            half_written.run()


def test_what_was_stopped_can_be_flashed_at_once(files: Files, tmp_path: Path) -> None:
    """Ctrl-C in the middle leaves esptool's code in the chip's RAM, half way through a region."""
    memory = Memory(tmp_path / "flashing.json")
    memory.begin(tmp_path / "b.diya", False)
    pole, _ = virtual_pole(baud_limit=921600)
    with pole:
        run = Run(memory)
        one = job(pole, Tiny(), files)
        run.start(one)

        def look(jobs: list[Job]) -> None:
            if one.touched and not one.row.over:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.wait(look)
        assert "Stopped while the pole at socket://" in str(one.error) and not starts(pole)
        assert [done.done for done in memory.last()[2]] == [False]
        again = job(pole, Tiny(), files)
        again.run()
        assert has(pole, Tiny()) and starts(pole)
