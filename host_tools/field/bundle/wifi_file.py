"""The file with the Wi-Fi networks of a site: CSV as a person or a spreadsheet writes it.

No sentence here repeats what stands in a line: it may be a password.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from host_tools import spreadsheet
from host_tools.field.bundle.errors import BundleError

COLUMNS = ("access_point", "ssid", "password")
ANY = "*"  # the network of every access point that has no line of its own
OPEN = "open"  # as a password: the network has none (a real one has 8 characters at least)
SSID_BYTES = 32  # IEEE 802.11, 9.4.2.2
_MOST_BYTES = 10_000_000

_PASSPHRASE = re.compile(r"[ -~]{8,63}")  # IEEE 802.11, J.4: 8 to 63 printable ASCII characters
_ROUNDED = re.compile(r"[0-9][.,][0-9]+E\+[0-9]{2}")  # how Excel saves 12 digits and more in a cell that is no text
_PSK = re.compile(r"[0-9A-Fa-f]{64}")


class Network(NamedTuple):
    """*password* is a passphrase, 64 hexadecimal digits, or "" for an open network."""

    ssid: str
    password: str


def networks(path: Path) -> dict[str, Network]:
    """The networks in the file at *path*, by access point.  Raises BundleError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BundleError(f"the Wi-Fi file {path} cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise BundleError(f"the Wi-Fi file {path} has {len(data)} bytes and must have at most {_MOST_BYTES}")
    try:
        rows = list(spreadsheet.lines(spreadsheet.decoded(data)))
    except spreadsheet.NotCsv as error:
        raise BundleError(f"the Wi-Fi file {path}: {error}") from error
    try:
        return _read(rows)
    except ValueError as error:
        raise BundleError(f"the Wi-Fi file {path}: {error}") from None


def _read(rows: list[spreadsheet.Line]) -> dict[str, Network]:
    """Raises ValueError."""
    names = [re.sub(r"[\s-]+", "_", value.strip().casefold()) for value in rows[0].cells] if rows else []
    if wanting := [name for name in COLUMNS if names.count(name) != 1]:
        must = f"the first line must have the columns {', '.join(COLUMNS)}"
        raise ValueError(f"{must}, and {wanting[0]} is {'missing' if wanting[0] not in names else 'there twice'}")
    out: dict[str, Network] = {}
    where: dict[str, int] = {}
    for number, cells in rows[1:]:
        if len(cells) < len(names) or any(value.strip() for value in cells[len(names) :]):
            raise ValueError(f"line {number} has {len(cells)} cells and must have {len(names)}, as the first line has")
        row = dict(zip(names, cells, strict=False))
        point = row["access_point"].strip()
        if not point:
            raise ValueError(f"line {number}: access_point is empty and must be a name, or {ANY} for any other")
        first = where.setdefault(point, number)
        if first != number:
            raise ValueError(f"line {number}: access_point is the same as on line {first} and must be another")
        out[point] = Network(_ssid(number, row["ssid"]), _password(number, row["password"]))
    if not out:
        raise ValueError(f"it must have a line for each access point, or one for {ANY}, below the first")
    return out


def _ssid(number: int, value: str) -> str:
    if not value.strip():
        raise ValueError(f"line {number}: ssid is empty and must be the network's name")
    if (size := len(value.encode())) > SSID_BYTES:
        raise ValueError(
            f"line {number}: ssid has {size} bytes in UTF-8 and must have at most {SSID_BYTES} (a Hindi letter has 3)"
        )
    if "\ufffd" in value or any(ord(one) < 0x20 for one in value):
        raise ValueError(f"line {number}: ssid has a character that cannot be read: save the file as UTF-8")
    return value


def _password(number: int, value: str) -> str:
    if value.strip().casefold() == OPEN:
        return ""
    if _ROUNDED.fullmatch(value):
        raise ValueError(
            f"line {number}: password is a number that a spreadsheet has rounded: make its cell text first"
        )
    if _PASSPHRASE.fullmatch(value) or _PSK.fullmatch(value):
        return value
    if not value.strip():
        raise ValueError(f"line {number}: password is empty; for a network without one it must be the word {OPEN}")
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"line {number}: password has a character that WPA does not know: it must be plain ASCII")
    raise ValueError(f"line {number}: password must have 8 to 63 characters, or be a key of 64 hexadecimal digits")
