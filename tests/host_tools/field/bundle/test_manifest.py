"""A bundle that is signed and makes no sense is refused in one sentence, with the code of a damaged file."""

from __future__ import annotations

import copy
import json
import random
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from host_tools.errors import DiyaError
from host_tools.field.bundle import Bundle, Damaged, container
from host_tools.field.images.esp_image import ImageError
from tests.bundles import signer, small_bundle

NONSENSE = (None, True, -1, 0, 1.5, 10**400, "", "x" * 5000, "\x1b[2J", [], [[]], {}, {"a": {"a": None}}, "\u202e")


@lru_cache
def content() -> tuple[dict[str, Any], dict[str, bytes]]:
    with TemporaryDirectory() as folder:
        small_bundle(Path(folder) / "b.diya", ("esp32-devkitc", "esp32-s3-devkitc"), size=60_000)
        with zipfile.ZipFile(Path(folder) / "b.diya") as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("bundle.json"))
    del files["signature"], files["public.pem"], manifest["members"], manifest["format"]
    return manifest, files


def signed(path: Path, manifest: dict[str, Any], files: dict[str, bytes]) -> Path:
    path.write_bytes(container.pack(manifest, files, signer()))
    return path


def change(manifest: dict[str, Any], *path: str, to: Any) -> None:
    *above, last = path
    for name in above:
        manifest = manifest[name]
    if to is KeyError:
        del manifest[last]
    else:
        manifest[last] = to


@pytest.mark.parametrize(
    ("path", "to", "words"),
    [
        (("site",), 5, "site is 5 and must be text"),
        (("site",), KeyError, "site is None and must be text"),
        (("title",), "\x1b]0;owned\x07", "holds control characters"),
        (("title",), "sagar\u202egras", "holds control characters"),
        (("poles",), [], "poles is list and must name one pole at least"),
        (("poles",), {}, "poles is dict and must name one pole"),
        (("poles", "P0001"), 7, "the board of 'P0001' is None and must be text"),
        (("poles", "P0001", "board"), ["x"], "is list and must be text"),
        (("poles", "P0001", "board"), "../x", "boards/../x.json is missing"),
        (("poles", "P0003"), {"board": "esp32-devkitc"}, "poles/P0003.json is missing"),
        (("micropython",), None, "micropython is None and must name"),
        (("micropython", "esp99"), {}, "the chip 'esp99' must be one of"),
        (("micropython", "esp32", "version"), 1, "the image for esp32 must have version, mpy, sha256"),
        (("micropython", "esp32"), KeyError, "micropython/esp32/bootloader.bin is missing"),
    ],
)
def test_what_the_signed_list_says_must_make_sense(tmp_path: Path, path: tuple[str, ...], to: Any, words: str) -> None:
    manifest, files = content()
    manifest = copy.deepcopy(manifest)
    change(manifest, *path, to=to)
    with pytest.raises(Damaged) as caught:
        Bundle.open(signed(tmp_path / "b.diya", manifest, files))
    assert "b.diya is signed and makes no sense: " in str(caught.value) and words in str(caught.value)
    assert caught.value.code == 7


@pytest.mark.parametrize(
    ("board", "words"),
    [
        (b"[1]", "boards/esp32-devkitc.json of b.diya is signed and makes no sense: it must be an object"),
        (b'{"name": NaN}', "it must be an object of JSON"),
        (b"[" * 100_000, "it must be an object of JSON"),
        (b"9" * 10_000, "it must be an object of JSON"),
        (b'{"name": "x"}', "the name in boards/esp32-devkitc.json is 'x' and must be esp32-devkitc"),
        (b'{"name": "esp32-devkitc", "chip": {}}', "the chip in boards/esp32-devkitc.json is dict, not one of"),
        (b'{"name": "esp32-devkitc", "chip": "esp32", "flash_mb": 1e308}', "flash_mb in boards/esp32-devkitc.json"),
    ],
)
def test_boards_must_make_sense(tmp_path: Path, board: bytes, words: str) -> None:
    manifest, files = content()
    with pytest.raises(Damaged) as caught:
        Bundle.open(signed(tmp_path / "b.diya", manifest, {**files, "boards/esp32-devkitc.json": board}))
    assert words in str(caught.value) and caught.value.code == 7


@pytest.mark.parametrize(
    "name", ["boards/unused.json", "vfs/lib/deep.mpy", "poles/P9999.json", "poles/a/P0001.json", "notes.txt"]
)
def test_a_file_that_no_pole_gets_is_refused(tmp_path: Path, name: str) -> None:
    manifest, files = content()
    with pytest.raises(Damaged, match=f"makes no sense: {name} has no place on a pole"):
        Bundle.open(signed(tmp_path / "b.diya", manifest, {**files, name: b"x"}))


@pytest.mark.parametrize("name", ["bootloader", "micropython"])
def test_images_must_be_images_for_the_chip(tmp_path: Path, name: str) -> None:
    manifest, files = content()
    file = f"micropython/esp32/{name}.bin"
    with pytest.raises(ImageError) as no_image:
        Bundle.open(signed(tmp_path / "b.diya", manifest, {**files, file: b"\xe9" + bytes(90)}))
    assert no_image.value.code in (4, 7)
    with pytest.raises(Damaged, match="is for another chip"):
        Bundle.open(signed(tmp_path / "b.diya", manifest, {**files, file: files[f"micropython/esp32s3/{name}.bin"]}))


@pytest.mark.parametrize("text", [b"[1]", b"NaN", b"[" * 200_000, b'{"format": 1, "members": [1]}', b"\xff\xfe"])
def test_a_list_that_is_none_is_refused_though_signed(tmp_path: Path, text: bytes) -> None:
    manifest, files = content()
    path = signed(tmp_path / "b.diya", manifest, files)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= {"bundle.json": text, "signature": signer().sign(text)}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(DiyaError) as caught:
        Bundle.open(path)
    assert "b.diya" in str(caught.value) and getattr(caught.value, "code", 0) in (1, 7)


def test_nonsense_anywhere_is_one_sentence_or_harmless(tmp_path: Path) -> None:
    """With anything in place of a value of the list: a sentence, or a bundle that gives its regions."""
    rolls = random.Random(11)

    def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        inner = list(value.items()) if isinstance(value, dict) else []
        return [at, *(path for name, below in inner for path in paths(below, (*at, name)))]

    manifest, files = content()
    found: list[Callable[[], Any]] = []
    for path in paths(manifest)[1:]:
        for value in rolls.sample(NONSENSE, 4):
            changed = copy.deepcopy(manifest)
            change(changed, *path, to=value)
            try:
                bundle = Bundle.open(signed(tmp_path / "b.diya", changed, files))
            except DiyaError as error:
                assert error.code in (4, 7) and "\x1b" not in str(error) and len(str(error)) < 400, (path, value)
                continue
            assert bundle.micropython
            found.append(lambda bundle=bundle: [bundle.board(pole) for pole in bundle.poles])
    for use in found:
        use()
