"""Checks the manifest of a signed bundle against its use: signed does not mean valid."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from host_tools.field.bundle.container import PUBLIC, json_object
from host_tools.field.bundle.errors import Damaged
from host_tools.field.images import esp_image, partitions
from host_tools.text import quoted, text

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_TEXTS = ("site", "title", "day", "firmware")
_OTHERS = re.compile(r"vfs/[^/]+|micropython/[^/]+/(bootloader|micropython)\.bin")  # `vfs` has no folders
_CONFIGURATION = re.compile(r"poles/([^/]+)\.json")
_OF_IMAGE = ("version", "mpy", "sha256")


def check_manifest(manifest: Mapping[str, Any], members: Mapping[str, bytes], what: str) -> None:
    """Raises Damaged, or ImageError, unless everything that *manifest* promises is among *members*, in its form."""
    for problem in problems(manifest, members, what):
        raise Damaged(f"{what} is signed and makes no sense: {problem}")


def problems(manifest: Mapping[str, Any], members: Mapping[str, bytes], what: str) -> Iterator[str]:
    """Each thing that is wrong, in words."""
    for name in _TEXTS:
        if not isinstance(manifest.get(name), str) or not manifest[name]:
            yield f"{name} is {_short(manifest.get(name))} and must be text"
    if not isinstance(manifest.get("practice", False), bool):
        yield f"practice is {_short(manifest['practice'])} and must be true or false"
    poles, images = manifest.get("poles"), manifest.get("micropython")
    if not isinstance(poles, dict) or not poles:
        yield f"poles is {_short(poles)} and must name one pole at least"
        return
    if not isinstance(images, dict):
        yield f"micropython is {_short(images)} and must name the image of each chip"
        return
    for string in _strings(manifest):
        if _CONTROLS.search(string):
            yield f"{_short(string)} holds control characters"
            return
    for chip, about in images.items():
        if chip not in partitions.BOOTLOADER_OFFSETS:
            yield f"the chip {_short(chip)} must be one of {', '.join(partitions.BOOTLOADER_OFFSETS)}"
        elif not isinstance(about, dict) or not all(isinstance(about.get(name), str) for name in _OF_IMAGE):
            yield f"the image for {chip} must have {', '.join(_OF_IMAGE)}, as text"
    chips = yield from _boards(poles, members, what)
    for chip in sorted(chips):
        for name in ("bootloader", "micropython"):
            file = f"micropython/{chip}/{name}.bin"
            if file not in members or chip not in images:
                yield f"{file} is missing"
            elif esp_image.read(members[file], f"{file} of {what}").chip != chip:
                yield f"{file} is for another chip"
    boards = {f"boards/{about['board']}.json" for about in poles.values()}
    for member in members:
        if not (member in boards or member == PUBLIC or _OTHERS.fullmatch(member) or _pole_of(member) in poles):
            yield f"{text(member, 60)} has no place on a pole"


def _pole_of(member: str) -> str | None:
    """The pole that *member* is the configuration of."""
    found = _CONFIGURATION.fullmatch(member)
    return found[1] if found else None


def _boards(poles: Mapping[str, Any], members: Mapping[str, bytes], what: str) -> Generator[str, None, set[str]]:
    """What is wrong with poles and their boards; returns the chips that there are."""
    chips: set[str] = set()
    names: set[str] = set()
    for pole, about in poles.items():
        board = about.get("board") if isinstance(about, dict) else None
        if not isinstance(board, str):
            yield f"the board of {_short(pole)} is {_short(board)} and must be text"
        elif f"poles/{pole}.json" not in members:
            yield f"{text(f'poles/{pole}.json', 60)} is missing"
        else:
            names.add(board)
    for name in sorted(names):
        file = f"boards/{name}.json"
        if file not in members:
            yield f"{text(file, 60)} is missing"
            continue
        board = json_object(members[file], f"{file} of {what}")
        chip, size = board.get("chip"), board.get("flash_mb")
        if board.get("name") != name:
            yield f"the name in {file} is {_short(board.get('name'))} and must be {name}"
        elif not isinstance(chip, str) or chip not in partitions.BOOTLOADER_OFFSETS:
            yield f"the chip in {file} is {_short(chip)}, not one of {', '.join(partitions.BOOTLOADER_OFFSETS)}"
        elif not isinstance(size, int) or size not in partitions.SIZES_MB:
            yield f"flash_mb in {file} is {_short(size)} and must be one of {', '.join(map(str, partitions.SIZES_MB))}"
        else:
            chips.add(chip)
    return chips


def _strings(value: Any) -> Iterator[str]:
    """Every text in *value*, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _short(value: object) -> str:
    """*value* for a sentence."""
    return quoted(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
