"""The street as plain lines, for a pipe or a file: a line a change, and a table when it is asked for once."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from host_tools.watch import words
from host_tools.watch.street import Happening, Row, Summary


def line_of(one: Happening, row: Row, zone: ZoneInfo) -> str:
    """What happened, on one line that begins with the local time and the pole."""
    text = one.text if one.kind != "state" else state_text(row, one.at, zone)
    return f"{words.clock(one.at, zone)} {one.pole} {text}"


def state_text(row: Row, now: float, zone: ZoneInfo) -> str:
    """Level, owner, reason and end of what *row* last said."""
    going = f" to {row.target} %" if row.target is not None and row.target != row.level else ""
    end = f" until {words.until(row.until, now, zone)}" if row.until is not None else ""
    return f"{row.level} %{going} {row.owner or '-'}: {row.reason or '-'}{end}"


def row_line(row: Row, now: float, zone: ZoneInfo) -> str:
    """One pole of the table that `--once` prints."""
    online = {True: "online", False: "offline", None: "-"}[row.online]
    state = state_text(row, now, zone) if row.level is not None else "-"
    seen = "-" if row.seen is None else f"{words.ago(now - row.seen)} ago"
    faults = f"  {', '.join(row.faults)}" if row.faults else ""
    return f"{row.pole}  {online:7}  {words.watts(row.power_w):>8}  {seen:>10}  {state}{faults}"


def summary_line(total: Summary) -> str:
    return (
        f"{total.poles} poles, {total.online} online, {total.lit} lit, {total.kilowatts:.2f} kW, {total.faults} faults"
        + (f", {total.rubbish} unreadable messages" if total.rubbish else "")
    )
