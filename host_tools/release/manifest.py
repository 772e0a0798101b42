"""The manifest of a package: the text that is signed, and that a pole believes once the signature is right.

It is compact JSON in ASCII with sorted keys, so that what is signed, sent and read are the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from host_tools.release.errors import Damaged
from host_tools.text import quoted

FORMAT = 1
APP, KEY, IMAGE = "app", "key", "image"
MOST_BYTES = 900  # of its text
GOLDEN = 1  # the interface that flashed software hands to a slot (docs/updates.md)
LEAST_WINDOW_S, WINDOW_S, MOST_WINDOW_S = 60, 600, 3600
MODULUS_BYTES = 384
_MOST_SERIAL = 4102444800000  # 2100, Unix ms
_VERSION = re.compile(r"(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LIST_BYTES = 1 << 14
_MOST_BYTES = {APP: 1 << 20, IMAGE: 3008 << 10}  # an image: the partition of a flash with room for two


class Manifest(NamedTuple):
    """What a package for one board is.

    *size*: bytes of all its files; *content*: SHA-256 of its list, which has *listed* bytes; *mpy*: version of its .mpy
    files; *serial*: Unix ms at signing; *window*: seconds of probation; *downgrade*: a lower version is meant.

    *kind*: of the app, or of MicroPython's image: that is one file, *content* its SHA-256, and it has no list.
    """

    board: str
    content: str
    listed: int
    mpy: int
    serial: int
    site: str
    size: int
    version: str
    downgrade: bool = False
    golden: int = GOLDEN
    window: int = WINDOW_S
    kind: str = APP

    @property
    def text(self) -> str:
        """The text that is signed."""
        fields = {**self._asdict(), "bytes": self.size, "list": self.listed, "v": FORMAT}
        del fields["size"], fields["listed"]
        return _text(fields)


def key_text(modulus: bytes, site: str, serial: int) -> str:
    """The text of a manifest by which poles of *site* take the key with that *modulus* for updates from then on."""
    key = base64.b64encode(modulus).decode()
    return _text({"key": key, "kind": KEY, "serial": serial, "site": site, "v": FORMAT})


def read(text: str, what: str) -> Manifest:
    """The manifest of an app or an image in *text*, called *what* in errors.  Raises Damaged with a sentence."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise Damaged(f"{what} must be an object of JSON")
    if len(text) > MOST_BYTES or not text.isascii() or text != _text(fields):
        raise Damaged(f"{what} must be compact JSON in ASCII with sorted keys, of {MOST_BYTES} bytes at most")
    if problem := _problem(fields):
        raise Damaged(f"{what}: {problem}")
    values = {name: fields[name] for name in Manifest._fields if name in fields}
    return Manifest(size=fields["bytes"], listed=fields["list"], **values)


def numbers(version: str) -> tuple[int, ...]:
    """*version* as it is compared."""
    return tuple(map(int, version.split(".")))


def is_version(text: object) -> bool:
    """Whether *text* is three whole numbers such as 0.2.0, each 0 to 9999."""
    return isinstance(text, str) and _VERSION.fullmatch(text) is not None


def _problem(fields: Mapping[str, Any]) -> str:
    """What is wrong with *fields*, naming field, value and bound; empty where nothing is."""
    kind = IMAGE if fields.get("kind") == IMAGE else APP
    for name, wanted in (("kind", kind), ("v", FORMAT), ("golden", GOLDEN)):
        if fields.get(name) != wanted or isinstance(fields.get(name), bool):
            return f"{name} is {_short(fields, name)} and must be {json.dumps(wanted)}"
    for name, low, high in (
        ("bytes", 1, _MOST_BYTES[kind]), ("list", int(kind == APP), _LIST_BYTES * (kind == APP)),
        ("mpy", 1, 255), ("serial", 1, _MOST_SERIAL), ("window", LEAST_WINDOW_S, MOST_WINDOW_S),
    ):  # fmt: skip
        value = fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            return f"{name} is {_short(fields, name)} and must be a whole number from {low} to {high}"
    for name, form, wanted in (
        ("board", _NAME, "a name"), ("site", _NAME, "a name"), ("content", _DIGEST, "64 hexadecimal digits"),
        ("version", _VERSION, "three whole numbers such as 0.2.0"),
    ):  # fmt: skip
        if not isinstance(fields.get(name), str) or not form.fullmatch(fields[name]):
            return f"{name} is {_short(fields, name)} and must be {wanted}"
    if not isinstance(fields.get("downgrade"), bool):
        return f"downgrade is {_short(fields, 'downgrade')} and must be true or false"
    return ""


def _short(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if name not in fields:
        return "missing"
    if isinstance(value, bool | None):
        return json.dumps(value)
    return quoted(value) if isinstance(value, str | int | float) else type(value).__name__


def _text(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":"), sort_keys=True, ensure_ascii=True)


def print_of(modulus: bytes) -> str:
    """What a pole's ``birth`` says of the key with that *modulus*: the first 8 digits of its SHA-256."""
    return hashlib.sha256(modulus).hexdigest()[:8]


def modulus_of(text: str) -> bytes | None:
    """The modulus that the manifest *text* of kind "key" brings; None where it is none."""
    try:
        fields = json.loads(text)
        found = base64.b64decode(fields["key"], validate=True)
    except (ValueError, TypeError, KeyError, binascii.Error):
        return None
    return found if len(found) == MODULUS_BYTES and fields.get("kind") == KEY else None
