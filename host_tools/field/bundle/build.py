"""Makes a bundle: everything that a site's poles are flashed with, gathered, checked, hashed and signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from host_tools.boards import load_board
from host_tools.field.bundle import container
from host_tools.field.bundle.bundle import check_fit
from host_tools.field.bundle.errors import BundleError, NoSpace
from host_tools.field.images.esp_image import WrongChip
from host_tools.field.images.micropython import MicroPython
from host_tools.firmware_build.compile import compile_app
from host_tools.firmware_build.sources import FIRMWARE
from host_tools.keys.key import Key
from host_tools.keys.signing import Signer
from host_tools.release import space
from host_tools.release.build import slot_files
from host_tools.site.model import Pole, Problem, Site, SiteError
from host_tools.site.pole_settings import pole_config
from pole.app import FIRMWARE as VERSION
from pole.settings import schema


@dataclass(frozen=True)
class Ingredients:
    """What a bundle is made of.

    *images* by chip, *keys* by name (a pole is given its own, and those named as one of its groups), *links* by pole:
    secret settings of its link.  *ca* is the broker's CA (PEM).  On *day* the poles' dates and
    time changes begin.
    """

    site: Site
    images: Mapping[str, MicroPython]
    keys: Mapping[str, Key]
    day: date
    links: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ca: bytes | None = None


def build(given: Ingredients, signer: Signer, source: Path = FIRMWARE) -> bytes:
    """The file of the bundle; the same bytes for the same ingredients.

    Raises SiteError, BoardError, ImageError, WrongChip, BundleError, NoSpace.
    """
    site = given.site
    if not site.poles:
        raise BundleError(f"{site.name} has no poles: a bundle needs one at least")
    boards = {name: load_board(name) for name in sorted({pole.board for pole in site.poles})}
    images = _images(boards, given.images)
    formats = {image.mpy[0] for image in images.values()}
    if len(formats) > 1:
        raise BundleError("the MicroPython images load different .mpy files: take the same version for each chip")
    app = compile_app(source, formats.pop())
    for name in boards:
        if problem := space.problem_of(slot_files(app, name), name):
            raise NoSpace(problem)  # no update could ever reach such a pole
    members: dict[str, bytes] = {f"vfs/{name}": data for name, data in app.items()}
    members["vfs/update.pem"] = signer.public
    if given.ca:
        members["vfs/ca.pem"] = given.ca
    for chip, image in images.items():
        members[f"micropython/{chip}/bootloader.bin"] = image.bootloader
        members[f"micropython/{chip}/micropython.bin"] = image.app
    for name, board in boards.items():
        members[f"boards/{name}.json"] = _json(board)
    start_unix = int(datetime(given.day.year, given.day.month, given.day.day, tzinfo=UTC).timestamp())
    for pole in site.poles:
        members[f"poles/{pole.name}.json"] = _json(_settings(given, pole, start_unix))
    manifest: dict[str, Any] = {
        "site": site.name,
        "title": site.title,
        "day": given.day.isoformat(),
        "firmware": VERSION,
        "micropython": {
            chip: {"version": image.version, "mpy": f"{image.mpy[0]}.{image.mpy[1]}", "sha256": image.sha256}
            for chip, image in images.items()
        },
        "poles": {pole.name: {"board": pole.board} for pole in site.poles},
    }
    if any(image.practice for image in images.values()):
        manifest["practice"] = True
    return container.pack(manifest, members, signer)


def _images(boards: Mapping[str, Mapping[str, Any]], given: Mapping[str, MicroPython]) -> dict[str, MicroPython]:
    """The image of every chip of *boards*, each of which must have the room for it."""
    out = {}
    for name, board in boards.items():
        chip = board["chip"]
        if chip not in given:
            there = " and ".join(sorted(given)) or "no chip"
            raise WrongChip(f"the board {name} has the chip {chip} and the MicroPython given is for {there}")
        check_fit(board, given[chip].app)
        out[chip] = given[chip]
    return dict(sorted(out.items()))


def _settings(given: Ingredients, pole: Pole, start_unix: int) -> dict[str, Any]:
    """What *pole* is flashed with: its configuration, the way to its broker, and its keys."""
    if pole.name not in given.keys:
        raise BundleError(f"the key file has no key called {pole.name}: --new-keys makes those that are missing")
    others = {other.name for other in given.site.poles} & set(pole.groups)
    if others:
        raise BundleError(
            f"the group {min(others)} of {pole.name} has the name of a pole, so all of the group would be given that "
            "pole's own key: give one of them another name"
        )
    names = [name for name in (pole.name, *sorted(set(pole.groups))) if name in given.keys]
    out = {
        **pole_config(given.site, pole, start_unix),
        **given.links.get(pole.name, {}),
        "keys": {name: given.keys[name].secret.hex() for name in names},
    }
    if out["link.tls"] and not given.ca:
        raise BundleError(f"the broker {given.site.broker} speaks TLS and the poles have no CA: name one by --ca")
    try:
        schema.complete(dict(out))
    except schema.ConfigError as error:
        what = f"what {pole.name} is flashed with"
        raise SiteError(
            Problem("site.toml", 0, what, f"is refused by the pole: {sentence}", "must be sound")
            for sentence in error.problems
        ) from None
    return out


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=True).encode()
