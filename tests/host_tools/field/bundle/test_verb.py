"""`diya bundle` as people use it: one line a mistake, and the exit code of its kind."""

import errno
import json
import os
from pathlib import Path

import pytest

from host_tools import cli
from host_tools.broker.mosquitto_config import SECRETS
from host_tools.keys.key_file import KeyFile
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.bundles import small_bundle

SITE = """name = "hill"
title = "Hill"
[place]
latitude = 23.84
longitude = 78.74
timezone = "Asia/Kolkata"
[broker]
url = "mqtt://lights.example:1883"
[light]
programme = "dusk-to-dawn"
[road_classes]
residential = "dusk-to-dawn"
[programmes]
dusk-to-dawn = [ { at = "sunset", level = 100 }, { at = "sunrise", level = 0 } ]
[luminaires.led-90]
rated_w = 90.0
lumens = 11700
points = [
  { level = 0, power_w = 0.5, power_factor = 0.10 },
  { level = 50, power_w = 46.4, power_factor = 0.85 },
  { level = 100, power_w = 90.0, power_factor = 0.98 },
]
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a site of two poles, an image, and nothing else."""
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "hill"
    site.mkdir()
    (site / "site.toml").write_text(SITE)
    (site / "poles.csv").write_text(
        "pole,latitude,longitude,ward,zone,feeder,road_class,luminaire,board\n"
        "P1,23.84,78.74,W1,north,F1,residential,led-90,esp32-devkitc\n"
        "P2,23.84,78.75,W1,south,F1,residential,led-90,esp32-devkitc\n"
    )
    (tmp_path / "esp32.bin").write_bytes(stand_in_image("esp32", 100_000))
    return tmp_path


MAKE = ["bundle", "hill", "--micropython", "esp32.bin", "--key-file", "keys.txt", "--out", "hill.diya"]
NEW = ["--new-keys", "--new-key"]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.run(words)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_from_nothing_to_a_bundle_and_what_is_in_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *MAKE, *NEW)
    assert code == 0
    assert "2 new keys are in keys.txt" in out
    code, out, _ = run(capsys, "bundle", "show", "hill.diya", "--trust", "signing.pem")
    assert code == 0
    for word in ("Hill (hill), 2 poles", "MicroPython v1.24.1, .mpy 6.3", "esp32-devkitc: esp32, 4 MB", "P1, P2"):
        assert word in out
    code, out, _ = run(capsys, "bundle", "show", "hill.diya", "--json")
    said = json.loads(out)
    assert said["poles"] == {"P1": {"board": "esp32-devkitc"}, "P2": {"board": "esp32-devkitc"}}
    assert said["boards"] == {"esp32-devkitc": {"chip": "esp32", "flash_mb": 4}}
    assert not any(key.secret.hex() in out for key in KeyFile(place / "keys.txt").current.values())


def test_a_bundle_for_practice_says_so_everywhere(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*MAKE[:2], "--practice", *MAKE[4:], *NEW]
    code, out, _ = run(capsys, *words)
    assert code == 0 and "FOR PRACTICE" in out and "warning: this bundle is for practice" in out
    code, out, _ = run(capsys, "bundle", "show", "hill.diya")
    assert "FOR PRACTICE" in out and "stand-in for MicroPython v1.24.1" in out
    code, out, _ = run(capsys, "bundle", "show", "hill.diya", "--json")
    assert json.loads(out)["practice"] is True
    code, out, _ = run(capsys, *words, "--json")
    assert "for practice" in json.loads(out)["warnings"][0]
    for wrong in ([*MAKE, "--practice"], [*MAKE[:2], *MAKE[4:]]):
        code, _, err = run(capsys, *wrong)
        assert code == 2 and "--micropython FILE or VERSION; or take --practice" in err


def test_a_second_run_changes_no_key_and_a_new_pole_gets_one(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, *MAKE, *NEW, "--date", "2026-11-24")
    before = (place / "keys.txt").read_text()
    first = (place / "hill.diya").read_bytes()
    run(capsys, *MAKE, *NEW, "--date", "2026-11-24")
    assert (place / "keys.txt").read_text() == before
    assert (place / "hill.diya").read_bytes() == first
    with (place / "hill" / "poles.csv").open("a") as file:
        file.write("P3,23.84,78.76,W1,south,F1,residential,led-90,esp32-devkitc\n")
    code, _, err = run(capsys, *MAKE)
    assert (code, "no key called P3: --new-keys makes those that are missing" in err) == (1, True)
    code, out, _ = run(capsys, *MAKE, "--new-keys", "--json")
    assert json.loads(out)["newKeys"] == ["P3"]
    assert (place / "keys.txt").read_text().startswith(before)
    assert (place / "keys.txt").stat().st_mode & 0o777 == 0o600


