"""The rows that a figure of a report comes from, as the query of a URL asks for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, timedelta

from host_tools.city.console.city import City
from host_tools.city.ledger import sheets
from host_tools.city.ledger.repairs import Repair
from host_tools.city.ledger.sheet import Sheet
from host_tools.city.ledger.words import NO_NAME, Words
from host_tools.city.store import fault_rows, night_sums
from host_tools.city.store.local_time import LocalTime
from host_tools.language.language import Spoken
from host_tools.text import quoted, text

POLES, NIGHTS, REPAIRS, SUPPLY = "poles", "nights", "repairs", "supply"
ROWS = (POLES, NIGHTS, REPAIRS, SUPPLY)
WHERE = ("ward", "feeder", "contractor")  # filters that choose poles by the site's files
FILTERS = {
    POLES: WHERE, NIGHTS: (*WHERE, "pole", "night", "what"), REPAIRS: ("ward", "contractor", "which"),
    SUPPLY: ("kind",),
}  # fmt: skip
WHICH: Mapping[str, Callable[[Repair, int, int], bool]] = {
    "ended": lambda one, begins, ends: one.fault.ended is not None and begins <= one.fault.ended < ends,
    "in_time": lambda one, begins, ends: (
        one.fault.ended is not None and begins <= one.fault.ended < ends and not one.late
    ),
    "late": lambda one, begins, ends: one.late,
    "open": lambda one, begins, ends: one.fault.ended is None or one.fault.ended >= ends,
    "penalty": lambda one, begins, ends: one.days > 0,
}
MOST_TEXT = 80


def rows_of(
    city: City, words: Words, rows: str, query: Mapping[str, str], most: int | None
) -> tuple[Sheet, int]:  # fmt: skip
    """The first *most* of *rows* (one of ROWS; None: all) that *query* asks for, and how many there are.

    Raises Spoken where a filter has a value that none can have.
    """
    begins, ends = words.report.month.bounds(LocalTime(city.zone))
    if rows == NIGHTS:
        return _nights(city, words, query, most)
    if rows == POLES:
        wanted = chosen_poles(city, query)
        found = [one for one in words.report.poles if wanted is None or one[0] in wanted]
        return _cut(sheets.poles(words, found), most)
    if rows == REPAIRS:
        which = _choice("which", query.get("which", ""), tuple(WHICH))
        listed = [
            one
            for one in words.report.repairs
            if (not which or WHICH[which](one, begins, ends))
            and _is(one.ward, query.get("ward", ""))
            and _is(one.contractor, query.get("contractor", ""))
        ]
        return _cut(sheets.repairs(words, listed), most)
    kind = _choice("kind", query.get("kind", ""), fault_rows.SUPPLY)
    with city.reading() as connection:
        faults = fault_rows.faults(connection, begins, ends, (kind,) if kind else fault_rows.SUPPLY)
    return _cut(sheets.alarms(words, faults), most)


def chosen_poles(city: City, query: Mapping[str, str]) -> Collection[str] | None:
    """The names of the poles that the filters of *query* choose; None where there is no such filter."""
    ward, feeder, contractor = (query.get(name, "") for name in WHERE)
    pole = query.get("pole", "")
    if not (ward or feeder or contractor or pole):
        return None
    if not (ward or feeder or contractor):
        return {pole}
    site = city.site
    return {
        one.name
        for one in (site.poles if site else ())
        if _is(one.ward, ward) and _is(one.feeder, feeder) and (not pole or one.name == pole)
        and (not contractor or (site is not None and _is(site.contract.contractor_of(one.ward), contractor)))
    }  # fmt: skip


def chosen(words: Words, rows: str, query: Mapping[str, str]) -> list[str]:
    """The filters of *query* in words."""
    out = []
    for name in FILTERS[rows]:
        if value := query.get(name, ""):
            shown = text(value, MOST_TEXT)
            if name == "what" and words.said.knows(f"report.figure_{value}"):
                shown = words.say(f"figure_{value}")
            elif name == "which" and words.said.knows(f"report.which_{value}"):
                shown = words.say(f"which_{value}")
            elif name == "kind":
                shown = words.kind(value)
            elif value == NO_NAME:
                shown = words.say("no_name")
            out.append(shown if name in ("what", "which", "kind") else f"{words.say(f'column_{name}')} {shown}")
    return out


def _nights(city: City, words: Words, query: Mapping[str, str], most: int | None) -> tuple[Sheet, int]:
    month = words.report.month
    first, after = month.first, month.after
    if said := query.get("night", ""):
        try:
            first = date.fromisoformat(said)
        except ValueError:
            raise Spoken("report.bad_night", value=quoted(said, 20)) from None
        after = first + timedelta(days=1)
    what = _choice("what", query.get("what", ""), night_sums.WHATS)
    wanted = night_sums.Wanted(first, after, chosen_poles(city, query), what)
    with city.reading() as connection:
        found, count = night_sums.rows(connection, wanted, most)
    return sheets.nights(words, found), count


def _cut(sheet: Sheet, most: int | None) -> tuple[Sheet, int]:
    count = len(sheet.rows)
    if most is None or count <= most:
        return sheet, count
    return Sheet(sheet.name, sheet.title, sheet.columns, sheet.rows[:most], sheet.links[:most]), count


def _choice(name: str, value: str, choices: Sequence[str]) -> str:
    if value and value not in choices:
        raise Spoken(f"report.bad_{name}", value=quoted(value, 30), choices=", ".join(choices))
    return value


def _is(value: str, wanted: str) -> bool:
    return not wanted or value == wanted or (wanted == NO_NAME and not value)
