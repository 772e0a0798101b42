"""The figures of the month, in their groups, each with the address of the rows that it comes from."""

from __future__ import annotations

from host_tools.city.ledger.sheet import COUNT, PERCENT, RUPEES, TENTH, Figure, Value
from host_tools.city.ledger.sums import co2_kg, rupees
from host_tools.city.ledger.words import Words

KWH, KG, HOURS, OF_HUNDRED, MONEY = "kWh", "kg", "h", "%", "₹"
MINUTES = ("lit", "dark", "unknown", "excluded", "lit_else")


def groups(words: Words) -> list[tuple[str, list[Figure]]]:
    """(title, figures) of uptime, energy and repairs."""
    return [
        (words.say("group_uptime"), uptime(words)), (words.say("group_energy"), energy(words)),
        (words.say("group_repairs"), repairs(words)),
    ]  # fmt: skip


def uptime(words: Words) -> list[Figure]:
    """Both figures of uptime, and the hours that they are made of."""
    one, total = words.report, words.report.total
    poles, nights = words.link("poles"), words.link("nights")
    out = [
        _figure(words, "strict", total.strict, PERCENT, OF_HUNDRED, poles),
        _figure(words, "lenient", total.lenient, PERCENT, OF_HUNDRED, poles),
        _figure(words, "target", one.contract.uptime_percent, PERCENT, OF_HUNDRED),
        _figure(words, "should", total.should / 60, TENTH, HOURS, nights),
    ]
    for what in MINUTES:
        out.append(_figure(words, what, getattr(total, what) / 60, TENTH, HOURS, words.link("nights", what=what)))
    out.append(_figure(words, "poles", len(one.poles) - one.strangers, COUNT, "", poles))
    if one.strangers:
        out.append(_figure(words, "strangers", one.strangers, COUNT, "", words.link("nights", what="uncounted")))
    return out


def energy(words: Words) -> list[Figure]:
    """Energy, rupees and carbon dioxide, against lamps that are never dimmed and against the luminaires before."""
    total, contract = words.report.total, words.report.contract
    rows = words.link("poles")
    part = 100 * total.saved_wh / total.lit_baseline_wh if total.lit_baseline_wh else None
    out = [
        _figure(words, "used", total.wh / 1000, TENTH, KWH, rows),
        _figure(words, "baseline", total.baseline_wh / 1000, TENTH, KWH, rows),
        _figure(words, "saved", total.saved_wh / 1000, TENTH, KWH, rows),
        _figure(words, "saved_percent", part, PERCENT, OF_HUNDRED, rows),
        _figure(words, "saved_co2", co2_kg(total.saved_wh, contract), TENTH, KG, rows),
    ]
    if (cost := rupees(total.wh, contract)) is not None:
        out.append(_figure(words, "cost", cost, RUPEES, MONEY, rows))
        out.append(_figure(words, "saved_cost", rupees(total.saved_wh, contract), RUPEES, MONEY, rows))
    if total.old_nights:
        out += [
            _figure(words, "old", total.old_wh / 1000, TENTH, KWH, rows),
            _figure(words, "old_saved", total.old_saved_wh / 1000, TENTH, KWH, rows),
            _figure(words, "old_saved_co2", co2_kg(total.old_saved_wh, contract), TENTH, KG, rows),
        ]
        if (value := rupees(total.old_saved_wh, contract)) is not None:
            out.append(_figure(words, "old_saved_cost", value, RUPEES, MONEY, rows))
    return out


def repairs(words: Words) -> list[Figure]:
    """How many faults the contract counts, how many were mended in time, and what the others cost."""
    totals = words.report.totals

    def rows(which: str) -> str:
        return words.link("repairs", which=which)

    return [
        _figure(words, "faults", totals.count, COUNT, "", words.link("repairs")),
        _figure(words, "ended", totals.ended, COUNT, "", rows("ended")),
        _figure(words, "in_time", totals.in_time, COUNT, "", rows("in_time")),
        _figure(words, "late", totals.late, COUNT, "", rows("late")),
        _figure(words, "open", totals.open, COUNT, "", rows("open")),
        _figure(words, "typical", totals.typical_h, TENTH, HOURS, rows("ended")),
        _figure(words, "light_days", totals.light_days, COUNT, "", rows("penalty")),
        _figure(words, "penalty", totals.rupees, RUPEES, MONEY, rows("penalty")),
    ]


def _figure(words: Words, name: str, value: Value, kind: str, unit: str = "", link: str = "") -> Figure:
    about = words.say(f"about_{name}") if words.said.knows(f"report.about_{name}") else ""
    return Figure(name, words.say(f"figure_{name}"), value, kind, unit, about, link)
