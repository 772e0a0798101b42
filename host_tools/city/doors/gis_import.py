"""GIS in: a list of poles as CSV or GeoJSON, tried against the site's folder; then written into it, never to a pole.

Nothing is written by `dry_run`.  `write` writes only what a dry run has shown: the same list, kept or not kept poles,
on the same files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from host_tools.language.language import Spoken
from host_tools.site.inventory import folder as site_folder
from host_tools.site.inventory.differences import Differences, differences
from host_tools.site.inventory.imports import Wishes, prepare
from host_tools.site.inventory.table import InventoryError
from host_tools.site.load import load_site
from host_tools.site.poles_csv import FILE as POLES
from host_tools.text import text

MOST_BYTES = 6_000_000
_BINARY = (b"SQLite format 3\x00", b"PK\x03\x04", b"<?xml", b"<kml", b"<html", b"%PDF")


@dataclass(frozen=True)
class DryRun:
    """*texts*: of the files as they would be; *missing*: poles of the site that the list does not have.

    *kept*: whether these stay.  *digest* is the same for the same list on the same files.
    """

    differences: Differences
    missing: tuple[str, ...]
    kept: bool
    mapping: Mapping[str, str]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    texts: Mapping[str, str]
    digest: str

    @property
    def changes(self) -> bool:
        return self.differences.any


def dry_run(content: bytes, name: str, folder: Path, keep: bool) -> DryRun:
    """What the list *content*, a file called *name*, would change in the site of *folder*.

    *keep*: poles that the list does not have stay.  Raises Spoken, InventoryError, SiteError.
    """
    if not content.strip():
        raise Spoken("console_import.empty")
    if len(content) > MOST_BYTES:
        raise Spoken("console_import.large", size=len(content), most=MOST_BYTES)
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:32]
    if any(content.startswith(one) or head.startswith(one) for one in _BINARY):
        raise Spoken("console_import.kind")
    before = load_site(folder)
    with tempfile.TemporaryDirectory(prefix="diya-import-") as place:
        file = Path(place, f"list{'.geojson' if head[:1] in (b'{', b'[') else '.csv'}")
        file.write_bytes(content)
        try:
            done = prepare(file, folder, Wishes())
        except InventoryError as error:  # with the name that the person knows
            raise InventoryError(str(error).replace(str(file), text(name, 60) or "the list")) from error
        texts = dict(done.texts)
        there = {one.name for one in done.plan.poles}
        missing = tuple(one.name for one in before.poles if one.name not in there)
        poles = list(done.plan.poles)
        if keep and missing:
            poles += [one for one in before.poles if one.name not in there]
            texts[POLES] = site_folder.poles_text(poles, f"From the list {text(name, 60)}, by the console.")
        _sound(texts, folder, Path(place, "site"))
        found = differences(before.poles, poles)
    digest = hashlib.sha256(b"\0".join((content, b"keep" if keep else b"drop", _state(folder)))).hexdigest()
    return DryRun(found, missing, keep, done.mapping, tuple(done.notes), tuple(done.warnings), texts, digest)


def write(run: DryRun, folder: Path, now: datetime) -> list[str]:
    """Writes what *run* has shown; the names of the copies of what was there, with *now* in them.  Raises Spoken."""
    if problem := unwritable(folder):
        raise Spoken("console_import.unwritable", why=problem)
    copies = []
    try:
        for name, new in run.texts.items():
            old = folder / name
            if old.is_file() and old.read_text(encoding="utf-8") != new:
                copies.append(f"{name}.before-{now:%Y%m%d-%H%M%S}")
                shutil.copy2(old, folder / copies[-1])
        site_folder.write(folder, run.texts)
    except OSError as error:
        raise Spoken("console_import.unwritable", why=error.strerror or str(error)) from error
    return copies


def unwritable(folder: Path) -> str:
    """Why this process cannot write into *folder*; empty where it can."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{folder} is read-only for this process"
    wrong = [
        name for name in (POLES, "site.toml") if (folder / name).exists() and not os.access(folder / name, os.W_OK)
    ]
    return f"{folder / wrong[0]} is read-only for this process" if wrong else ""


def _sound(texts: Mapping[str, str], folder: Path, place: Path) -> None:
    """Raises SiteError where the site would not load with *texts*."""
    place.mkdir()
    for name in ("site.toml", POLES):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, place / name)
    site_folder.write(place, texts)
    load_site(place)


def _state(folder: Path) -> bytes:
    """The same as long as the site's files are."""
    state = hashlib.sha256()
    for name in ("site.toml", POLES, "inventory.csv"):
        file = folder / name
        state.update(file.read_bytes() if file.is_file() else b"-")
    return state.digest()
