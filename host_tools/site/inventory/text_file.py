"""The text of a list, in the encoding it was saved in; a file that is no text is named for what it is."""

from __future__ import annotations

import re
from pathlib import Path

from host_tools.site.inventory.table import InventoryError, gis

# first bytes of a file, what it is, and what to do with it
_KINDS = (
    (b"PK\x03\x04", "a zip archive", "unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save it as CSV in Excel"),
    (b"\x1f\x8b", "compressed by gzip", "unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"%PDF", "a PDF", "ask for the list as CSV or GeoJSON"),
    (b"\x89PNG", "a picture", "ask for the list as CSV or GeoJSON"),
    (b"\xff\xd8\xff", "a picture", "ask for the list as CSV or GeoJSON"),
    (b"version https://git-lfs", "only a pointer of Git LFS", "fetch the file itself with git lfs pull"),
    (b"{\\rtf", "a text of a word processor", "save the table as CSV"),
)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# those that a spreadsheet somewhere in the world saves a list in
_OTHERS = ["cp949", "cp932", "cp1252", "cp1250", "cp1251", "gb18030", "big5"]
# what cp1252 has where cp1250 has letters of Polish, Czech and Hungarian: inside a word it is not from Western Europe
_NO_LETTERS = re.compile(r"\w[\xb3\xb9\xbf\xa3\xa5\xaf\xbc\xbe]|[\xb3\xb9\xbf\xa3\xa5\xaf\xbc\xbe]\w")
# in a text of Western or Central Europe most letters with accents stand alone; where every letter is beyond ASCII, few
_RUNS = re.compile(rb"[\x80-\xff]+")
_ALONE = 0.8  # share of them from which it is one
_LOOKED_AT = 200_000  # bytes, to find out the encoding


def read_text(file: Path, encoding: str | None = None) -> tuple[str, str]:
    """Text of *file* and the encoding it is in: *encoding*, or found out.  Raises InventoryError, OSError."""
    data = file.read_bytes()
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise InventoryError(f"{file} is empty")
    _refuse_other_kinds(file, data)
    name = encoding or _encoding(file, data)
    try:
        text = data.decode(name)
    except LookupError:
        raise InventoryError(
            f"the encoding is {name!r} and must be one such as utf-8, utf-16, cp1252 or cp949"
        ) from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InventoryError(f"{file} is not {name} on line {line}: say its encoding by --encoding") from None
    return text.removeprefix("\ufeff"), name


def _refuse_other_kinds(file: Path, data: bytes) -> None:
    if data.startswith(b"PK\x03\x04") and (b"xl/" in data[:4000] or file.suffix.lower() in (".xlsx", ".xlsm")):
        raise InventoryError(f"{file} is an Excel workbook: save it as 'CSV UTF-8' in Excel, and import that")
    if data.startswith(b"PK\x03\x04") and (b"opendocument" in data[:200] or file.suffix.lower() == ".ods"):
        raise InventoryError(f"{file} is a spreadsheet of LibreOffice: save it as CSV, and import that")
    for start, what, cure in _KINDS:
        if data.startswith(start):
            raise InventoryError(f"{file} is {what}: {cure}")
    head = data[:500].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body")):
        raise InventoryError(f"{file} is a web page and no list: download the data behind it")


def _encoding(file: Path, data: bytes) -> str:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    low, high = data[0:4000:2].count(0), data[1:4000:2].count(0)  # of plain letters in UTF-16, half are zero
    if max(low, high) > 10 * min(low, high) + 4:
        return "utf-16-le" if high > low else "utf-16-be"
    if b"\x00" in data:
        raise InventoryError(f"{file} is no text: ask for the list as CSV, GeoJSON or GeoPackage")
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as error:
        strange = error.start
    charsets = gis("charset_normalizer", "a list that is not in UTF-8")
    # what is not plain letters tells most, and may begin far down
    sample = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_LOOKED_AT]
    sample = sample or data[strange:]
    runs = [len(run) for run in _RUNS.findall(sample)]
    european = runs.count(1) >= _ALONE * len(runs)
    found = charsets.from_bytes(sample, cp_isolation=["cp1252", "cp1250"] if european else _OTHERS).best()
    if found is None and european:
        return "cp1252"  # too few letters to tell
    if found is None:
        raise InventoryError(f"the encoding of {file} cannot be found out: say it by --encoding")
    if found.encoding == "cp1250" and not _NO_LETTERS.search(data.decode("cp1252", "replace")):
        return "cp1252"  # most letters are the same in both, and more lists are of the West
    return str(found.encoding)
