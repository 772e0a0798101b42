"""Which poles a view shows, as its URL says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from host_tools.city.console.live.view import LIT, OFF, SILENT, UNKNOWN, PoleView
from host_tools.errors import CommandError
from host_tools.site.model import Pole
from host_tools.text import quoted, whole

NAMES = ("ward", "feeder", "class", "owner", "state", "faults", "age")
STATES = (LIT, OFF, SILENT, UNKNOWN, "command")
MOST_MINUTES = 100_000


@dataclass(frozen=True)
class Filters:
    """Empty is "all".  *state*: one of STATES; *faults*: those with an alarm; *age*: not heard for so many minutes."""

    ward: str = ""
    feeder: str = ""
    road_class: str = ""
    owner: str = ""
    state: str = ""
    faults: bool = False
    age: int = 0

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Filters:
        """Those of the query of a URL.  Raises CommandError."""
        state, said = values.get("state", ""), values.get("age", "") or "0"
        if state and state not in STATES:
            raise CommandError(f"state is {quoted(state, 30)} and must be one of {', '.join(STATES)}")
        age = whole(said)
        if age is None or age > MOST_MINUTES:
            raise CommandError(f"age is {quoted(said, 30)} and must be 0 to {MOST_MINUTES} minutes")
        return cls(
            values.get("ward", ""), values.get("feeder", ""), values.get("class", ""), values.get("owner", ""), state,
            values.get("faults", "") == "1", age,
        )  # fmt: skip

    def __bool__(self) -> bool:
        return self != Filters()

    def holds(self, pole: Pole | None, seen: PoleView, now: float) -> bool:
        """Whether the view shows the pole; *pole*: what the site's files say of it."""
        if (self.ward or self.feeder or self.road_class) and (
            pole is None
            or (self.ward and pole.ward != self.ward)
            or (self.feeder and pole.feeder != self.feeder)
            or (self.road_class and pole.road_class != self.road_class)
        ):
            return False
        if self.owner and seen.owner != self.owner:
            return False
        if self.state and not (seen.in_command if self.state == "command" else seen.state == self.state):
            return False
        if self.faults and not seen.worst:
            return False
        return not self.age or seen.seen is None or now - seen.seen >= self.age * 60


def chosen(
    filters: Filters, files: Mapping[str, Pole], poles: Iterable[PoleView], now: float
) -> list[PoleView]:  # fmt: skip
    """Those of *poles* that *filters* let through: with the worst alarm first, then the silent ones, then by name."""
    shown = [one for one in poles if filters.holds(files.get(one.name), one, now)]
    return sorted(shown, key=lambda one: (one.worst or 9, one.state != SILENT, one.name))
