"""The file of a bundle: nothing of it can be changed, taken away or added without being found."""

import io
import zipfile
from pathlib import Path

import pytest

from host_tools.field.bundle import Bundle, Damaged, Foreign, container
from host_tools.field.bundle.errors import BundleError
from host_tools.keys import signing
from tests.bundles import signer, small_bundle

MANIFEST = {"site": "sagar", "poles": {}, "firmware": "1"}
MEMBERS = {"one": b"1" * 100, "two/three": b"23" * 100}


def packed(number: int = 0) -> bytes:
    return container.pack(MANIFEST, MEMBERS, signer(number))


def with_members(data: bytes, change: dict[str, bytes | None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        files = {name: old.read(name) for name in old.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, content in {**files, **change}.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def test_what_was_packed_comes_out() -> None:
    manifest, files = container.unpack(packed(), "b.diya", signer().public)
    assert {name: files[name] for name in MEMBERS} == MEMBERS
    assert manifest["site"] == "sagar"


@pytest.mark.parametrize("name", ["one", "two/three"])
def test_a_member_that_was_tampered_with_is_named(name: str) -> None:
    changed = with_members(packed(), {name: b"other"})
    with pytest.raises(Damaged, match=rf"^b\.diya was changed: the SHA-256 of {name} is not that on its signed list"):
        container.unpack(changed, "b.diya", None)


def test_one_that_is_missing_and_one_too_many_are_named() -> None:
    with pytest.raises(Damaged, match="one is missing"):
        container.unpack(with_members(packed(), {"one": None}), "b.diya", None)
    with pytest.raises(Damaged, match="extra is not on its signed list"):
        container.unpack(with_members(packed(), {"extra": b""}), "b.diya", None)
    with pytest.raises(Damaged, match="it has no signature"):
        container.unpack(with_members(packed(), {"signature": None}), "b.diya", None)


def test_a_changed_list_breaks_the_signature() -> None:
    with zipfile.ZipFile(io.BytesIO(packed())) as archive:
        text = archive.read("bundle.json")
    for changed in (text.replace(b"sagar", b"sagas"), b'{"format": 1, "members": {}}', b"no JSON"):
        with pytest.raises(Foreign, match="has a broken signature") as caught:
            container.unpack(with_members(packed(), {"bundle.json": changed}), "b.diya", None)
        assert caught.value.code == 8


def test_a_foreign_signature_is_refused_where_a_key_is_trusted() -> None:
    with pytest.raises(Foreign, match=r"must be signed with .*: it is not of this city") as caught:
        container.unpack(packed(1), "b.diya", signer(0).public)
    assert caught.value.code == 8
    swapped = with_members(packed(1), {"public.pem": signer(0).public})
    with pytest.raises(Foreign, match="broken signature"):
        container.unpack(swapped, "b.diya", signer(0).public)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_file_that_was_cut_is_damaged(share: float) -> None:
    data = packed()
    with pytest.raises(Damaged, match="is damaged or cut short") as caught:
        container.unpack(data[: int(len(data) * share)], "b.diya", None)
    assert caught.value.code == 7


def test_any_flipped_byte_of_the_contents_is_found() -> None:
    data = bytearray(packed())
    at = data.index(b"23" * 100) + 7
    data[at] ^= 1
    with pytest.raises(Damaged):
        container.unpack(bytes(data), "b.diya", None)


def test_the_same_content_gives_the_same_bytes() -> None:
    assert packed() == container.pack(MANIFEST, dict(reversed(MEMBERS.items())), signer())


def test_a_newer_format_asks_for_a_newer_diya(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "FORMAT", 2)
    newer = packed()
    monkeypatch.undo()
    with pytest.raises(BundleError, match=r"is of format 2 and this diya reads 1: update diya"):
        container.unpack(newer, "b.diya", None)


def test_a_bundle_is_opened_with_the_public_key_or_the_private_one(tmp_path: Path) -> None:
    small_bundle(tmp_path / "b.diya")
    key = tmp_path / "signing.pem"
    other = signing.read_signer(key, new=True)
    assert key.stat().st_mode & 0o777 == 0o600
    assert signing.read_signer(key, new=True).public == other.public  # a second run changes nothing
    (tmp_path / "city.pem").write_bytes(signer().public)
    assert Bundle.open(tmp_path / "b.diya", tmp_path / "city.pem").site == "sagar"
    with pytest.raises(Foreign):
        Bundle.open(tmp_path / "b.diya", key)
    with pytest.raises(BundleError, match="cannot be read: No such file"):
        Bundle.open(tmp_path / "c.diya")
