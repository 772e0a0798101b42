"""The small parts: SLIP, esptool's words, figures of a row, what is remembered, which pole it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from host_tools.errors import DiyaError
from host_tools.field.flashing import loader_chips, slip
from host_tools.field.flashing.baud_rates import rates
from host_tools.field.flashing.choose_pole import next_poles, pole_on_label, scanned
from host_tools.field.flashing.errors import FlashError
from host_tools.field.flashing.esptool_output import Said
from host_tools.field.flashing.flasher_stub import stub_for
from host_tools.field.flashing.last_run import Done, Memory
from host_tools.field.flashing.progress import Row
from host_tools.field.flashing.progress_screen import figures, table
from host_tools.field.ports import PortInfo
from host_tools.language import Language
from host_tools.registry import Registry

A, B, C = (PortInfo(name) for name in ("/dev/ttyA", "/dev/ttyB", "/dev/ttyC"))
POLES = ("P0001", "P0002", "P0003")


def test_slip_carries_every_byte_in_pieces_of_any_length() -> None:
    packets = [bytes(range(256)), b"\xc0\xdb\xdc\xdd" * 3, b"x"]
    line = b"boot log\r\n" + b"".join(slip.frame(packet) for packet in packets)
    for length in (1, 2, 7, len(line)):
        frames = slip.Frames()
        found = [packet for at in range(0, len(line), length) for packet in frames.feed(line[at : at + length])]
        assert found == packets


def test_slip_finds_its_feet_after_a_lost_end() -> None:
    frames = slip.Frames()
    line = b"\xc0first" + slip.frame(b"second") + slip.frame(b"third")
    assert b"third" in frames.feed(line)


@pytest.mark.parametrize(
    ("identity", "size"), [(0x164020, 4 << 20), (0x1740EF, 8 << 20), (0x184068, 16 << 20), (0x000000, 0), (0xFFFFFF, 0)]
)
def test_size_of_a_flash_chip(identity: int, size: int) -> None:
    assert loader_chips.flash_bytes(identity) == size


def test_every_chip_has_a_stub() -> None:
    for name in loader_chips.FACTS:
        stub = stub_for(name)
        assert stub is not None and stub.segments and stub.entry
    assert stub_for("esp99") is None


def test_what_esptool_says() -> None:
    said = Said()
    for line in (
        "Connected to ESP32 on socket://127.0.0.1:1:", "Uploading stub flasher...",
        "Writing '/tmp/x/0f/micropython' at 0x00010000...", "Compressed 1636720 bytes to 1083239...",
        "Writing at 0x00049d4b [====>      ]  12.1% 131072/1083239 bytes...",
    ):  # fmt: skip
        said.line(line)
    assert (said.phase, said.region, said.verified) == ("writing", "micropython", [])
    said.line("Verifying written data...")
    said.line("Hash of data verified.")
    assert (said.phase, said.verified, said.over) == ("verifying", ["micropython"], False)
    said.line("Staying in flasher stub.")
    assert said.over


@pytest.mark.parametrize(
    ("line", "noise", "damaged"),
    [
        ("A fatal error occurred: Packet content transfer stopped (received 8 bytes).", True, False),
        ("ERROR: A fatal error occurred: Failed to write compressed data to flash after seq 3", True, False),
        ("ERROR: A fatal error occurred: MD5 of file does not match data in flash!", False, True),
        ("A fatal error occurred: 'x' requires chip revision v3.0 or higher", False, False),
    ],
)
def test_why_esptool_ended(line: str, noise: bool, damaged: bool) -> None:
    said = Said()
    said.line(line)
    assert (said.noise, said.damaged) == (noise, damaged) and said.why


def test_a_row_tells_speed_and_remaining_time() -> None:
    now = 100.0
    row = Row("/dev/ttyA", "P0001", baud=921600, clock=lambda: now)
    row.write(900_000)
    assert figures(row, Language("en")) == ("", "")
    now = 104.0
    row.progress(360_000)
    assert figures(row, Language("en")) == ("90 kB/s at 921600 baud", "6 s left")
    assert figures(row, Language("hi")) == ("921600 बॉड पर 90 kB/s", "6 सेकंड बाकी")
    assert table([row], Language("hi"))


def test_rates_begin_where_the_adapter_stood_it_and_go_down() -> None:
    assert rates(None, None) == (921600, 460800, 115200)
    assert rates(None, 460800) == (460800, 115200)
    assert rates(2_000_000, 115200) == (2_000_000, 921600, 460800, 115200)


def test_memory_outlives_a_run_and_forgives_a_damaged_file(tmp_path: Path) -> None:
    file = tmp_path / "a" / "flashing.json"
    memory = Memory(file)
    memory.keep_baud("usb:1", 460800)
    memory.begin(Path("b.diya"), True)
    memory.note(Done("P0001", "/dev/ttyA", "usb:1"))
    memory.note(Done("P0001", "/dev/ttyA", "usb:1", True))
    again = Memory(file)
    assert again.baud_of("usb:1") == 460800 and again.baud_of("usb:2") is None
    assert again.last()[1:] == (True, [Done("P0001", "/dev/ttyA", "usb:1", True)])
    for damaged in ([1], {"baud": [], "signers": 5, "run": {"bundle": 1, "eraseData": 0, "poles": [{"pole": 1}]}}):
        file.write_text(json.dumps(damaged))
        again = Memory(file)
        assert again.baud_of("usb:1") is None and again.signer_of("sagar") is None
        with pytest.raises(FlashError, match="no last run"):
            again.last()
        again.keep_baud("usb:1", 115200)
        again.keep_signer("sagar", "ab")
        assert (Memory(file).baud_of("usb:1"), Memory(file).signer_of("sagar")) == (115200, "ab")
    file.write_text(json.dumps([1]))
    assert Memory(file).baud_of("usb:1") is None
    with pytest.raises(FlashError, match="no last run"):
        Memory(file).last()


def test_two_flashes_at_a_time_forget_nothing_of_each_other(tmp_path: Path) -> None:
    file = tmp_path / "flashing.json"
    one, other = Memory(file), Memory(file)
    one.keep_signer("sagar", "ab")
    other.keep_signer("indore", "cd")
    one.keep_baud("usb:1", 460800)
    other.keep_baud("usb:2", 115200)
    after = Memory(file)
    assert (after.signer_of("sagar"), after.signer_of("indore")) == ("ab", "cd")
    assert (after.baud_of("usb:1"), after.baud_of("usb:2")) == (460800, 115200)


def test_labels_are_scanned_port_by_port() -> None:
    lines = iter(["diya:hill/P0002\n", "\n", "nonsense label\n", "P0002\n", "p0001\n", "P0001\n"])
    wrong: list[str] = []
    complain = wrong.append
    found = list(scanned([A, B, C], "hill", POLES, lambda _: next(lines, None), lambda error: complain(str(error))))
    assert found == [(A, "P0002"), (C, "P0001")]  # B was passed over
    assert len(wrong) == 3 and "scanned for another port already" in wrong[1]
    assert list(scanned([A], "hill", POLES, lambda _: None, pytest.fail)) == []


def test_a_label_of_another_site_is_refused() -> None:
    assert pole_on_label("DIYA:hill/P0003", "hill", POLES) == "P0003"
    with pytest.raises(DiyaError, match="of the site dale"):
        pole_on_label("diya:dale/P0001", "hill", POLES)


def test_next_poles_are_those_without_a_board(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "r.sqlite")
    registry.bind("24:0a:c4:00:00:01", "P0002", "hill", 1_790_000_000)
    registry.bind("24:0a:c4:00:00:02", "P0001", "dale", 1_790_000_000)
    assert next_poles([A, B], "hill", POLES, registry) == [(A, "P0001"), (B, "P0003")]
    with pytest.raises(FlashError, match="only 2 poles"):
        next_poles([A, B, C], "hill", POLES, registry)
