"""A bundle: all that turns the bare boards of one site into its poles, in one file, without a network."""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from host_tools.boards.flash_layout import placed
from host_tools.field.bundle import container
from host_tools.field.bundle.errors import BundleError, NoSpace
from host_tools.field.bundle.manifest import check_manifest
from host_tools.field.images import esp_image, file_system, nvs, otadata, partitions
from host_tools.field.images.esp_image import TooLarge
from host_tools.field.images.partitions import Partition
from host_tools.files import replace_file
from host_tools.keys import signing
from host_tools.text import text


class Region(NamedTuple):
    """*data* that belongs at *offset* of a pole's flash.

    *name* is "bootloader", "partitions", "micropython", "otadata", "nvs", "vfs" or "data".
    """

    name: str
    offset: int
    data: bytes


class Bundle:
    """What `diya bundle` made for a site, whole and signed.  ``public`` is the key that signed it (PEM)."""

    def __init__(self, manifest: dict[str, Any], members: Mapping[str, bytes]) -> None:
        self.manifest = manifest
        self._members = members
        self.site: str = manifest["site"]
        self.poles: tuple[str, ...] = tuple(manifest["poles"])
        self.version: str = manifest["firmware"]
        self.public = members[container.PUBLIC]

    @classmethod
    def open(cls, path: Path, trust: Path | None = None) -> Bundle:
        """The bundle in the file at *path*, with every byte of it checked.

        *trust* is a PEM file with the public key (or the private one) of the required signer.  Raises Damaged,
        Foreign, BundleError.
        """
        trusted = signing.read_public(trust) if trust else None
        what = text(path.name, 60)
        try:
            if path.exists() and not path.is_file():
                raise BundleError(f"the bundle {path} is not a file")
            with path.open("rb") as file:
                manifest, members = container.unpack(file, what, trusted)
        except OSError as error:
            raise BundleError(f"the bundle {path} cannot be read: {error.strerror}") from error
        check_manifest(manifest, members, what)
        return cls(manifest, members)

    @property
    def practice(self) -> bool:
        """Whether the MicroPython in it is a stand-in, which runs on virtual poles alone."""
        return bool(self.manifest.get("practice"))

    @property
    def micropython(self) -> str:
        """Version of MicroPython; where there are several chips with several versions, all of them."""
        return ", ".join(sorted({image["version"] for image in self.manifest["micropython"].values()}))

    def board(self, pole: str) -> dict[str, Any]:
        """The board of *pole*, as host_tools.boards checked it.  Raises BundleError for a pole of another site."""
        board: dict[str, Any] = json.loads(self._members[f"boards/{self._board_name(pole)}.json"])
        return board

    def boards(self) -> list[dict[str, Any]]:
        """The boards of its poles, by name."""
        return [json.loads(data) for name, data in sorted(self._members.items()) if name.startswith("boards/")]

    def partition_table(self, pole: str) -> bytes:
        """The table that *pole* has once it is flashed; a board which has another one was never flashed by us."""
        return partitions.encode(self.partitions(pole))

    def partitions(self, pole: str) -> dict[str, Partition]:
        """Where everything is on *pole*'s flash, by name."""
        return partitions.layout(self.board(pole)["flash_mb"])

    def files(self, pole: str, mac: str | None = None) -> dict[str, bytes]:
        """The files on the `vfs` of *pole*: the app, the board, its configuration with its keys, and the CA.

        `identity.json` has the name of the pole, and the *mac* of its chip where that is known.
        """
        found = {name.removeprefix("vfs/"): data for name, data in self._members.items() if name.startswith("vfs/")}
        found["board.json"] = self._members[f"boards/{self._board_name(pole)}.json"]
        found["config.json"] = self._members[f"poles/{pole}.json"]
        identity = {"site": self.site, "pole": pole, **({"mac": mac} if mac else {})}
        found["identity.json"] = json.dumps(identity, separators=(",", ":")).encode()
        return found

    def regions(self, pole: str, first: bool, mac: str | None = None) -> list[Region]:
        """All that is written to the flash of *pole*, whose chip has *mac*, from its start on.

        On the *first* flash that is also an empty `data`, and NVS as a new pole has it; a revisit leaves both alone.
        """
        board = self.board(pole)
        chip, at = board["chip"], self.partitions(pole)
        loader, image = (self._members[f"micropython/{chip}/{name}.bin"] for name in ("bootloader", "micropython"))
        app = partitions.first_app(at)
        out = [
            Region(
                "bootloader", partitions.BOOTLOADER_OFFSETS[chip], esp_image.with_flash_size(loader, board["flash_mb"])
            ),
            Region("partitions", partitions.OFFSET, self.partition_table(pole)),
            Region("micropython", app.offset, image),
            Region("vfs", at["vfs"].offset, file_system.image_of(placed(self.files(pole, mac)), at["vfs"].size)),
        ]
        if "otadata" in at:  # the first of the two starts: the one that is written here
            out.append(Region("otadata", at["otadata"].offset, otadata.of_first_slot(at["otadata"].size)))
        if first:
            out.append(Region("nvs", at["nvs"].offset, nvs.of_new_pole(at["nvs"].size)))
            out.append(Region("data", at["data"].offset, file_system.empty(at["data"].size)))
        return sorted(out, key=lambda region: region.offset)

    def _board_name(self, pole: str) -> str:
        if pole not in self.manifest["poles"]:
            raise BundleError(f"the pole is {pole!r} and must be one of the {len(self.poles)} of {self.site}'s bundle")
        name: str = self.manifest["poles"][pole]["board"]
        return name


def check_fit(board: Mapping[str, Any], image: bytes) -> None:
    """Raises TooLarge where MicroPython's *image* is larger than its place on *board*'s flash."""
    app = partitions.first_app(partitions.layout(board["flash_mb"]))
    if len(image) > app.size:
        raise TooLarge(
            f"MicroPython has {len(image)} bytes and its place on {board['name']} ({board['flash_mb']} MB of flash) "
            f"has {app.size}"
        )


def write(path: Path, data: bytes) -> None:
    """Writes a bundle's *data* to *path*, whole and readable by its owner only.  Raises BundleError, NoSpace."""
    try:
        replace_file(path, data, 0o600)
    except OSError as error:
        kind = NoSpace if error.errno in (errno.ENOSPC, errno.EDQUOT) else BundleError
        raise kind(f"the bundle {path} cannot be written: {error.strerror}") from error
