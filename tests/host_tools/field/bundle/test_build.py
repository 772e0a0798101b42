"""What is in a bundle, where it goes on each board's flash, and that the same things give the same bytes."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from host_tools.boards import list_boards
from host_tools.field.bundle import Bundle, BundleError, NoSpace
from host_tools.field.bundle.build import build
from host_tools.field.images import esp_image, partitions
from host_tools.field.images.esp_image import TooLarge, WrongChip
from host_tools.site.load import find_site
from host_tools.site.model import SiteError
from pole.settings import schema
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.bundles import image, ingredients, signer, small_bundle, small_site
from tests.installed import diya

BOARDS = ("esp32-devkitc", "esp32-s3-devkitc", "esp32-c3-devkitm")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return small_bundle(tmp_path_factory.mktemp("bundle") / "sagar.diya", BOARDS)


@pytest.mark.parametrize("number", range(3))
def test_regions_are_in_their_partitions_and_made_for_the_chip(bundle: Bundle, number: int) -> None:
    pole = bundle.poles[number]
    board = bundle.board(pole)
    assert board["name"] == BOARDS[number]
    at = bundle.partitions(pole)
    regions = {region.name: region for region in bundle.regions(pole, first=True)}
    loader = esp_image.read(regions["bootloader"].data, "bootloader")
    assert (loader.chip, loader.flash_mb) == (board["chip"], board["flash_mb"])
    assert regions["bootloader"].offset == (0x1000 if board["chip"] == "esp32" else 0)
    assert esp_image.read(regions["micropython"].data, "app").chip == board["chip"]
    assert regions["micropython"].offset == 0x10000
    assert regions["partitions"].data == bundle.partition_table(pole) == partitions.encode(at)
    for name in ("nvs", "vfs", "data"):
        assert regions[name].offset == at[name].offset
        assert len(regions[name].data) <= at[name].size
    assert ("otadata" in regions) == (board["flash_mb"] > 4)
    ends = [region.offset + len(region.data) for region in regions.values()]
    assert all(end <= after.offset for end, after in zip(ends, list(regions.values())[1:], strict=False))


def test_a_revisit_leaves_alone_what_the_pole_has_written(bundle: Bundle) -> None:
    first, revisit = (bundle.regions("P0001", first) for first in (True, False))
    assert {region.name for region in first} - {region.name for region in revisit} == {"nvs", "data"}
    assert [region for region in first if region.name not in ("nvs", "data")] == revisit


def test_each_pole_has_its_own_settings_and_key_and_nobody_elses(bundle: Bundle) -> None:
    for pole in bundle.poles:
        files = bundle.files(pole, mac="24:6f:28:00:00:01")
        settings = schema.complete(schema.parse(files["config.json"]))
        assert settings["pole"] == pole
        assert settings["link.ssid"] == "city"
        assert list(settings["keys"]) == [pole]
        assert bytes.fromhex(settings["keys"][pole]).startswith(pole.encode())
        assert json.loads(files["board.json"]) == bundle.board(pole)
        assert json.loads(files["identity.json"]) == {"site": "sagar", "pole": pole, "mac": "24:6f:28:00:00:01"}
        assert files["update.pem"] == signer().public
        assert {"boot.py", "main.py", "boot_app.mpy", "main_app.mpy", "app.mpy"} <= set(files) or "boot.py" in files
        assert not any(other.encode() in data for other in set(bundle.poles) - {pole} for data in files.values())


def test_a_pole_of_another_site_is_told_from_ours(bundle: Bundle) -> None:
    with pytest.raises(BundleError, match=r"the pole is 'X1' and must be one of the 3 of sagar's bundle"):
        bundle.regions("X1", first=True)


def test_shared_keys_go_to_the_poles_of_their_group(tmp_path: Path) -> None:
    given = ingredients(small_site(("virtual", "virtual")))
    group = given.site.poles[0].feeder
    shared = {**given.keys, group: replace(given.keys["P0001"], name=group), "else": given.keys["P0002"]}
    (tmp_path / "b.diya").write_bytes(build(replace(given, keys=shared), signer()))
    files = Bundle.open(tmp_path / "b.diya").files("P0001")
    assert sorted(json.loads(files["config.json"])["keys"]) == sorted(["P0001", group])


def test_a_group_with_the_name_of_a_pole_is_refused() -> None:
    given = ingredients(small_site(BOARDS))
    first, second = given.site.poles[:2]
    ours = replace(first, feeder=second.name)
    with pytest.raises(BundleError, match=f"the group {second.name} of {first.name} has the name of a pole"):
        build(replace(given, site=given.site.with_poles([ours, second])), signer())


def test_the_wrong_chip_a_large_image_and_missing_keys_are_one_sentence_each() -> None:
    given = ingredients(small_site(("esp32-devkitc",)))
    with pytest.raises(WrongChip, match="has the chip esp32 and the MicroPython given is for esp32c3") as caught:
        build(replace(given, images={"esp32c3": image("esp32c3")}), signer())
    assert caught.value.code == 4
    with pytest.raises(TooLarge, match=r"its place on esp32-devkitc \(4 MB of flash\) has 2031616") as large:
        build(replace(given, images={"esp32": image("esp32", 2_200_000)}), signer())
    assert large.value.code == 9
    with pytest.raises(BundleError, match="no key called P0001: --new-keys makes"):
        build(replace(given, keys={}), signer())
    with pytest.raises(BundleError, match=r"mqtts://lights\.example:8883 speaks TLS and the poles have no CA"):
        build(replace(given, site=replace(given.site, broker="mqtts://lights.example:8883")), signer())
    with pytest.raises(BundleError, match="sagar has no poles"):
        build(replace(given, site=given.site.with_poles([])), signer())


def test_what_the_pole_would_refuse_is_a_mistake_of_the_site() -> None:
    given = ingredients(small_site(), links={"link.ssid": "a name of more than thirty-two letters"})
    with pytest.raises(SiteError, match=r"what P0001 is flashed with is refused by the pole: link\.ssid"):
        build(given, signer())


def test_every_board_that_comes_with_diya_can_be_flashed(tmp_path: Path) -> None:
    made = small_bundle(tmp_path / "all.diya", list_boards())
    assert {made.board(pole)["name"] for pole in made.poles} == set(list_boards())


def test_two_builds_are_the_same_byte_for_byte(tmp_path: Path) -> None:
    """In other folders, at another time of day and zone, with other permissions and another order of hashes."""
    built = []
    key = tmp_path / "signing.pem"
    image_file = tmp_path / "image.bin"
    image_file.write_bytes(stand_in_image("esp32", 200_000))
    for number, (umask, zone, seed) in enumerate(((0o022, "Asia/Kolkata", "1"), (0o077, "America/Los_Angeles", "77"))):
        folder = tmp_path / f"place{number}" / "site"
        shutil.copytree(find_site("sagar"), folder)
        for file in folder.iterdir():
            os.utime(file, (1_000_000_000 + number, 1_000_000_000 + number))
        keys = folder / "keys.txt"
        shutil.copy(tmp_path / "keys.txt", keys) if number else None
        run = diya(
            "bundle", folder, "--micropython", image_file, "--key-file", keys, "--new-keys", "--signing-key", key,
            "--new-key", "--date", "2026-11-24", "--out", folder / "out.diya",
            cwd=folder, env={"TZ": zone, "PYTHONHASHSEED": seed}, umask=umask,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert (folder / "out.diya").stat().st_mode & 0o777 == 0o600
        shutil.copy(keys, tmp_path / "keys.txt")
        built.append((folder / "out.diya").read_bytes())
    assert built[0] == built[1]


def test_an_app_that_leaves_no_room_for_an_update_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"m{number}.mpy": bytes(4000) for number in range(75)}
    monkeypatch.setattr("host_tools.field.bundle.build.compile_app", lambda *_: files)
    with pytest.raises(NoSpace, match=r"need \d+ blocks, and 217 of `data` may be used \(85 %\)") as caught:
        build(ingredients(small_site()), signer())
    assert caught.value.code == 9
