"""The file of a release: what is changed, missing or another's is found before anything of it is used."""

from __future__ import annotations

import base64
import io
import os
import random
import zipfile
from pathlib import Path

import pytest

from host_tools.keys import signing
from host_tools.release import Release, container, open_release
from host_tools.release.errors import Damaged, Foreign, NoSpace, ReleaseError
from host_tools.release.manifest import Manifest
from host_tools.release.package import Package
from host_tools.signed_zip import container as signed_zip
from tests.bundles import signer
from tests.host_tools.release.releases import SERIAL, app, members_of, packed, release

BOARDS = ("esp32-devkitc", "virtual")


def opened(data: bytes, trusted: bytes | None = None) -> Release:
    return container.unpack(data, "r.update", trusted)


def test_what_was_packed_comes_out(tmp_path: Path) -> None:
    (tmp_path / "r.update").write_bytes(packed(app(), BOARDS))
    (tmp_path / "city.pem").write_bytes(signer().public)
    found = open_release(tmp_path / "r.update", tmp_path / "city.pem")
    assert (found.version, found.serial, found.site, found.boards) == ("0.2.0", SERIAL, "sagar", BOARDS)
    for board in BOARDS:
        message = found.message(board)
        assert message["manifest"] == found.manifest(board).text and found.manifest(board).board == board
        signature = base64.b64decode(message["signature"])
        assert len(signature) == 384 and signing.genuine(message["manifest"].encode(), signature, found.public)
        assert found.files(board) == app()
        pieces = found.pieces(board)
        assert [topic for topic, _ in pieces] == [
            f"_update/{found.content(board)[:16]}/{number}" for number in range(len(pieces))
        ]
        assert b"".join(data for _, data in pieces).startswith(found.package(board).listing)


def test_the_same_content_gives_the_same_bytes() -> None:
    assert packed(app(), BOARDS) == packed(dict(reversed(app().items())), BOARDS[::-1])


def test_a_board_that_is_not_in_it_is_named() -> None:
    with pytest.raises(ReleaseError, match="the board is 'other' and must be one of virtual"):
        release(app()).pieces("other")


def test_any_flipped_bit_and_any_cut_is_found() -> None:
    data = packed(app())
    draw = random.Random(7)
    for at in [*range(60), *(draw.randrange(len(data)) for _ in range(300)), *range(len(data) - 80, len(data))]:
        changed = bytearray(data)
        changed[at] ^= 1 << draw.randrange(8)
        try:
            found = opened(bytes(changed), signer().public)
        except ReleaseError:
            continue
        # a date, or a field of the zip that says nothing of the content
        assert found.files("virtual") == app() and found.message("virtual") == opened(data).message("virtual")
    for share in (0.0, 0.1, 0.5, 0.99):
        with pytest.raises(Damaged):
            opened(data[: int(len(data) * share)])


def test_a_foreign_signer_is_refused_where_a_key_is_trusted() -> None:
    data = packed(app(), by=signer(1))
    assert opened(data).public == signer(1).public
    with pytest.raises(Foreign, match="must be signed with") as caught:
        opened(data, signer(0).public)
    assert caught.value.code == 8


def signed(members: dict[str, bytes], boards: object = ("virtual",)) -> bytes:
    """A release's file with those *members*, signed whatever they are."""
    left = {name: data for name, data in members.items() if name not in ("release.json", "signature", "public.pem")}
    return signed_zip.pack(container.KIND, {"boards": boards}, left, signer())


def test_what_is_signed_and_makes_no_sense_is_refused_in_a_sentence() -> None:
    members = members_of(packed(app()))
    draw = random.Random(3)
    for name in ("manifest", "signature", "list", "pieces/0", "pieces/3"):
        with pytest.raises(ReleaseError, match=r"missing|not all there|not the bytes"):
            opened(signed({one: data for one, data in members.items() if one != f"virtual/{name}"}))
        for _ in range(20):
            changed = bytearray(members[f"virtual/{name}"])
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
            with pytest.raises(ReleaseError):
                opened(signed({**members, f"virtual/{name}": bytes(changed)}))
    with pytest.raises(Damaged, match="virtual/x is of no board"):
        opened(signed({**members, "virtual/x": b""}))
    for boards in (None, [], [1], "virtual", ["nowhere"], ["../virtual"]):
        with pytest.raises(Damaged):
            opened(signed(members, boards))


def test_a_manifest_for_another_list_board_or_size_is_refused() -> None:
    found = release(app())
    about, made = found.manifest("virtual"), found.package("virtual")
    for other, words in (
        (about._replace(board="esp32-devkitc"), "board is esp32-devkitc and must be virtual"),
        (about._replace(content="0" * 64), "content is 0"),
        (about._replace(listed=5), "list is 5 and must be"),
        (about._replace(size=5), "bytes is 5 and must be"),
    ):
        with pytest.raises(Damaged, match=words):
            opened(container.pack({"virtual": other}, {"virtual": made}, signer()))


def test_boards_of_two_versions_are_no_release() -> None:
    found = release(app(), boards=BOARDS)
    manifests: dict[str, Manifest] = {board: found.manifest(board) for board in BOARDS}
    packages: dict[str, Package] = {board: found.package(board) for board in BOARDS}
    manifests["virtual"] = manifests["virtual"]._replace(version="0.3.0")
    with pytest.raises(Damaged, match="version is not the same for each board"):
        opened(container.pack(manifests, packages, signer()))


def test_a_bundle_or_another_zip_is_no_release() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        new.writestr("bundle.json", "{}")
    with pytest.raises(Damaged, match=r"r\.update is no release: it has no release\.json"):
        opened(out.getvalue())
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("virtual/x", bytes(1 << 20))
    with pytest.raises(Damaged, match="virtual/x is compressed"):
        opened(out.getvalue())


def test_what_is_no_file_is_not_read_and_a_full_disk_has_its_code(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ReleaseError, match="is not a file"):
        open_release(tmp_path / "pipe")
    with pytest.raises(ReleaseError, match="cannot be read: No such file"):
        open_release(tmp_path / "none")
    with pytest.raises(NoSpace) as caught:
        container.write(Path("/dev/full"), b"1")
    assert caught.value.code == 9
    with pytest.raises(ReleaseError, match="cannot be written"):
        container.write(tmp_path / "no" / "r.update", b"1")
