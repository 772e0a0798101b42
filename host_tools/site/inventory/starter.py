"""A new site without a list: some poles along one street, to be replaced by those that are there."""

from __future__ import annotations

from math import cos, radians

from host_tools.site.inventory.folder import poles_text
from host_tools.site.inventory.lamps import lamps_of
from host_tools.site.inventory.site_text import Facts, new_text
from host_tools.site.load import SITE_FILE
from host_tools.site.model import Pole
from host_tools.site.near_places import METRES_PER_DEGREE
from host_tools.site.poles_csv import FILE

SPACING_M = 30.0
MOST = 1000
ROAD_CLASS = "street"


def starter_texts(facts: Facts, count: int, watts: float, board: str, remarks: tuple[str, str]) -> dict[str, str]:
    """The texts of `site.toml` and `poles.csv` with *count* poles of *watts* W; *remarks*: the first line of each."""
    lamps = lamps_of("led", [f"{watts:g}"], 1)
    east = SPACING_M / METRES_PER_DEGREE / max(cos(radians(facts.latitude)), 0.01)
    east = -east if facts.longitude > 179 else east
    width = max(4, len(str(count)))
    poles = [
        Pole(
            f"P{number + 1:0{width}d}", facts.latitude, round(facts.longitude + east * number, 7), "W1", "Z1", "F1",
            ROAD_CLASS, lamps.name, board,
        )
        for number in range(count)
    ]  # fmt: skip
    return {
        SITE_FILE: new_text(facts, remarks[0], [ROAD_CLASS], {}, [lamps.table()]),
        FILE: poles_text(poles, remarks[1]),
    }
