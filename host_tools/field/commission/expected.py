"""The expected power of the lamp: the table of its luminaire's type, corrected for warmth, temperature and voltage.

A curve is valid for a warm lamp at nominal voltage and 25 degrees.  Measurements at the pole are converted to these
conditions with the pole's own model (health/expected.py), which will judge the same lamp later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from host_tools.field.commission.bounds import NOMINAL_V
from host_tools.site.model import TECHNOLOGIES, Luminaire
from pole.health import expected, setup

UNDIMMED = 0.05  # of the full power: a type whose levels differ by less has no dimmer


class Type(NamedTuple):
    """A luminaire's type; *points* are (level %, W, power factor) by rising level, all of them with light.

    *technology* and *driver* are as in the settings of a pole.
    """

    name: str
    points: tuple[tuple[int, float, float], ...]
    technology: str = "led"
    driver: str = "constantPower"

    @classmethod
    def of(cls, kind: Luminaire) -> Type:
        driver = "constantPower" if kind.driver == "constant-power" else "followsVoltage"
        return cls(kind.name, tuple(point for point in kind.points if point[0] > 0), kind.technology, driver)

    @classmethod
    def of_config(cls, table: Sequence[Sequence[int]], settings: Mapping[str, Any] = MappingProxyType({})) -> Type:
        """From the setting ``luminaire`` of a pole, [[level %, mW, power factor in thousandths], ...], and others.

        Raises ValueError when the technology is none that a pole supports.
        """
        points = tuple((int(point[0]), point[1] / 1000, point[2] / 1000) for point in table)
        known = ("lamp.technology", "led"), ("lamp.driver", "constantPower")
        technology, driver = (str(settings.get(name, usual)) for name, usual in known)
        if technology not in TECHNOLOGIES:
            raise ValueError(technology)
        return cls("", points, technology, driver)

    @property
    def has_arc(self) -> bool:
        """Whether it is a discharge lamp: dark for minutes after it was off, and long on its way to full power."""
        return self.technology != TECHNOLOGIES[0]

    @property
    def is_dimmed(self) -> bool:
        """Whether it takes another power at another level."""
        return self.points[-1][1] - self.points[0][1] >= UNDIMMED * self.points[-1][1]

    def at(self, level: float) -> tuple[float, float]:
        """(W, power factor) at *level* percent; outside the table, the values of its end."""
        points = self.points
        low = points[0]
        for point in points:
            if point[0] >= level:
                part = min(max((level - low[0]) / (point[0] - low[0]), 0.0), 1.0) if point[0] > low[0] else 0.0
                return low[1] + (point[1] - low[1]) * part, low[2] + (point[2] - low[2]) * part
            low = point
        return points[-1][1], points[-1][2]


class Warmth:
    """The warmth of the lamp, computed as the pole does.

    It is of the type *kind*, lit at *dim* percent (0: it is off), and has been for *since_s* seconds before *now*;
    before that it was cold.
    """

    def __init__(self, dim: float, since_s: float, now: float, kind: Type | None = None) -> None:
        technology, driver = (kind.technology, kind.driver) if kind else ("led", "constantPower")
        setup.use_technology(self, {"lamp.technology": technology, "lamp.driver": driver})
        self.warm = 0  # names as in a State of health/setup.py, so that its functions can be used with this object
        self.nominal = NOMINAL_V * 1000
        self.points = [1000, 1_000_000, 500, 1_000_000, 10000, 10_000_000, 950, 10_000_000]
        self.factor = 0
        self._dim = round(dim * 100)
        self._at = now - since_s
        self.follow(dim, now)

    def follow(self, dim: float, now: float) -> None:
        """Take that the lamp is lit at *dim* percent from *now* (seconds) on; 0: it is off."""
        expected.warm(self, self._dim, round(max(now - self._at, 0.0) * 1000))
        self._dim, self._at = round(dim * 100), now

    def share(self, dim: float, volts: float, celsius: float | None) -> float:
        """Power of the lamp now, relative to its power when warm, at nominal voltage and 25 degrees."""
        wanted = round(dim * 100)
        tenths = None if celsius is None else round(celsius * 10)
        now: int = expected.now(self, wanted, round(volts * 1000), tenths)
        base: int = expected.at(self, wanted)
        return now / base
