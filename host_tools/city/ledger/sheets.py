"""The tables of a report: of the month, and the rows that its figures come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from host_tools.city.ledger.repairs import Fault, Repair
from host_tools.city.ledger.report import Part
from host_tools.city.ledger.sheet import COUNT, MOMENT, PERCENT, RUPEES, TENTH, Sheet, Value
from host_tools.city.ledger.sums import Sums
from host_tools.city.ledger.words import NO_NAME, Words
from host_tools.text import safe

HOURS = ("should", "lit", "dark", "unknown", "excluded", "lit_else")
ENERGY = ("used", "baseline", "saved")


def of_month(words: Words) -> list[Sheet]:
    """The tables of the month's page: wards, contractors, feeders, supply and theft, nights."""
    one = words.report
    contractors = [_parts(words, "contractors", "contractor", one.contractors)] if one.contractors else []
    return [
        _parts(words, "wards", "ward", one.wards), *contractors, _parts(words, "feeders", "feeder", one.feeders),
        supply(words), nights_of_month(words),
    ]  # fmt: skip


def poles(words: Words, some: Iterable[tuple[str, Sums]]) -> Sheet:
    """Each pole of *some* in the month, the worst first."""
    listed = sorted(some, key=lambda each: (101.0 if each[1].strict is None else each[1].strict, each[0]))
    links = [words.link("nights", pole=name) for name, _sums in listed]
    return _summed(words, "poles", "pole", [(name, 1, sums) for name, sums in listed], links)


def nights_of_month(words: Words) -> Sheet:
    """Each night of the month, all poles together."""
    days = words.report.nights
    parts = [(day.isoformat(), sums.nights, sums) for day, sums in days.items()]
    sheet = _summed(words, "month", "night", parts, [words.link("nights", night=day.isoformat()) for day in days])
    rows = [
        [*row, _counted(words, bool(sums.preliminary))] for row, sums in zip(sheet.rows, days.values(), strict=True)
    ]
    return replace(sheet, columns=[*sheet.columns, words.column("counted")], rows=rows)


def nights(words: Words, rows: Iterable[Sequence[Value]]) -> Sheet:
    """Nights of poles, *rows* of the store (`night_sums.NightRow`); minutes and Wh."""
    columns = [
        words.column("pole"), words.column("night"), *(words.column(f"{name}_min", COUNT) for name in HOURS),
        *(words.column(f"{name}_wh", COUNT) for name in ("used", "baseline", "old")), words.column("counted"),
    ]  # fmt: skip
    listed = [[safe(str(row[0])), str(row[1]), *row[2:-1], _counted(words, bool(row[-1]))] for row in rows]
    links = [words.link("nights", pole=str(row[0])) for row in listed]
    return Sheet("nights", words.say("sheet_nights"), columns, listed, links)


def repairs(words: Words, some: Iterable[Repair]) -> Sheet:
    """The repairs *some*, each with its alarm."""
    columns = [
        words.column("alarm", COUNT), words.column("kind"), words.column("scope"), words.column("ward"),
        words.column("contractor"), words.column("lights", COUNT), words.column("began", MOMENT),
        words.column("due", MOMENT), words.column("over", MOMENT), words.column("hours", TENTH),
        words.column("days", COUNT), words.column("penalty", RUPEES),
    ]  # fmt: skip
    listed = list(some)
    rows: list[list[Value]] = [
        [
            one.fault.number, words.kind(one.fault.kind), safe(one.fault.name), safe(one.ward), safe(one.contractor),
            max(1, len(one.fault.poles)), words.at(one.fault.began), words.at(one.due), words.at(one.fault.ended),
            round(one.hours, 1), one.days, one.rupees,
        ]
        for one in listed
    ]  # fmt: skip
    links = [f"/alarms/{one.fault.number}" for one in listed]
    return Sheet("repairs", words.say("sheet_repairs"), columns, rows, links)


def alarms(words: Words, faults: Iterable[Fault]) -> Sheet:
    """Alarms of supply and theft, whether or not the contract counts them."""
    columns = [
        words.column("alarm", COUNT), words.column("kind"), words.column("scope"), words.column("poles", COUNT),
        words.column("began", MOMENT), words.column("over", MOMENT), words.column("hours", TENTH),
    ]  # fmt: skip
    listed = list(faults)
    now = words.report.now
    rows: list[list[Value]] = [
        [
            one.number, words.kind(one.kind), safe(one.name), len(one.poles), words.at(one.began), words.at(one.ended),
            round(((now if one.ended is None else one.ended) - one.began) / 3600, 1),
        ]
        for one in listed
    ]  # fmt: skip
    return Sheet("alarms", words.say("sheet_supply"), columns, rows, [f"/alarms/{one.number}" for one in listed])


def supply(words: Words) -> Sheet:
    """Alarms of supply and theft, by kind."""
    columns = [
        words.column("kind"), words.column("count", COUNT), words.column("poles", COUNT), words.column("hours", TENTH),
    ]  # fmt: skip
    lines = words.report.supply
    rows: list[list[Value]] = [[words.kind(one.kind), one.count, one.poles, round(one.hours, 1)] for one in lines]
    links = [words.link("supply", kind=one.kind) for one in lines]
    return Sheet("supply", words.say("sheet_supply"), columns, rows, links)


def _parts(words: Words, name: str, filter_: str, parts: Sequence[Part]) -> Sheet:
    sheet = _summed(
        words, name, filter_, [(part.name, part.poles, part.sums) for part in parts],
        [words.link("poles", **{filter_: part.name or NO_NAME}) for part in parts],
    )  # fmt: skip
    more = [words.column("faults", COUNT), words.column("late", COUNT), words.column("penalty", RUPEES)]
    rows = [
        [*row, part.repairs.count, part.repairs.late, part.repairs.rupees]
        for row, part in zip(sheet.rows, parts, strict=True)
    ]
    return Sheet(sheet.name, sheet.title, [*sheet.columns, *more], rows, sheet.links)


def _summed(
    words: Words, name: str, first: str, parts: Sequence[tuple[str, int, Sums]], links: Sequence[str]
) -> Sheet:  # fmt: skip
    columns = [
        words.column(first), words.column("poles", COUNT), words.column("strict", PERCENT),
        words.column("lenient", PERCENT), *(words.column(what, TENTH) for what in (*HOURS, *ENERGY)),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for called, count, one in parts:
        minutes = (one.should, one.lit, one.dark, one.unknown, one.excluded, one.lit_else)
        energy = (one.wh, one.baseline_wh, one.saved_wh)
        rows.append([
            safe(called) or words.say("no_name"), count, _two(one.strict), _two(one.lenient),
            *(round(value / 60, 2) for value in minutes), *(value / 1000 for value in energy),
        ])  # fmt: skip
    return Sheet(name, words.say(f"sheet_{name}"), columns, rows, links)


def _counted(words: Words, preliminary: bool) -> str:
    return words.say("preliminary" if preliminary else "final")


def _two(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
