"""What may be complained of: six services, which alarms explain each, and which one a complaint raises."""

from __future__ import annotations

from dataclasses import dataclass

from host_tools.city.correlation import fault

LIGHT, DAY, COLUMN, SHOCK = "light", "day", "column", "shock"


@dataclass(frozen=True)
class Service:
    """*kind*: of the alarm that it raises (wire/reported.py).  *explained*: kinds of alarms that it joins.

    Complaints of one *family* about one pole are one matter.
    """

    code: str
    family: str
    kind: str
    explained: frozenset[str]

    @property
    def danger(self) -> bool:
        """Only its own alarm's end, or a person with a reason, closes it: no meter shows that a wire is safe."""
        return self.family in (COLUMN, SHOCK)


_DARK = frozenset({"lampFailure", "relayFailure", "cyclingFailure", "supplyLoss", fault.FEEDER})
SERVICES = {
    one.code: one
    for one in (
        Service("SL01", LIGHT, "reportedDark", _DARK),
        Service("SL02", DAY, "reportedByDay", frozenset({"lampUnexpectedOn", "photocellFailure"})),
        Service("SL03", LIGHT, "reportedFlicker", frozenset({"lampFlicker", "cyclingFailure"})),
        Service("SL04", COLUMN, "reportedLeaning", frozenset({"orientationChanged", "impactDetected"})),
        Service("SL05", SHOCK, "reportedShock", frozenset({"leakageDetected", "cabinetDoorOpen"})),
        Service("SL06", LIGHT, "reportedDarkStretch", _DARK),
    )
}
