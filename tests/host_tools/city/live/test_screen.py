"""The live picture: fits its terminal, and shows first what needs looking at."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from host_tools.city.live import formats, screen
from host_tools.city.live.street_state import Street
from host_tools.drawing.bar import bar
from host_tools.site.model import Pole

NOW = 1795531800  # 24 November 2026, 20:20 in Sagar
ZONE = ZoneInfo("Asia/Kolkata")


def tell(street: Street, number: int, kind: str, retained: bool = True, **values: Any) -> None:
    payload = json.dumps({"v": 1, "at": NOW - 30, **values}).encode()
    street.feed(f"diya/1/sagar/P{number:04d}/{kind}", payload, retained, NOW - 30)


def street_of(count: int) -> Street:
    street = Street("diya/1", "sagar")
    for number in range(1, count + 1):
        tell(street, number, "presence", online=True)
        tell(
            street, number, "state", level=70, target=70, reason="main-road: 23:30", owner="calendar",
            until=NOW + 3600, faults=[],
        )  # fmt: skip
        tell(street, number, "meter", False, activePower=104.5)
    return street


def picture(
    street: Street, width: int = 110, height: int = 40, elapsed_s: float = 0, factor: float = 1,
    connected: bool = True, note: str = "",
) -> list[str]:  # fmt: skip
    console = Console(width=width, height=height, color_system=None)
    with console.capture() as captured:
        console.print(
            screen.draw(
                street,
                title="Sagar",
                now=NOW,
                factor=factor,
                zone=ZONE,
                width=width,
                height=height,
                elapsed_s=elapsed_s,
                connected=connected,
                note=note,
            )
        )
    return captured.get().splitlines()


def test_a_row_tells_level_reason_owner_end_power_and_age() -> None:
    lines = picture(street_of(3))
    assert "20:20:00" in lines[0]
    assert "3 poles  3 online  3 lit  0.31 kW  0 faults" in lines[0]
    row = next(line for line in lines if line.startswith("P0002"))
    assert row.split("  ")[0] == "P0002"
    for part in ("███████···  70", "main-road: 23:30", "calendar", "21:20", "104.5 W", "30 s"):
        assert part in row


def test_no_picture_is_larger_than_its_terminal() -> None:
    for count in (1, 12, 36, 240, 1000):
        street = street_of(count)
        for number in range(1, count, 7):
            tell(street, number, "event", False, eventType="lampFailure", startEndFlag=True)
        for width, height in ((80, 24), (110, 40), (200, 60), (60, 8)):
            lines = picture(street, width, height)
            assert len(lines) <= height
            assert max(len(line) for line in lines) <= width


def test_what_makes_the_numbers_doubtful_is_seen_on_a_narrow_terminal() -> None:
    head = picture(street_of(1000), 80, 24, connected=False, note="reading 43 %")[0]
    assert "broker gone, trying again" in head
    assert "reading 43 %" in head


def test_every_pole_of_a_long_street_comes_by_in_turn() -> None:
    street = street_of(240)
    seen = set()
    for page in range(20):
        lines = picture(street, elapsed_s=page * screen.PAGE_S)
        seen |= {line.split()[0] for line in lines if line.startswith("P0")}
    assert len(seen) == 240


def test_what_is_wrong_stays_on_top_of_every_page() -> None:
    street = street_of(240)
    tell(street, 200, "event", False, eventType="lampFailure", startEndFlag=True)
    tell(street, 100, "presence", False, online=False)
    for page in (0, 3, 7):
        rows = [line for line in picture(street, elapsed_s=page * screen.PAGE_S) if line.startswith("P0")]
        assert rows[0].startswith("P0200")
        assert "lampFailure" in rows[0]
        assert rows[1].startswith("P0100")
        assert "offline" in rows[1]


def test_a_long_street_is_seen_at_a_glance() -> None:
    street = street_of(240)
    tell(street, 1, "presence", False, online=False)
    tell(street, 2, "event", False, eventType="lampFailure", startEndFlag=True)
    tell(street, 3, "state", False, level=0, target=0)
    lines = picture(street, width=120)
    assert lines[1].startswith("x!·▆")
    assert len(lines[1]) == len(lines[2]) == 120


def test_events_stand_below_newest_first() -> None:
    street = street_of(3)
    tell(street, 1, "presence", False, online=False)
    tell(street, 2, "event", False, eventType="supplyLoss", startEndFlag=True, timestamp=NOW - 5)
    lines = picture(street)
    below = lines[next(number for number, line in enumerate(lines) if "events" in line) + 1 :]
    assert below[0].strip() == "20:19:55 P0002 supplyLoss"
    assert below[1].strip() == "20:19:30 P0001 offline"


def test_times_and_bars_are_readable() -> None:
    assert [bar(level, 4) for level in (0, 1, 50, 63, 100)] == ["····", "▌···", "██··", "██▌·", "████"]
    assert [formats.ago(seconds) for seconds in (-3, 59, 60, 7200, 200_000)] == ["0 s", "59 s", "1 min", "2 h", "2 d"]
    assert formats.until(NOW + 3600, NOW, ZONE) == "21:20"
    assert formats.until(NOW + 86400, NOW, ZONE) == "25 Nov 20:20"
    assert formats.until(None, NOW, ZONE) == formats.until(2**62, NOW, ZONE) == "-"


def test_a_large_street_is_a_table_by_ward_and_what_needs_looking_at() -> None:
    poles = [Pole(f"P{n:04d}", 0, 0, f"W{n % 4 + 1}", "Z", "F", "market", "led", "virtual") for n in range(3000)]
    street = Street("diya/1", "sagar", poles=poles)
    for number in range(2999):
        tell(street, number, "presence", online=True)
        tell(street, number, "state", level=70, target=70, faults=["lampFailure"] if number == 1234 else [])
    lines = picture(street, width=140)
    assert "2999 poles  2999 online" in lines[0] and "1 never heard" in lines[0]
    assert "only what needs looking at" in lines[0]
    assert [line.split() for line in lines[1:4]] == [
        ["ward", "poles", "online", "lit", "kW", "faults", "silent"], ["W1", "750", "750", "750", "0.00", "0", "0"],
        ["W2", "750", "750", "750", "0.00", "0", "0"],
    ]  # fmt: skip
    assert [line.split()[0] for line in lines if line.startswith("P")] == ["P1234"]
