"""A zip that is no bundle is refused by its directory, before a member of it is read."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from host_tools.field.bundle import Bundle, Damaged, container
from host_tools.field.bundle.errors import BundleError
from host_tools.signed_zip import archive as module
from host_tools.signed_zip.archive import good_name
from tests.bundles import signer, small_bundle


def made(fill: Callable[[zipfile.ZipFile], object], compress: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compress) as new:
        fill(new)
    return out.getvalue()


def link(new: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("vfs/a")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    new.writestr(entry, "/etc/passwd")


def encrypted(data: bytes) -> bytes:
    """*data* with the flag "encrypted" in its only entry, and in that entry's own header."""
    at = data.index(b"PK\x01\x02")
    out = bytearray(data)
    out[at + 8] |= 1
    out[data.index(b"PK\x03\x04") + 6] |= 1
    return bytes(out)


def overlapping(copies: int) -> bytes:
    """A zip whose *copies* entries are all one member: its files have more bytes than it has."""
    data = made(lambda new: new.writestr("vfs/aaaa", bytes(100_000)))
    at, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = data[at:end]
    entries = b"".join(entry.replace(b"vfs/aaaa", b"vfs/%04d" % number) for number in range(copies))
    tail = bytearray(data[end:])
    tail[8:12] = copies.to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    return data[:at] + entries + bytes(tail)


def lying_zip64() -> bytes:
    """A directory that is small by its end, and huge by its zip64 record."""
    data = made(lambda new: new.writestr("a", b"1"))
    end = data.index(b"PK\x05\x06")
    at, size = data.index(b"PK\x01\x02"), end - data.index(b"PK\x01\x02")
    record = module._END_64.pack(b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 1 << 40, at)
    locator = module._LOCATOR.pack(b"PK\6\7", 0, at + size, 1)
    return data[:end] + record + locator + data[end:]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (made(lambda new: new.writestr("vfs/x", bytes(50 << 20)), zipfile.ZIP_DEFLATED), "vfs/x is compressed"),
        (made(lambda new: new.writestr("vfs/x", bytes(1 << 20)), zipfile.ZIP_BZIP2), "vfs/x is compressed"),
        (overlapping(3), "more bytes than the"),
        (overlapping(1000), "more bytes than the"),
        (made(link), "vfs/a is a link"),
        (encrypted(made(lambda new: new.writestr("vfs/a", b"1"))), "vfs/a is encrypted"),
        (made(lambda new: (new.writestr("a", b"1"), new.writestr("b", b"1"))).replace(b"b", b"a"), "holds a twice"),
        (made(lambda new: new.writestr("../a", b"1")), "'../a' is no name"),
        (made(lambda new: new.writestr("/etc/a", b"1")), "'/etc/a' is no name"),
        (made(lambda new: new.writestr("vfs\x1b]0;x\x07", b"1")), "'vfs?]0;x?' is no name"),
        (made(lambda new: new.mkdir("vfs")), "is no name"),
        (lying_zip64(), "its list of members has more than"),
        (made(lambda new: new.writestr("a", b"1")) + b"PK", "is damaged or cut short"),
        (b"", "is damaged or cut short (0 bytes)"),
        (b"PK\5\6" + b"\xff" * 16 + b"\0\0", "its list of members has more than"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_no_bundle_by_its_directory_is_refused_unread(
    data: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.Archive, "read", lambda *_: pytest.fail("a member was read"))
    with pytest.raises(Damaged) as caught:
        container.unpack(data, "b.diya", None)
    assert words in str(caught.value) and caught.value.code == 7


@pytest.mark.parametrize("name", ["a", "vfs/app/x.mpy", "micropython/esp32/bootloader.bin", "poles/P-1_2.json", "_x/y"])
def test_names_of_a_bundles_files(name: str) -> None:
    assert good_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "/a", "a/", "a//b", "../a", "a/../b", "a\\b", "C:a", "a\n", "a b", "ñ", "a" * 200, "/".join("abcdefghi")],
)
def test_names_that_no_file_of_a_bundle_has(name: str) -> None:
    assert not good_name(name)


def test_nothing_but_three_small_files_is_read_before_the_signature_is_genuine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_bundle(tmp_path / "b.diya")
    read: list[str] = []
    real = module.Archive.read
    monkeypatch.setattr(module.Archive, "read", lambda self, name: read.append(name) or real(self, name))
    with pytest.raises(BundleError):
        Bundle.open(tmp_path / "b.diya", _other(tmp_path))
    assert set(read) == {"bundle.json", "signature", "public.pem"}


def _other(folder: Path) -> Path:
    (folder / "other.pem").write_bytes(signer(1).public)
    return folder / "other.pem"


def test_what_is_not_a_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "."):
        with pytest.raises(BundleError, match="is not a file"):
            Bundle.open(tmp_path / name)
