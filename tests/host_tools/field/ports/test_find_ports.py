"""Ports by the names people know them by, and a key by which an adapter is known again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from host_tools.field.flashing.chip_session import own_usb
from host_tools.field.ports import PortInfo, adapter_key, different, find, port_info, true_name
from host_tools.field.ports.adapters import adapter_name, probable_chip


def usb(device: str, vid: int | None, pid: int | None, **more: Any) -> SimpleNamespace:
    more = {"product": None, "serial_number": None, "location": None, **more}
    return SimpleNamespace(device=device, vid=vid, pid=pid, **more)


def test_usb_adapters_are_found_with_their_names_and_other_ports_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [
        usb("/dev/ttyUSB1", 0x1A86, 0x7523, product="USB Serial", location="1-2"),
        usb("/dev/ttyUSB0", 0x10C4, 0xEA60, product="CP2102N USB to UART Bridge Controller", serial_number="a1b2c3d4"),
        usb("/dev/ttyACM0", 0x303A, 0x1001, product="USB JTAG/serial debug unit", serial_number="24:EC:4A:00:11:22"),
        usb("/dev/ttyS0", None, None),
    ])  # fmt: skip
    assert [str(port) for port in find()] == [
        "/dev/ttyACM0, USB serial of the chip (Espressif)",
        "/dev/ttyUSB0, CP2102N (Silicon Labs)",
        "/dev/ttyUSB1, CH340 (WCH)",
    ]
    assert port_info("/dev/ttyUSB0").serial == "a1b2c3d4"
    assert port_info("socket://127.0.0.1:5301") == PortInfo("socket://127.0.0.1:5301")


def test_an_unknown_adapter_keeps_what_it_calls_itself() -> None:
    assert adapter_name(0x1234, 0x5678, "Some Bridge") == "Some Bridge"
    assert adapter_name(0x1234, 0x5678) == "USB device 1234:5678"


def test_the_chip_is_named_only_where_the_numbers_tell() -> None:
    assert probable_chip(0x303A, 0x0009) == "esp32s3"
    assert probable_chip(0x303A, 0x1001) == ""  # a C3's looks the same as an S3's
    assert probable_chip(0x10C4, 0xEA60) == ""


def test_an_adapter_is_known_again_by_its_serial_number_wherever_it_is() -> None:
    here = PortInfo("/dev/ttyUSB0", serial="a1b2c3d4", vid=0x10C4, pid=0xEA60, location="1-1")
    there = PortInfo("/dev/ttyUSB3", serial="a1b2c3d4", vid=0x10C4, pid=0xEA60, location="3-2.4")
    assert adapter_key(here) == adapter_key(there)


@pytest.mark.parametrize("serial", ["", "0001", "00000000", "12345678"])
def test_adapters_without_a_serial_number_of_their_own_are_told_apart_by_their_socket(serial: str) -> None:
    one = PortInfo("/dev/ttyUSB0", serial=serial, vid=0x1A86, pid=0x7523, location="1-1")
    other = PortInfo("/dev/ttyUSB1", serial=serial, vid=0x1A86, pid=0x7523, location="1-2")
    again = PortInfo("/dev/ttyUSB7", serial=serial, vid=0x1A86, pid=0x7523, location="1-1")
    assert adapter_key(one) != adapter_key(other)
    assert adapter_key(one) == adapter_key(again)


def test_a_network_port_is_its_own_key() -> None:
    assert adapter_key("socket://127.0.0.1:5301") == "socket://127.0.0.1:5301"


@pytest.fixture
def linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[str]]:
    """A chip's own USB, and names that lead to it as udev makes them: by id, by path, one after the other."""
    folder = tmp_path.resolve()
    real = folder / "ttyACM0"
    real.touch()
    for name in ("by-id", "by-path"):
        (folder / name).mkdir()
    by_id = folder / "by-id" / "usb-Espressif_USB_JTAG_serial_debug_unit_24:6F:28:AA:BB:02-if00"
    by_path = folder / "by-path" / "pci-0000:00:14.0-usb-0:1:1.0"
    by_id.symlink_to("../ttyACM0")
    by_path.symlink_to("../ttyACM0")
    (folder / "pole").symlink_to(by_id)
    port = usb(str(real), 0x303A, 0x1001, product="USB JTAG/serial debug unit", serial_number="24:6F:28:AA:BB:02")
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [port])
    return str(real), [str(by_id), str(by_path), str(folder / "pole"), str(folder / "by-id" / ".." / "ttyACM0")]


def test_a_port_is_the_same_by_every_link_to_it(linked: tuple[str, list[str]]) -> None:
    real, links = linked
    for link in links:
        found = port_info(link)
        assert own_usb(found) and found.device == link
        assert adapter_key(found) == adapter_key(real) == adapter_key(link)
    assert different([links[0], real, *links, "socket://h:1", "socket://h:1"]) == [
        port_info(links[0]), PortInfo("socket://h:1"),
    ]  # fmt: skip


def test_a_link_to_a_port_that_is_not_listed_has_its_key(tmp_path: Path) -> None:
    (tmp_path / "pts").touch()
    (tmp_path / "link").symlink_to("pts")
    assert adapter_key(str(tmp_path / "link")) == adapter_key(str(tmp_path / "pts"))


@pytest.mark.parametrize(
    ("platform", "one", "other"),
    [
        ("darwin", "/dev/tty.usbmodem101", "/dev/cu.usbmodem101"),
        ("win32", "com3", "COM3"),
        ("win32", r"\\.\COM12", "COM12"),
    ],
)
def test_names_of_one_port_on_other_systems(
    monkeypatch: pytest.MonkeyPatch, platform: str, one: str, other: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    assert true_name(one) == true_name(other)


def test_each_port_of_an_adapter_with_several_has_its_own_key() -> None:
    one = PortInfo("/dev/ttyUSB0", serial="FT7ABCDE", vid=0x0403, pid=0x6011, location="1-1:1.0")
    other = PortInfo("/dev/ttyUSB1", serial="FT7ABCDE", vid=0x0403, pid=0x6011, location="1-1:1.1")
    elsewhere = PortInfo("/dev/ttyUSB5", serial="FT7ABCDE", vid=0x0403, pid=0x6011, location="3-2:1.1")
    assert adapter_key(one) != adapter_key(other) == adapter_key(elsewhere)
