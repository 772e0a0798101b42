"""`diya flash` as people use it: scan, flash, resume; and each refusal with its sentence and exit code."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import serial

from host_tools import cli
from host_tools.field.bundle.build import build
from host_tools.field.bundle.bundle import write
from host_tools.registry import Registry
from tests.bundles import ingredients, signer, small_bundle, small_site
from tests.host_tools.field.flashing.poles import has, plug_in, put, starts, virtual_pole

Flash = Callable[..., tuple[int, str, str]]
SMALL = 60_000  # bytes of the stand-in MicroPython
FAST = ("--baud", "4000000")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a memory and a registry of its own and a bundle of two poles."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIYA_STATE", str(tmp_path))
    monkeypatch.setenv("DIYA_REGISTRY", str(tmp_path / "registry.sqlite"))
    monkeypatch.delenv("DIYA_LANG", raising=False)
    small_bundle(tmp_path / "two.diya", ("esp32-devkitc", "esp32-devkitc"), size=SMALL)
    return tmp_path


@pytest.fixture
def flash(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Flash:
    def run(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = cli.run(["flash", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_two_boards_are_scanned_one_cable_is_pulled_and_the_rest_is_resumed(place: Path, flash: Flash) -> None:
    bundle = small_bundle(place / "two.diya", ("esp32-devkitc", "esp32-devkitc"), size=SMALL)
    good, _ = virtual_pole()
    bad, _ = virtual_pole(faults=["cable:60000"])
    ports = ("--port", good.url, "--port", bad.url)
    with good, bad:
        labels = "diya:elsewhere/P0001\nP0001\nP0001\ndiya:sagar/P0002\n"
        code, out, err = flash("two.diya", *ports, *FAST, "--by", "Asha", typed=labels)
        assert code == 11
        assert f"Scan the label of the pole on {good.url}" in err
        assert "The label is of the site elsewhere" in err  # and was asked for again
        assert "The label of P0001 was scanned for another port already" in err
        assert f"{good.url} P0001: P0001 is flashed in" in out and "`diya commission --port" in out
        assert f"{bad.url} P0002: The connection at {bad.url} was lost while the pole was written" in err
        assert has(good, bundle) and not starts(bad)
        registry = Registry(place / "registry.sqlite")
        assert [(entry.pole, entry.by) for entry in registry.entries()] == [("P0001", "Asha")]

        plug_in(bad)
        before = good.received
        code, out, err = flash("--resume", *FAST)
        assert (code, err.count("Scan")) == (0, 0) and "P0002 is flashed in" in out
        assert has(bad, bundle, "P0002") and good.received == before
        assert registry.mac_of("P0002", "sagar") == ":".join(f"{byte:02x}" for byte in bad.mac)
        assert flash("--resume")[0] == 1  # nothing is left

        code, out, _ = flash("two.diya", "--port", good.url, "--pole", "P0001", "--json", *FAST)
        (report,) = json.loads(out)
        assert code == 0
        assert {key: report[key] for key in ("pole", "outcome", "written", "first", "code")} == {
            "pole": "P0001", "outcome": "unchanged", "written": [], "first": False, "code": 0,
        }  # fmt: skip


def test_what_the_registry_knows_otherwise_is_a_question(place: Path, flash: Flash) -> None:
    bundle = small_bundle(place / "two.diya", ("esp32-devkitc", "esp32-devkitc"), size=SMALL)
    pole, _ = virtual_pole()
    mac = ":".join(f"{byte:02x}" for byte in pole.mac)
    registry = Registry(place / "registry.sqlite")
    registry.bind(mac, "P0001", "sagar", 1_790_000_000)
    with pole:
        put(pole, bundle)
        code, _, err = flash("two.diya", "--port", pole.url, "--pole", "P0002")
        assert code == 12 and f"The board {mac} is the pole P0001 of sagar since 2026-09-2" in err
        assert "is it P0002 of sagar from now on?" in err and has(pole, bundle)
        code, _, err = flash("two.diya", "--port", pole.url, "--next", "--lang", "hi")  # which would be P0002
        assert code == 12 and "क्या वह अब sagar के P0002 का है?" in err
        registry.bind("24:0a:c4:00:00:01", "P0001", "sagar", 1_791_000_000, replace=True)
        code, _, err = flash("two.diya", "--port", pole.url, "--pole", "P0001")
        assert code == 12 and "The pole P0001 of sagar has the board 24:0a:c4:00:00:01" in err
        code, out, _ = flash("two.diya", "--port", pole.url, "--pole", "P0001", "--replace")
        assert code == 0 and "has everything already" in out
        assert registry.pole_of(mac) == "P0001" and registry.mac_of("P0001", "sagar") == mac


def refused(pole_or_url: object, code: int, words: str, found: tuple[int, str, str]) -> None:
    """*found* is one sentence with *words*, and that exit code; the pole was not touched."""
    assert found[0] == code, found
    assert words in found[2] and found[1] == ""
    last = found[2].strip().splitlines()[-1]
    assert words in last and "Traceback" not in found[2]


def test_wrong_board_and_secured_chip(place: Path, flash: Flash) -> None:
    for faults, code, words in (
        (["chip:esp32c3"], 4, "is esp32c3, but the board esp32-devkitc has esp32"),
        (["secured:secure-boot"], 10, "has secure boot or flash encryption"),
    ):
        pole, _ = virtual_pole(faults=faults)
        with pole:
            blank = pole.flash.read(0, pole.flash.size)
            refused(pole, code, words, flash("two.diya", "--port", pole.url, "--pole", "P0001"))
            assert pole.flash.read(0, pole.flash.size) == blank


def test_busy_port_and_no_permission(place: Path, flash: Flash, monkeypatch: pytest.MonkeyPatch) -> None:
    pole, _ = virtual_pole(port="pty")
    with pole:
        words = ("two.diya", "--port", pole.url, "--pole", "P0001")
        with serial.Serial(pole.url, exclusive=True):
            refused(pole, 5, "is held by", flash(*words))
        real = os.access
        monkeypatch.setattr(os, "access", lambda path, *more, **named: path != pole.url and real(path, *more, **named))
        refused(pole, 6, "may be opened by", flash(*words))
        assert pole.received == 0
    pole, _ = virtual_pole()  # at a socket whose server hangs up on a second client
    with pole, serial.serial_for_url(pole.url):
        refused(pole, 5, "another program is connected", flash("two.diya", "--port", pole.url, "--pole", "P0001"))
        assert pole.received == 0


def test_truncated_and_foreign_bundles(place: Path, flash: Flash) -> None:
    pole, _ = virtual_pole()
    with pole:
        words = ("--port", pole.url, "--pole", "P0001")
        whole = (place / "two.diya").read_bytes()
        (place / "cut.diya").write_bytes(whole[: len(whole) // 2])
        refused(pole, 7, "cut.diya", flash("cut.diya", *words))
        (place / "ours.pem").write_bytes(signer(1).public)
        refused(pole, 8, "must be signed with", flash("two.diya", *words, "--trust", "ours.pem"))
        flash("two.diya", *words, "--pole", "P9999")  # believed from now on, though that pole is not in it
        write(place / "new.diya", build(ingredients(small_site(), SMALL), signer(1)))
        refused(pole, 8, "if the new key is the city's, name it by --trust", flash("new.diya", *words))
        assert pole.received == 0


def test_full_disk(place: Path, flash: Flash, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "somewhere")

    pole, _ = virtual_pole()
    with pole:
        blank = pole.flash.read(0, pole.flash.size)
        monkeypatch.setattr(Path, "write_bytes", full)
        refused(pole, 9, "There is no space left in", flash("two.diya", "--port", pole.url, "--pole", "P0001"))
        assert pole.flash.read(0, pole.flash.size) == blank


@pytest.mark.parametrize(
    ("words", "typed", "code", "sentence"),
    [
        (("two.diya", "--port", "socket://127.0.0.1:9"), "P0077\n", 1, "There is no pole P0077 in the bundle of sagar"),
        (("two.diya", "--port", "socket://127.0.0.1:9"), "", 1, "No label of a pole in the bundle was scanned"),
        (("two.diya", "--port", "socket://127.0.0.1:9"), "\n", 1, "No label of a pole in the bundle was scanned"),
        (("two.diya", "--port", "socket://192.0.2.1:9", "--pole", "P0001"), "", 1, "is no virtual pole"),
        (("two.diya", "--port", "/dev/null", "--pole", "P0001"), "", 1, "is no virtual pole"),
        (("two.diya", "--port", "a", "--port", "b", "--pole", "P0001"), "", 1, "There are several ports (a, b)"),
        (("two.diya", "--port", "a", "--port", "b", "--port", "c", "--next"), "", 1, "only 2 poles have no board yet"),
        (("two.diya", "--pole", "P0001", "--next"), "", 2, "Only one of --pole, --next and --resume"),
        (("--port", "a"), "", 2, "Name the bundle to flash"),
        (("--resume",), "", 1, "There is no last run to resume"),
        (("two.diya", "--port", "/dev/ttyNONE", "--pole", "P0001"), "", 1, "/dev/ttyNONE"),
    ],
)
def test_what_cannot_be_begun_is_told(
    flash: Flash, words: tuple[str, ...], typed: str, code: int, sentence: str
) -> None:
    found = flash(*words, typed=typed)
    assert found[0] == code and sentence in found[2], found
