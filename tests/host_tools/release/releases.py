"""Releases for tests, of made-up files: a real one is compiled in test_build.py alone."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping, Sequence

from host_tools.keys.signing import Signer
from host_tools.release import container, package
from host_tools.release.container import Release
from host_tools.release.manifest import Manifest
from tests.bundles import signer

SERIAL = 1764500000000


def app(seed: int = 0, count: int = 6) -> dict[str, bytes]:
    """Files as an app has them: of some hundred bytes, and a large one."""
    draw = random.Random(seed)
    files = {f"m{number}.mpy": draw.randbytes(draw.randint(200, 2500)) for number in range(count)}
    return files | {"lib/app.mpy": draw.randbytes(700), "resident.mpy": draw.randbytes(9000)}


def packed(
    files: Mapping[str, bytes], boards: Sequence[str] = ("virtual",), version: str = "0.2.0", serial: int = SERIAL,
    older: Sequence[Mapping[str, bytes]] = (), by: Signer | None = None, **fields: object,
) -> bytes:  # fmt: skip
    """The file of a release with the same *files* for each of *boards*."""
    made = package.make(files, older)
    about = Manifest(
        boards[0], made.content, len(made.listing), 6, serial, "sagar", sum(map(len, files.values())), version
    )._replace(**fields)
    manifests = {board: about._replace(board=board) for board in boards}
    return container.pack(manifests, dict.fromkeys(boards, made), by or signer())


def release(files: Mapping[str, bytes], **more: object) -> Release:
    """That release, opened."""
    return container.unpack(packed(files, **more), "r.update")  # type: ignore[arg-type]


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of a release's file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
