"""The manifest: one text for one content, and a sentence for each field that is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from host_tools.release import manifest
from host_tools.release.errors import Damaged
from host_tools.release.manifest import Manifest

GOOD = Manifest("esp32-devkitc", "0a" * 32, 4711, 6, 1764500000000, "sagar", 112265, "0.2.0")
TEXT = (
    '{"board":"esp32-devkitc","bytes":112265,"content":"' + "0a" * 32 + '","downgrade":false,"golden":1,"kind":"app",'
    '"list":4711,"mpy":6,"serial":1764500000000,"site":"sagar","v":1,"version":"0.2.0","window":600}'
)


def test_the_text_that_is_signed() -> None:
    assert GOOD.text == TEXT
    assert manifest.read(TEXT, "it") == GOOD


def with_field(name: str, value: Any) -> str:
    fields = json.loads(TEXT)
    fields[name] = value
    return json.dumps(fields, separators=(",", ":"), sort_keys=True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("kind", "other", "kind is .other. and must be .app."),
        ("kind", "image", "list is 4711 and must be a whole number from 0 to 0"),
        ("v", 2, "v is 2 and must be 1"),
        ("v", True, "v is true and must be 1"),
        ("golden", 2, "golden is 2 and must be 1"),
        ("bytes", 0, "bytes is 0 and must be a whole number from 1 to 1048576"),
        ("list", 1.5, "list is 1.5 and must be a whole number"),
        ("serial", True, "serial is true and must be a whole number"),
        ("window", 59, "window is 59 and must be a whole number from 60 to 3600"),
        ("window", 3601, "window is 3601 and must be"),
        ("board", "a b", "board is .a b. and must be a name"),
        ("content", "0A" * 32, "must be 64 hexadecimal digits"),
        ("version", "0.2", "version is .0.2. and must be three whole numbers"),
        ("version", "0.02.0", "must be three whole numbers"),
        ("version", 2, "version is 2 and must be"),
        ("downgrade", None, "downgrade is null and must be true or false"),
        ("site", {}, "site is dict and must be a name"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_its_value_and_bound(name: str, value: Any, words: str) -> None:
    with pytest.raises(Damaged, match=rf"^it: .*{words}"):
        manifest.read(with_field(name, value), "it")


@pytest.mark.parametrize(
    "text", ["", "[]", TEXT.replace(":6", ": 6"), TEXT + " ", with_field("x", "y" * 900), "[" * 9999]
)
def test_what_is_not_in_its_form_is_refused(text: str) -> None:
    with pytest.raises(Damaged, match=r"^it must be"):
        manifest.read(text, "it")


def test_a_missing_field_is_named() -> None:
    fields = json.loads(TEXT)
    del fields["mpy"]
    with pytest.raises(Damaged, match="mpy is missing and must be"):
        manifest.read(json.dumps(fields, separators=(",", ":"), sort_keys=True), "it")


def test_versions_are_compared_as_numbers() -> None:
    assert manifest.numbers("0.10.0") > manifest.numbers("0.9.9")
    assert not manifest.is_version("1.0.0 ") and manifest.is_version("1.0.0")


def test_a_new_key_in_a_manifest() -> None:
    text = manifest.key_text(bytes([200]) * 384, "sagar", 5)
    assert len(text) < manifest.MOST_BYTES and manifest.modulus_of(text) == bytes([200]) * 384
    for other in ("", "{}", TEXT, text.replace("key", "kez"), manifest.key_text(bytes(383), "sagar", 5)):
        assert manifest.modulus_of(other) is None
