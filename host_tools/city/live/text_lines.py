"""The street as plain lines, for a pipe or a file: a line a change, and a table for `--once`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from host_tools.city.correlation.text import names
from host_tools.city.live import formats
from host_tools.city.live.row import Happening, Row
from host_tools.city.live.totals import Summary


def line_of(one: Happening, row: Row, zone: ZoneInfo) -> str:
    """One event on a line that begins with the local time and the pole."""
    text = one.text if one.kind != "state" else state_text(row, one.at, zone)
    return f"{formats.clock(one.at, zone)} {one.pole} {text}"


def state_text(row: Row, now: float, zone: ZoneInfo) -> str:
    """Level, owner, reason and end of the last state of *row*."""
    going = f" to {row.target} %" if row.target is not None and row.target != row.level else ""
    end = f" until {formats.until(row.until, now, zone)}" if row.until is not None else ""
    return f"{row.level} %{going} {row.owner or '-'}: {row.reason or '-'}{end}"


def faults_text(row: Row) -> str:
    """Its open faults, with the counts of those that chatter."""
    often = row.chatter or {}
    return ", ".join(f"{name} ({often[name].count} times)" if name in often else name for name in row.faults)


def row_line(row: Row, now: float, zone: ZoneInfo, by_day: bool = False) -> str:
    """One pole of the table that `--once` prints; *by_day*: switched feeders may be off."""
    online = "off" if row.off(by_day) else {True: "online", False: "offline", None: "-"}[row.online]
    state = state_text(row, now, zone) if row.level is not None else "-"
    seen = "-" if row.seen is None else f"{formats.ago(now - row.seen)} ago"
    faults = f"  {faults_text(row)}" if row.faults else ""
    return f"{row.pole}  {online:7}  {formats.watts(row.power_w):>8}  {seen:>10}  {state}{faults}"


def ward_lines(wards: list[tuple[str, Summary]]) -> list[str]:
    """A table by ward, its head first; empty where there are no two."""
    if len(wards) < 2:
        return []
    out = [f"{'ward':12}  {'poles':>6}  {'online':>6}  {'lit':>6}  {'kW':>8}  {'faults':>6}  {'silent':>6}"]
    for name, total in wards:
        silent = total.offline + total.never
        faults = "?" if total.unknown and not total.faults else total.faults
        out.append(
            f"{name or '-':12}  {total.poles + total.never:6}  {total.online:6}  {total.lit:6}  {total.kilowatts:8.2f}"
            f"  {faults:>6}  {silent:6}"
        )
    return out


def never_line(never: list[str]) -> str:
    """Which poles of the site's files were never heard of; empty where all were."""
    return f"never heard: {names(never)} ({len(never)})" if never else ""


def summary_line(total: Summary) -> str:
    return (
        f"{total.poles} poles, {total.online} online, {total.lit} lit, {total.kilowatts:.2f} kW, "
        + formats.faults(total.faults, total.unknown, total.poles)
        + (f", {total.switched_off} on feeders that are switched off by day" if total.switched_off else "")
        + (f", {total.never} never heard" if total.never else "")
        + (f", {total.unreadable} unreadable messages" if total.unreadable else "")
        + (f", {total.refused} messages of more poles than can be kept" if total.refused else "")
    )
