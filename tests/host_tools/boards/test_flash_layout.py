"""What lies where on a pole's flash."""

from __future__ import annotations

import json

from host_tools.boards import load_board
from host_tools.boards.flash_layout import placed
from pole.update import signer


def test_only_the_drivers_of_the_boards_own_chips_are_on_its_flash() -> None:
    files = {f"{name}.mpy": b"" for name in ("bl0942", "cse7766", "lw14", "parse", "inputs")}
    board = load_board("esp32-c3-devkitm")  # without a DALI port
    on_it = placed({**files, "board.json": json.dumps(board).encode()})
    assert sorted(on_it) == ["board.json", "lib/bl0942.mpy", "lib/inputs.mpy", "parse.mpy"]


def test_the_key_for_updates_lies_where_the_pole_looks_for_it() -> None:
    assert signer.FLASHED in placed({signer.FLASHED: b"a key"})
