"""The street in numbers, as a whole and by ward, updated with each message, so that a picture need not count again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from host_tools.city.live.row import Row


@dataclass
class Summary:
    """The poles with a message: how many, online, lit, offline; open faults, and the kilowatts they report.

    ``unknown``: poles that do not report which faults are open.  ``never``: poles of the site's files without a
    message.  ``unreadable``: messages; ``refused``: messages of poles above the most that are kept.  ``switched_off``:
    poles that are offline because their feeder is switched off by day; they are not among ``offline``.
    """

    poles: int = 0
    online: int = 0
    offline: int = 0
    lit: int = 0
    faults: int = 0
    unknown: int = 0
    never: int = 0
    watts: float = 0.0
    unreadable: int = 0
    refused: int = 0
    switched_off: int = 0

    @property
    def kilowatts(self) -> float:
        return abs(self.watts) / 1000  # adding and subtracting may leave -0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "poles": self.poles, "online": self.online, "offline": self.offline, "switchedOff": self.switched_off,
            "lit": self.lit,
            "faults": self.faults, "faultsUnknown": self.unknown, "neverHeard": self.never,
            "activePower": round(self.kilowatts * 1000, 1), "unreadable": self.unreadable,
            "refused": self.refused,
        }  # fmt: skip

    def by_night(self) -> Summary:
        """The same while no feeder may be off."""
        return replace(self, offline=self.offline + self.switched_off, switched_off=0) if self.switched_off else self

    def add(self, row: Row, lit_percent: int, sign: int) -> None:
        """Count *row* in (*sign* 1) or out again (-1)."""
        if not row.heard:
            self.never += sign
            return
        self.poles += sign
        self.online += sign * (row.online is True)
        self.offline += sign * row.gone(by_day=True)
        self.switched_off += sign * row.off(by_day=True)
        self.faults += sign * len(row.faults)
        self.unknown += sign * (row.faults_at is None)
        if row.online is not False:
            self.lit += sign * (row.level is not None and row.level >= lit_percent)
            self.watts += sign * (row.power_w or 0.0)


class Totals:
    """``whole`` and ``wards`` (by name; "" is "no ward known") of all rows that were added, as they are by day."""

    def __init__(self, lit_percent: int) -> None:
        self._lit = lit_percent
        self.whole = Summary()
        self.wards: dict[str, Summary] = {}

    def add(self, row: Row, sign: int = 1) -> None:
        """Count *row* in (*sign* 1), or out again (-1) before it changes."""
        self.whole.add(row, self._lit, sign)
        ward = self.wards.get(row.ward)
        if ward is None:
            ward = self.wards[row.ward] = Summary()
        ward.add(row, self._lit, sign)
        if not ward.poles and not ward.never:
            del self.wards[row.ward]
