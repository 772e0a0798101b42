"""Boards: one TOML file each in ``boards/``, which says what is wired to which pin of the chip."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from host_tools.boards.check import board_warnings, check_board
from host_tools.errors import DiyaError

__all__ = ["BoardError", "board_warnings", "check_board", "list_boards", "load_board", "read_board"]

_HERE = Path(__file__).resolve().parents[1]
_FOLDERS = (_HERE / "board_files", _HERE.parent / "boards")  # in an installed package; in a checkout


class BoardError(DiyaError):
    """A board is not known, or its file holds mistakes: ``problems``, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def list_boards() -> list[str]:
    """Names of the boards that come with Diya."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def load_board(name: str) -> dict[str, Any]:
    """The checked board *name*: its file's tables as they stand there.  Raises BoardError."""
    if name not in list_boards():
        raise BoardError([f"There is no board {name!r}; there are {', '.join(list_boards())}."])
    return read_board(_folder() / f"{name}.toml")


def read_board(path: Path) -> dict[str, Any]:
    """The checked board of the file *path*.  Raises BoardError."""
    name = path.stem
    try:
        board = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BoardError([f"{path.name} is not TOML: {error}."]) from error
    except OSError as error:
        raise BoardError([f"{path}: {error.strerror}."]) from error
    problems = check_board(board)
    if board.get("name") != name:
        problems.append(f"name is {board.get('name')!r} and must be {name!r}, as the file is called.")
    if problems:
        raise BoardError([f"{path.name}: {problem}" for problem in problems])
    return board


def _folder() -> Path:
    return next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])
