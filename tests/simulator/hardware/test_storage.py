"""The data partition is mounted with any content, and is used alike by both runtimes' littlefs."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from pole.drivers.flash import storage
from simulator.hardware.flash import BLOCK, Flash, apply, tear
from simulator.hardware.little_files import LittleFiles
from tests.simulator.hardware import on_vm

EXERCISE = Path(__file__).with_name("store_exercise.py")
BLOCKS = 48


def brought_up(flash: Flash) -> tuple[LittleFiles, bool]:
    files = LittleFiles(flash)
    return files, storage.bring_up(files)


def used() -> Flash:
    """The flash of a pole that has been in use."""
    flash = Flash()
    files, _ = brought_up(flash)
    for n in range(20):
        files.write("counters.json", b"[%d]" % n)
    files.append("j00000001.f", b"event" * 100)
    return flash


def on_micropython(flash: Flash, script: Path, *arguments: str) -> str:
    """What *script* prints in a virtual machine whose data partition is *flash*."""
    operations = flash.operations()
    return on_vm.run(script, *arguments, answer=lambda op, a, b, data: operations[op](a, b, data))


def test_a_blank_flash_becomes_a_file_system_and_that_is_no_news() -> None:
    flash = Flash()
    files, lost = brought_up(flash)
    assert not lost
    assert flash.erases[0] + flash.erases[1] == sum(flash.erases) <= 3
    files.write("config.json", b"kept")
    again, lost = brought_up(flash)
    assert not lost
    assert again.read("config.json") == b"kept"


def test_a_first_format_that_was_cut_short_anywhere_is_still_no_news() -> None:
    flash = Flash()
    flash.log = []
    LittleFiles(flash).format()
    image = Flash().image()
    for operation in flash.log:
        torn = bytearray(image)
        tear(torn, operation)
        for left in (bytes(image), torn):
            assert brought_up(Flash(image=left))[1] is False
        apply(image, operation)


def test_rubbish_is_formatted_and_that_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    flash = used()
    flash.corrupt(3)
    files, lost = brought_up(flash)
    assert lost
    assert "was damaged and is formatted" in capsys.readouterr().out
    assert files.names() == []
    files.write("config.json", b"new")
    assert brought_up(flash)[1] is False


@pytest.mark.parametrize("blocks", [(0, 1), (0,), (1,)])
def test_one_damaged_superblock_is_repaired_and_two_are_told(blocks: tuple[int, ...]) -> None:
    flash = used()
    image = flash.image()
    for block in blocks:
        image[block * BLOCK : block * BLOCK + 64] = bytes(64)
    files, lost = brought_up(Flash(image=image))
    assert lost == (len(blocks) == 2)
    files.write("config.json", b"new")
    assert files.read("config.json") == b"new"


def test_erased_superblocks_of_a_used_flash_are_told() -> None:
    flash = used()
    flash.erase(0)
    flash.erase(1)
    assert brought_up(flash)[1] is True


@pytest.mark.parametrize("blank", [True, False])
def test_where_nothing_can_be_written_the_pole_goes_on_without(blank: bool, capsys: pytest.CaptureFixture[str]) -> None:
    flash = Flash()
    if not blank:
        flash.corrupt(1)
    flash.protected = True
    files, lost = brought_up(flash)
    assert not lost
    assert "nothing can be stored" in capsys.readouterr().out
    assert files.read("config.json") is None and files.names() == [] and files.size("config.json") == 0
    files.remove("config.json")
    for write in (files.write, files.append):
        with pytest.raises(OSError):
            write("config.json", b"x")


def test_one_bad_read_does_not_cost_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    mount = LittleFiles.mount
    left = [OSError(5)]

    def bad(files: LittleFiles) -> None:
        if left:
            raise left.pop()
        mount(files)

    flash = used()
    monkeypatch.setattr(LittleFiles, "mount", bad)
    files, lost = brought_up(flash)
    assert not left and not lost
    assert files.read("counters.json") == b"[19]"


def test_a_flash_that_fails_in_use_refuses_writes_and_keeps_what_it_has() -> None:
    flash = used()
    files, _ = brought_up(flash)
    flash.protected = True
    for write in (files.write, files.append):
        with pytest.raises(OSError):
            write("config.json", b"x" * 500)
    assert files.read("counters.json") == b"[19]"


def test_a_board_without_the_partition_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    files, lost = brought_up(Flash(0))
    assert not lost and files.read("config.json") is None
    assert "there is no data partition" in capsys.readouterr().out


def test_a_store_whose_power_is_gone_writes_nothing_more() -> None:
    flash = used()
    files, _ = brought_up(flash)
    files.cut()
    before = flash.image()
    with pytest.raises(OSError):
        files.write("config.json", b"x")
    assert flash.image() == before


def test_both_runtimes_do_the_same_to_the_flash(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("store_exercise", EXERCISE)
    assert spec and spec.loader
    exercise = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exercise)
    here, there = Flash(BLOCKS), Flash(BLOCKS)
    here.log, there.log = [], []
    files, lost = brought_up(here)
    seen = [lost, exercise.run(files)]
    assert json.loads(on_micropython(there, EXERCISE, str(tmp_path / "data"))) == json.loads(json.dumps(seen))
    assert len(here.log) > 2000
    assert there.log == here.log  # the same geometry, to the byte
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "expected"), [("blank", "False"), ("rubbish", "True"), ("protected", "False"), ("none", "False")]
)
def test_micropython_brings_it_up_by_the_same_rule(kind: str, expected: str, tmp_path: Path) -> None:
    flash = Flash(0 if kind == "none" else 256)
    flash.protected = kind == "protected"
    if kind == "rubbish":
        flash.corrupt(1)
    script = tmp_path / "script.py"
    script.write_text(
        "import os, sys\nfrom pole.drivers.flash import storage\npartition = storage.Partition(sys.argv[2])\n"
        "print(storage.bring_up(partition))\nfiles = partition.store\n"
        "try:\n    files.write('a', b'x')\nexcept OSError:\n    print('refused')\n"
        "print(files.read('a'))\n"
        "files = storage.Partition(sys.argv[2])\nprint(storage.bring_up(files), files.store.read('a'))"
    )
    out = on_micropython(flash, script, str(tmp_path / "data")).splitlines()
    said = [line for line in out if not line.startswith("diya:")]
    if kind in ("protected", "none"):
        assert said == [expected, "refused", "None", "False None"]
        assert len(out) == 6
    else:
        assert said == [expected, "b'x'", "False b'x'"]  # the second time nothing is lost
    assert [file.name for file in tmp_path.iterdir()] == ["script.py"]
