"""Good software while the network is away: it stays, and asks the old software again until it has been online once."""

from __future__ import annotations

from pole.update import pointer
from pole.wire import contract
from simulator.street.street import Street
from tests.simulator.streets import NIGHT, live, stored
from tests.simulator.updates.releases import install

HOUR = 3_600_000
OUTAGE = '[[happening]]\nkind = "network_outage"\nat = "+5m"\nuntil = "+%dm"\n'


def test_three_days_without_network_are_no_failure() -> None:
    three_days("cpython")


def three_days(engine: str) -> None:
    """Lives them, on *engine*."""
    states: list[tuple[int, str]] = []

    def begin(street: Street) -> None:
        flash = street.poles["P0001"].pole.flash
        install(flash, "b", "0.1.5")
        install(flash, "a", "0.2.0", window=120, state=pointer.STAGED)

        def look() -> None:
            new = pointer.read(stored(flash))["new"]
            state = new["state"] if new else "none"
            if not states or states[-1][1] != state:
                states.append((street.kernel.now_ms, state))

        street.kernel.every(100_000, look)

    seen = live(
        75, poles=1, start=NIGHT, begin=begin, engine=engine, scenario=OUTAGE % (74 * 60),
        settings={"report.spread": 0},
    )  # fmt: skip
    assert seen.street.failures() == [] and seen.street.darkness.total_minutes() == 0
    asked = [ms for ms, state in states if state == pointer.ASKING]
    # at once, and after one day more, and after two more
    assert [ms // HOUR for ms in asked] == [0, 24, 72], states
    assert [state for _ms, state in states if state != pointer.ASK] == [
        pointer.STAGED, pointer.TRIAL, *[pointer.ASKING, pointer.UNPROVEN] * len(asked), "none",
    ]  # fmt: skip
    after = pointer.read(stored(seen.street.poles["P0001"].pole.flash))
    assert after["run"] == ["a", "b"] and after["reverted"] is None
    birth = seen.said("P0001", contract.BIRTH)[-1][1]
    assert birth["firmware"] == "0.2.0" and not birth["app"]["probation"]