def test_the_poles_are_told_their_broker_password_and_network(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from host_tools.field.bundle import Bundle

    (place / "city" / SECRETS).mkdir(parents=True)
    (place / "city" / SECRETS / "users.csv").write_text("user,password\nP1,one\nP2,two\n")
    (place / "city" / "ca.pem").write_text("the city's CA\n")
    (place / "wifi.csv").write_text("access_point,ssid,password\nnorth,lights-north,northern1\n*,lights,otherwise1\n")
    code, _, err = run(
        capsys, *MAKE, *NEW, "--credentials", "city", "--wifi", "wifi.csv", "--broker", "mqtts://hub.example:8883"
    )
    assert (code, err) == (0, "")
    made = Bundle.open(place / "hill.diya")
    for pole, password, ssid in (("P1", "one", "lights-north"), ("P2", "two", "lights")):
        said = json.loads(made.files(pole)["config.json"])
        assert (said["link.user"], said["link.secret"], said["link.ssid"]) == (pole, password, ssid)
        assert (said["link.host"], said["link.port"], said["link.tls"]) == ("hub.example", 8883, 1)
        assert made.files(pole)["ca.pem"] == b"the city's CA\n"


@pytest.mark.parametrize(
    ("prepare", "words", "code", "sentence"),
    [
        ("cut image", [], 7, "esp32.bin is cut short: it has 70000 bytes"),
        ("old image", [], 7, "is MicroPython v1.19.1 and must be v1.22 or newer"),
        ("chip", [], 4, "has the chip esp32 and the MicroPython given is for esp32s3"),
        ("mpy", [], 1, "mpy-cross writes .mpy files of version 6 and this MicroPython loads version 9"),
        ("site", [], 1, "poles.csv line 3: board is 'sundial'"),
        ("hash", ["--sha256", "0" * 64], 1, "esp32.bin has the SHA-256"),
        ("", ["--sha256", "abc"], 1, "--sha256 is 'abc' and must be 64 hexadecimal digits"),
        ("", ["--date", "tomorrow"], 1, "the date is 'tomorrow' and must be YYYY-MM-DD"),
        ("", ["--ca", "nowhere.pem"], 1, "the CA nowhere.pem cannot be read: No such file"),
        ("wifi", ["--wifi", "wifi.csv"], 1, "wifi.csv has no line for north, the access point of P1"),
        ("", ["--broker", "http://x"], 1, "http"),
        ("", ["--out", "esp32.bin/x.diya"], 1, "the bundle esp32.bin/x.diya cannot be written: Not a directory"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_written(
    place: Path, capsys: pytest.CaptureFixture[str], prepare: str, words: list[str], code: int, sentence: str
) -> None:
    file = place / "esp32.bin"
    if prepare == "cut image":
        file.write_bytes(file.read_bytes()[:70_000])
    elif prepare == "old image":
        file.write_bytes(stand_in_image("esp32", 100_000, "1.19.1"))
    elif prepare == "chip":
        file.write_bytes(stand_in_image("esp32s3", 100_000))
    elif prepare == "mpy":
        file.write_bytes(stand_in_image("esp32", 100_000, "2.0.0", (9, 0)))
    elif prepare == "site":
        head, _, tail = (place / "hill" / "poles.csv").read_text().rpartition("esp32-devkitc")
        (place / "hill" / "poles.csv").write_text(head + "sundial" + tail)
    elif prepare == "wifi":
        (place / "wifi.csv").write_text("access_point,ssid,password\nsouth,a,southern1\n")
    got, _, err = run(capsys, *MAKE, *NEW, *words)
    assert got == code
    assert sentence in err
    assert err.count("\n") == 1
    assert not (place / "hill.diya").exists()


def test_without_a_signing_key_it_says_how_to_get_one(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, *MAKE, "--new-keys")
    assert (code, "the signing key signing.pem cannot be read" in err, "--new-key makes one" in err) == (1, True, True)
    (place / "signing.pem").write_text("not a key")
    assert "must be a private key in PEM" in run(capsys, *MAKE, "--new-keys")[2]


def test_a_foreign_or_changed_bundle_is_not_shown(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small_bundle(place / "other.diya")
    run(capsys, *MAKE, *NEW)
    code, out, err = run(capsys, "bundle", "show", "other.diya", "--trust", "signing.pem")
    assert (code, out) == (8, "")
    assert "it is not of this city" in err
    data = bytearray((place / "hill.diya").read_bytes())
    (place / "hill.diya").write_bytes(data[:-1000])
    code, out, err = run(capsys, "bundle", "show", "hill.diya")
    assert (code, out) == (7, "")
    assert err.count("\n") == 1


def test_on_a_full_disk_the_old_bundle_is_still_there(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(capsys, *MAKE, *NEW)
    before = (place / "hill.diya").read_bytes()

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    code, _, err = run(capsys, *MAKE)
    assert (code, err) == (9, "diya: the bundle hill.diya cannot be written: No space left on device.\n")
    assert (place / "hill.diya").read_bytes() == before
    assert not list(place.glob("*.new"))
