"""A bundle for tests: a few poles of Sagar on the boards that are asked for, with stand-in images of their chips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from host_tools.boards import load_board
from host_tools.field.bundle import Bundle
from host_tools.field.bundle.build import Ingredients, build
from host_tools.field.bundle.bundle import write
from host_tools.field.images import micropython
from host_tools.keys.key import Key
from host_tools.keys.signing import Signer
from host_tools.site import load_site
from host_tools.site.model import Site
from simulator.virtual_pole.stand_in_image import stand_in_image

DAY = date(2026, 11, 24)


def signer(number: int = 0) -> Signer:
    """A private key, the same one in a process; another *number* is another city's."""
    return _signer(number)


@lru_cache
def _signer(number: int) -> Signer:
    return Signer(rsa.generate_private_key(65537, 3072))


@lru_cache
def image(chip: str, size: int = 200_000, version: str = "1.24.1") -> micropython.MicroPython:
    return micropython.read(stand_in_image(chip, size, version), f"{chip}.bin")


def small_site(boards: Sequence[str] = ("esp32-devkitc",), broker: str = "mqtt://127.0.0.1:1883") -> Site:
    """Sagar with one pole for each of *boards*: P0001, P0002 ..."""
    site = load_site("sagar", len(boards))
    poles = [replace(pole, board=board) for pole, board in zip(site.poles, boards, strict=True)]
    return replace(site.with_poles(poles), broker=broker)


def ingredients(site: Site, size: int = 200_000, links: Mapping[str, Any] | None = None) -> Ingredients:
    """What a bundle of *site* is made of: images of *size* bytes, keys, and the same *links* for every pole."""
    chips = {load_board(pole.board)["chip"] for pole in site.poles}
    keys = {pole.name: Key(pole.name, pole.name.encode().ljust(32, b"\x5a")) for pole in site.poles}
    link = {"link.ssid": "city", "link.password": "lamplight", **(links or {})}
    return Ingredients(
        site, {chip: image(chip, size) for chip in chips}, keys, DAY, {pole.name: link for pole in site.poles}
    )


def small_bundle(
    path: Path,
    boards: Sequence[str] = ("esp32-devkitc",),
    broker: str = "mqtt://127.0.0.1:1883",
    size: int = 200_000,
    links: Mapping[str, Any] | None = None,
) -> Bundle:
    """The bundle, written to *path*."""
    write(path, build(ingredients(small_site(boards, broker), size, links), signer()))
    return Bundle.open(path)
