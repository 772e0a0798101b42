"""`diya update` as people use it: one line a mistake, and the exit code of its kind."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from host_tools import cli
from host_tools.broker.mosquitto import Mosquitto
from host_tools.keys import signing
from host_tools.release import manifest, open_release
from pole.app import FIRMWARE
from simulator.virtual_pole.stand_in_image import stand_in_image
from tests.bundles import signer
from tests.host_tools.release.releases import app, packed, release


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a release of made-up files and one of another city."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764500000")
    (tmp_path / "r.update").write_bytes(packed(app(), older=[{**app(), "m1.mpy": app()["m1.mpy"] + b"x"}]))
    (tmp_path / "other.update").write_bytes(packed(app(), site="indore"))
    (tmp_path / "other.pem").write_bytes(signer(1).public)
    return tmp_path


def run(line: str) -> int:
    try:
        cli.main(["update", *line.split()])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_from_a_key_to_pieces_on_a_broker(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("keygen --out signing.pem") == 0
    assert "keep it to yourself" in capsys.readouterr().out
    assert (place / "signing.pem").stat().st_mode & 0o777 == 0o600
    assert run("sign sagar --key signing.pem --out a.update --window 900 --downgrade") == 0
    assert f"{FIRMWARE} for sagar, serial 1764500000000, signed by" in capsys.readouterr().out
    made = open_release(place / "a.update", place / "signing.pem")
    about = made.manifest("virtual")
    assert (about.window, about.downgrade, about.site) == (900, True, "sagar")
    assert run("sign sagar --key signing.pem --out b.update --from a.update --window 900 --downgrade") == 0
    assert (place / "a.update").read_bytes() == (place / "b.update").read_bytes()  # nothing has changed since
    capsys.readouterr()
    assert run("show b.update --trust signing.pem --json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["version"] == FIRMWARE and said["boards"]["virtual"]["differences"] == 0
    with Mosquitto() as broker:
        assert run(f"publish a.update --site sagar --broker {broker.url} --json") == 0
        said = json.loads(capsys.readouterr().out)
        assert said["sent"] == len(made.pieces("virtual")) and said["contents"] == {"virtual": made.content("virtual")}
        assert run(f"publish a.update --site sagar --broker {broker.url}") == 0
        assert f"({said['sent']} were there before); 0 of older releases removed." in capsys.readouterr().out


def test_a_change_of_the_key_is_signed_by_the_one_in_force(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("keygen --out old.pem") == run("keygen --out new.pem") == 0
    assert run("keygen --rotate new.pem --key old.pem --site sagar --out change.json") == 0
    assert "Signed the change of sagar's update key from" in capsys.readouterr().out
    said = json.loads((place / "change.json").read_text())
    old, new = (signing.read_signer(place / name) for name in ("old.pem", "new.pem"))
    assert signing.genuine(said["manifest"].encode(), base64.b64decode(said["signature"]), old.public)
    assert manifest.modulus_of(said["manifest"]) == new.modulus
    fields = json.loads(said["manifest"])
    assert (fields["site"], fields["serial"], fields["kind"]) == ("sagar", 1764500000000, "key")


def test_show_says_what_is_in_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show r.update") == 0
    shown = capsys.readouterr().out
    assert "0.2.0 for sagar, serial 1764500000000" in shown
    assert f"virtual: 8 files, {sum(map(len, app().values()))} bytes, " in shown
    assert "1 files as differences" in shown and release(app()).content("virtual") not in shown


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("show none.update", 1, "the release none.update cannot be read: No such file"),
        ("show r.update --trust other.pem", 8, "r.update is signed with the key"),
        ("show other.pem", 7, "other.pem is damaged or cut short"),
        ("keygen --out other.pem", 1, "the key other.pem is there already and stays as it is"),
        ("keygen --out x --rotate other.pem", 1, "--rotate and --key go together"),
        ("sign sagar --key none.pem --out x", 1, "the signing key none.pem cannot be read"),
        ("sign nowhere --key other.pem --out x", 1, "the signing key other.pem must be a private key"),
        ("publish other.update --site sagar", 1, "other.update is for the site indore and must be for sagar"),
        ("publish r.update --site sagar --broker mqtt://127.0.0.1:1", 1, "127.0.0.1:1"),
    ],
)
def test_a_mistake_is_one_sentence(
    line: str, code: int, words: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(line) == code
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1 and not said.out
    assert not (place / "x").exists()


def test_a_key_with_another_exponent_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(3, 3072)  # the exponent with which forged paddings are easy
    (place / "three.pem").write_bytes(
        made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    assert run("sign sagar --key three.pem --out x.update") == 1
    assert "must have the public exponent 65537" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        ("--image esp32.bin --practice", 4, "no pole of sagar has room for two MicroPython images"),
        ("--image esp32.bin", 1, "esp32.bin is a stand-in, which no chip can start: --practice signs it"),
        ("--image r.update --practice", 7, "r.update is no ESP image"),
        ("--image none.bin", 1, "the image none.bin cannot be read"),
        ("--image esp32.bin --practice --from r.update", 1, "--image goes with neither --source nor --from"),
        ("--practice", 1, "--practice goes with --image"),
    ],
)
def test_an_image_that_no_pole_could_take_is_not_signed(
    place: Path, capsys: pytest.CaptureFixture[str], line: str, code: int, sentence: str
) -> None:
    (place / "esp32.bin").write_bytes(stand_in_image("esp32", 90_000))
    assert run("keygen --out k.pem") == 0
    assert run(f"sign sagar --key k.pem --out out.update {line}") == code
    assert sentence in capsys.readouterr().err and not (place / "out.update").exists()
