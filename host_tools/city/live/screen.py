"""The street drawn on a terminal with rich: a row a pole, a summary above, the events below.

A street that does not fit is shown as an overview, a character a pole, and in pages that turn by themselves; the poles
that need attention stay on top of every page.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from host_tools.city.live import formats, text_lines
from host_tools.city.live.row import Happening, Row
from host_tools.city.live.street_state import Street
from host_tools.city.live.totals import Summary
from host_tools.drawing.bar import bar

PAGE_S = 4.0  # real seconds a page stays
MOST_PAGES = 50  # above it each page would be shown too seldom: only poles that need attention are shown
RECENT_S = 8.0  # real seconds a change counts as fresh
STRIP = 7  # lines kept for events on a terminal of 40 lines; fewer on a lower one
STEPS = "·▁▂▃▄▅▆▇█"  # of a pole's light, in the overview
CHROME = 3  # summary, table head, the rule above the events


def draw(
    street: Street, *, title: str, now: float, factor: float, zone: ZoneInfo, width: int, height: int, elapsed_s: float,
    connected: bool = True, note: str = "",
) -> RenderableType:  # fmt: skip
    """The view at site time *now* (Unix s), which runs at *factor*, *elapsed_s* real seconds after the start.

    *note* stands in the summary, before its numbers.
    """
    shown = street.shown
    strip = max(1, min(STRIP, height // 5))
    room = max(1, height - CHROME - strip)
    fits = len(shown.names) <= room
    # a city on a small screen: its wards, or the summary, have to do
    street.at(int(now))
    glance = [] if fits or len(shown.names) > height // 6 * width else _glance(shown.rows(), width, shown.by_day)
    wards = [] if fits else _wards(shown.wards(), room // 3, elapsed_s)
    rows, page, pages = choose(street, now, factor, max(1, room - len(glance) - len(wards)), elapsed_s)
    head = _summary(street, title, now, factor, zone, page, pages, connected, note)
    events = [_event(one, zone, width) for one in list(street.events)[-strip:][::-1]]
    return Group(head, *glance, *wards, _table(rows, now, zone, shown.by_day), Rule("events", style="dim"), *events)


def choose(street: Street, now: float, factor: float, room: int, elapsed_s: float) -> tuple[list[Row], int, int]:
    """(rows, page, pages): every row by name where they fit in *room* lines, else the urgent ones and a page.

    Where that would be more than MOST_PAGES, only urgent ones, and pages is 0.
    """
    shown = street.shown
    if len(shown.names) <= room:
        return shown.rows(), 1, 1
    recent = RECENT_S * max(factor, 1.0)
    if len(shown.names) > MOST_PAGES * room:
        return shown.urgent(int(now), recent, room), 1, 0
    top = shown.urgent(int(now), recent, room // 2)
    urgent = {row.pole for row in top}
    rest = [row for row in shown.rows() if row.pole not in urgent]
    size = room - len(top)
    pages = -(-len(rest) // size)
    page = int(elapsed_s / PAGE_S) % pages
    return top + rest[page * size : (page + 1) * size], page + 1, pages


def _wards(wards: list[tuple[str, Summary]], room: int, elapsed_s: float) -> list[Text]:
    """A table by ward in at most *room* lines, in pages that turn by themselves; none where there are no two wards."""
    head, *rows = text_lines.ward_lines(wards) or [""]
    size = room - 1
    if not rows or size < 2:
        return []
    first = int(elapsed_s / PAGE_S) % -(-len(rows) // size) * size
    out = [Text(head, "dim", no_wrap=True, overflow="ellipsis")]
    for row, (_, total) in list(zip(rows, wards, strict=True))[first : first + size]:
        out.append(Text(row, "red" if total.faults or total.offline else "", no_wrap=True, overflow="ellipsis"))
    return out


def _glance(rows: Sequence[Row], width: int, by_day: bool) -> list[Text]:
    """The whole street, a character a pole by name: as high as its light, red where something is wrong."""
    out = []
    for start in range(0, len(rows), width):
        text = Text(no_wrap=True)
        for row in rows[start : start + width]:
            if row.gone(by_day):
                text.append("x", "bold red")
            elif row.off(by_day):
                text.append("o", "dim")
            elif row.level is None:
                text.append("?", "dim")
            else:
                step = -(-row.level * (len(STEPS) - 1) // 100)
                text.append("!" if row.faults else STEPS[step], "bold red" if row.faults else "yellow")
        out.append(text)
    return out


def _summary(
    street: Street, title: str, now: float, factor: float, zone: ZoneInfo, page: int, pages: int, connected: bool,
    note: str,
) -> Text:  # fmt: skip
    total = street.summary()
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f" {title} ", "bold reverse")
    text.append(f" {formats.clock(now, zone)}" + (f" x{factor:g}" if factor != 1 else ""), "bold")
    # before the numbers, which the note makes uncertain: a narrow terminal cuts off the end
    if not connected:
        text.append("  broker gone, trying again", "bold red")
    if note:
        text.append(f"  {note}", "bold yellow")
    text.append(f"  {total.poles} poles  ")
    text.append(f"{total.online} online", "red" if total.online + total.switched_off < total.poles else "green")
    if total.switched_off:
        text.append(f"  {total.switched_off} off by day")
    text.append(f"  {total.lit} lit  {total.kilowatts:.2f} kW  ")
    faults = formats.faults(total.faults, total.unknown, total.poles)
    text.append(faults, "bold red" if total.faults else "yellow" if total.unknown else "green")
    if total.never:
        text.append(f"  {total.never} never heard", "yellow")
    if total.unreadable:
        text.append(f"  {total.unreadable} unreadable", "yellow")
    if total.refused:
        text.append(f"  {total.refused} messages of more poles than can be kept", "bold red")
    if pages > 1:
        text.append(f"  page {page}/{pages}", "dim")
    if not pages:
        text.append("  only what needs looking at: --ward, --group or --faults shows others", "dim")
    return text


def _table(rows: Sequence[Row], now: float, zone: ZoneInfo, by_day: bool) -> Table:
    table = Table(box=None, expand=True, pad_edge=False, header_style="dim", padding=(0, 1))
    table.add_column("pole", no_wrap=True)
    table.add_column("level", no_wrap=True, min_width=14)
    table.add_column("why", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("owner", no_wrap=True)
    table.add_column("until", no_wrap=True, justify="right")
    table.add_column("power", no_wrap=True, justify="right")
    table.add_column("seen", no_wrap=True, justify="right")
    for row in rows:
        style = "red" if row.gone(by_day) else ""
        table.add_row(
            Text(row.pole, style),
            _level(row),
            _why(row, by_day),
            Text(row.owner or "-", "" if row.owner in ("calendar", "") else "bold"),
            formats.until(row.until, now, zone),
            formats.watts(row.power_w),
            "-" if row.seen is None else formats.ago(now - row.seen),
            style="dim" if row.online is False else "",
        )
    return table


def _level(row: Row) -> Text:
    if row.level is None:
        return Text("-")
    text = Text()
    text.append(bar(row.level), "yellow" if row.level else "dim")
    text.append(f" {row.level:3d}")
    if row.target is not None and row.target != row.level:
        text.append(f" to {row.target}", "dim")
    return text


def _why(row: Row, by_day: bool) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    if row.gone(by_day):
        text.append("offline ", "bold red")
    elif row.off(by_day):
        text.append("off: its feeder is switched off by day ")
    if row.faults:
        text.append(text_lines.faults_text(row) + " ", "bold red")
    if row.clock and row.clock != "synced":
        text.append(f"clock {row.clock} ", "yellow")
    text.append(row.reason or "-")
    return text


def _event(one: Happening, zone: ZoneInfo, width: int) -> Text:
    text = Text(f"{formats.clock(one.at, zone)} {one.pole} ", no_wrap=True, overflow="ellipsis")
    text.append(one.text, "red" if one.bad else "")
    text.truncate(max(width, 20), overflow="ellipsis")
    return text
