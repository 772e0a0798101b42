"""Busy and forbidden ports: who holds one, and what to do to be let in."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from host_tools.errors import PortBusy, PortError, PortForbidden
from host_tools.field.ports import check_access, groups
from host_tools.field.ports.port_access import why
from host_tools.language import Language

NOBODY = 65534
HOLD = "import os, sys; os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def device() -> Iterator[str]:
    master, slave = os.openpty()
    name = os.ttyname(slave)
    os.close(slave)
    yield name
    os.close(master)


def test_a_free_port_is_free(device: str) -> None:
    check_access(device)


def test_a_program_without_any_lock_is_found_and_named(device: str) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, device], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdin is not None
        other.stdout.readline()
        with pytest.raises(PortBusy, match=rf"{device} is held by python\S* \(PID {other.pid}\)") as caught:
            check_access(device)
        assert caught.value.code == 5
        other.stdin.close()
    check_access(device)


def test_a_script_is_called_by_its_own_name(device: str, tmp_path: Path) -> None:
    script = f"{tmp_path}/terminal_program.py"
    with open(script, "w") as file:
        file.write(HOLD)
    with subprocess.Popen([sys.executable, script, device], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdin is not None
        other.stdout.readline()
        with pytest.raises(PortBusy, match="held by terminal_program"):
            check_access(device)
        other.stdin.close()


@contextmanager
def plain_user() -> Iterator[None]:
    """Without root's rights for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_without_permission_the_group_to_join_is_named_in_the_users_language(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import grp

    group = next(group for group in grp.getgrall() if group.gr_gid not in (0, NOBODY))
    monkeypatch.setattr(groups, "enrolled", lambda name: False)
    if os.geteuid() == 0:
        os.chown(device, 0, group.gr_gid)
    os.chmod(device, 0o060)
    cure = r"`sudo usermod -aG \S+ \S+`"
    with plain_user(), pytest.raises(PortForbidden, match=rf"{cure}, then log out and in again") as caught:
        check_access(device)
    assert caught.value.code == 6
    assert re.search(rf"{cure} चलाएँ", Language("hi").tell(caught.value))
    monkeypatch.setattr(groups, "enrolled", lambda name: True)
    with plain_user(), pytest.raises(PortForbidden, match="which you joined after this login: log out and in again"):
        check_access(device)


def test_a_port_of_its_owner_alone_names_no_group(device: str) -> None:
    os.chmod(device, 0)
    with plain_user(), pytest.raises(PortForbidden, match="its owner only"):
        check_access(device)


@pytest.mark.parametrize(
    ("number", "words", "kind", "said"),
    [
        (errno.EBUSY, "", PortBusy, "sudo fuser -v"),
        (None, "could not open port 'COM3': PermissionError(13, 'Access is denied.')", PortBusy, "another program"),
        (None, "could not open port 'COM9': FileNotFoundError(2, 'not found')", PortError, "there is no port"),
        (errno.ENXIO, "", PortError, "there is no port"),
        (errno.EIO, "Input/output error", PortError, "Input/output error"),
    ],
)
def test_what_the_system_says_becomes_a_sentence(
    number: int | None, words: str, kind: type[PortError], said: str
) -> None:
    error = why("/dev/ttyNONE", number, words)
    assert isinstance(error, kind) and error.code == kind.code
    assert said in str(error)


@pytest.mark.skipif(sys.platform != "linux", reason="by the numbers that Linux gives its drivers")
@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/tmp"])
def test_a_device_that_is_no_serial_port_is_not_said_to_be_busy(device: str) -> None:
    with pytest.raises(PortError, match=f"the port {device} is not a serial port"):
        check_access(device)
