"""The luminaire types of a site: power and power factor by level, and the kind of driver."""

from __future__ import annotations

from host_tools.site.model import DRIVERS, TECHNOLOGIES, Luminaire
from host_tools.site.toml_reader import Reader

RATED_MOST_W = 4000  # a mast with several lamps
POWER_MOST_W = 5000  # and what their ballasts add; pole/settings/check_lamp.py has the same bound
LAMPS_MOST = 99


def read_luminaires(reader: Reader) -> dict[str, Luminaire]:
    """The luminaire types of the site that *reader* reads, by name; mistakes go to *reader*."""
    out: dict[str, Luminaire] = {}
    table = reader.table(("luminaires",))
    if not table and reader.get(("luminaires",)) is not None:
        reader.wrong(("luminaires",), "has no entries", "must have at least 1")
    for name in table:
        reader.key(("luminaires", name))
        out[name] = _luminaire(reader, name)
    return out


def _luminaire(reader: Reader, name: str) -> Luminaire:
    read, path = reader, ("luminaires", name)
    read.table(path)
    read.only(path, ("rated_w", "lumens", "lamps", "assumed", "technology", "driver", "points"))
    points: list[tuple[int, float, float]] = []
    for number in range(len(read.items((*path, "points"), 2, 16))):
        here = (*path, "points", number)
        read.table(here)
        read.only(here, ("level", "power_w", "power_factor"))
        level = read.whole((*here, "level"), 0, 100, "percent")
        if points and level <= points[-1][0]:
            read.wrong((*here, "level"), f"is {level}", f"must be above {points[-1][0]}, the level before it")
        power = read.number((*here, "power_w"), 0, POWER_MOST_W, "W")
        if points and 0 < power < points[-1][1]:
            read.wrong((*here, "power_w"), f"is {power:g}", f"must be {points[-1][1]:g} W or more, as before it")
        points.append((level, power, read.number((*here, "power_factor"), 0, 1)))
    if points and (points[0][0], points[-1][0]) != (0, 100):
        read.wrong((*path, "points"), f"go from {points[0][0]} to {points[-1][0]}", "must go from 0 to 100 percent")
    rated = read.number((*path, "rated_w"), 1, RATED_MOST_W, "W")
    lumens = read.number((*path, "lumens"), 1, 1_000_000, "lm")
    lamps = read.whole((*path, "lamps"), 1, LAMPS_MOST, default=1)
    technology = read.choice((*path, "technology"), TECHNOLOGIES, "a technology", TECHNOLOGIES[0])
    usual = DRIVERS[technology != TECHNOLOGIES[0]]  # a discharge lamp has a ballast of iron unless said otherwise
    driver = read.choice((*path, "driver"), DRIVERS, "a driver", usual)
    assumed = read.flag((*path, "assumed"))
    return Luminaire(name, rated, lumens, tuple(points), lamps, assumed, technology, driver)
