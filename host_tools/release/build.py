"""Makes a release: the app compiled for a site's boards, cut into pieces, and signed."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from host_tools.boards import load_board
from host_tools.boards.flash_layout import placed
from host_tools.firmware_build.compile import compile_app
from host_tools.firmware_build.sources import FIRMWARE
from host_tools.keys.signing import Signer
from host_tools.release import container, package, space
from host_tools.release.container import Release
from host_tools.release.errors import NoSpace, ReleaseError
from host_tools.release.manifest import LEAST_WINDOW_S, MOST_WINDOW_S, WINDOW_S, Manifest, is_version
from host_tools.site.model import Site

MPY = 6  # version of the .mpy files that MicroPython 1.19 and later load
_GOLDENS = ("boot.py", "main.py", "program.mpy", "lib/hand_over.mpy")  # run from `vfs` alone: no slot has them


class Ingredients(NamedTuple):
    """What a release is made of.

    *site*: whose boards it is for; *serial*: Unix ms at signing; *older*: releases that differences are made from;
    *downgrade*: poles may go back to it; *window*: seconds of probation, 60 to 3600.
    """

    site: Site
    serial: int
    older: Sequence[Release] = ()
    downgrade: bool = False
    window: int = WINDOW_S


def build(given: Ingredients, signer: Signer, source: Path = FIRMWARE) -> bytes:
    """The file of the release of the firmware at *source*; the same bytes for the same ingredients.

    Raises BoardError, CompileError, ReleaseError, NoSpace.
    """
    if not LEAST_WINDOW_S <= given.window <= MOST_WINDOW_S:
        raise ReleaseError(
            f"the window is {given.window} s and must be {LEAST_WINDOW_S} to {MOST_WINDOW_S}: so long a pole tries it"
        )
    boards = sorted({pole.board for pole in given.site.poles})
    if not boards:
        raise ReleaseError(f"{given.site.name} has no poles: a release is for the boards of one at least")
    version = version_of(source)
    app = compile_app(source, MPY)
    manifests, packages = {}, {}
    for board in boards:
        files = slot_files(app, board)
        if problem := space.problem_of(files, board):
            raise NoSpace(problem)
        bases = [older.files(board) for older in given.older if board in older.boards]
        made = packages[board] = package.make(files, bases)
        manifests[board] = Manifest(
            board=board, content=made.content, listed=len(made.listing), mpy=MPY, serial=given.serial,
            site=given.site.name, size=sum(map(len, files.values())), version=version, downgrade=given.downgrade,
            window=given.window,
        )  # fmt: skip
    return container.pack(manifests, packages, signer)


def slot_files(app: Mapping[str, bytes], board: str) -> dict[str, bytes]:
    """The files of a slot by their paths below it: the compiled *app* without drivers that *board* has no chip for."""
    described = {**app, "board.json": json.dumps(load_board(board)).encode()}
    return {path: data for path, data in placed(described).items() if path not in (*_GOLDENS, "board.json")}


def version_of(source: Path) -> str:
    """``FIRMWARE`` of the app at *source*, three numbers.  Raises ReleaseError."""
    file = source / "pole" / "app.py"
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReleaseError(f"the firmware {source} has no pole/app.py that can be read: {error.strerror}") from error
    except (SyntaxError, ValueError) as error:
        raise ReleaseError(f"{file} is not Python: {error}") from error
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FIRMWARE":
            version = ast.literal_eval(node.value)
            if is_version(version):
                return str(version)
            raise ReleaseError(f"FIRMWARE in {file} is {version!r} and must be three numbers such as 0.2.0")
    raise ReleaseError(f"{file} has no line FIRMWARE = ...: it says which version the app is")
