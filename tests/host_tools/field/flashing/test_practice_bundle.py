"""A bundle for practice is written to virtual poles alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from host_tools.field.flashing.errors import FlashError
from host_tools.field.flashing.practice_bundle import check_practice
from host_tools.field.ports import PortInfo


@pytest.mark.parametrize("device", ["socket://127.0.0.1:5301", "rfc2217://localhost:4000", "socket://[::1]:5301"])
def test_a_network_port_of_this_machine_may_be_a_virtual_pole(device: str) -> None:
    check_practice(PortInfo(device))


def test_a_pseudo_terminal_may_be_one_by_any_name(tmp_path: Path) -> None:
    master, slave = os.openpty()
    try:
        (tmp_path / "pole").symlink_to(os.ttyname(slave))
        check_practice(PortInfo(os.ttyname(slave)))
        check_practice(PortInfo(str(tmp_path / "pole")))
    finally:
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize(
    "port",
    [
        PortInfo("/dev/ttyUSB0", vid=0x10C4, pid=0xEA60), PortInfo("/dev/ttyS0"), PortInfo("COM3"),
        PortInfo("socket://192.0.2.7:5301"), PortInfo("rfc2217://gateway:4000"), PortInfo("/dev/pts/1", vid=0x303A),
    ],
)  # fmt: skip
def test_no_other_port_is(port: PortInfo) -> None:
    with pytest.raises(FlashError, match=r"for practice, and .* is no virtual pole.*nothing was written"):
        check_practice(port)
