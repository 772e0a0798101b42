"""The page and the lines on the terminal: the figures of a run as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

from simulator.benchmarks.detection import cpd3000, fault_draws, partial_string, population
from simulator.benchmarks.detection.benchmark import SEED, Result
from simulator.benchmarks.detection.figures import Row, by_kind, by_type, everything, shared, together, verdict
from simulator.benchmarks.detection.intervals import wilson
from simulator.benchmarks.detection.score import DIYA, RIVAL

TEMPLATE = Path(__file__).with_name("page.md")
NAME = "detection.md"


def render(result: Result) -> str:
    """The page in Markdown."""
    commissioned, others = result.commissioned, result.others
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        run=_run(result),
        verdict="\n".join(
            f"- {'holds' if bound.holds else '**fails**'}: {bound.sentence}" for bound in verdict(result)
        ),
        sides=_sides(result),
        diya=_types(by_type(commissioned[DIYA]), everything(commissioned[DIYA])),
        rival=RIVAL,
        rivals=_types(by_type(commissioned[RIVAL]), everything(commissioned[RIVAL])),
        kinds=_kinds(result),
        technologies=_technologies(result),
        followers=f"{100 * sum(part for _technology, _driver, part, _watts in population.OTHERS):.0f}",
        shortest=f"{fault_draws.SHORTEST:g}",
        longest=f"{fault_draws.LONGEST / 60:g}",
        overlap=f"{100 * fault_draws.OVERLAP:.0f}",
        strings=_strings(result),
        others=_table(
            ("", "recall", "noticed", "false alarms / 1,000 pole-nights", "delay p50", "delay p99"),
            [_line(name, everything(others[name])) for name in (DIYA, RIVAL)],
        ),
        types=population.TYPES,
        roads=population.ROADS,
        nights=population.NIGHTS,
        benign=f"{100 * (1 - fault_draws.CALM):.0f}",
        benigns=", ".join(f"`{kind}` ({low:g} to {high:g})" for kind, low, high in fault_draws.BENIGN),
        rules=_rules(),
    )


def _run(result: Result) -> str:
    score = result.commissioned[DIYA]
    row = everything(score)
    seed = f"seed {result.seed}" + (" (its own, which no test uses)" if result.seed == SEED else "")
    return (
        f"This run: {seed}, {score.nights:,} pole-nights of commissioned poles and "
        f"{result.others[DIYA].nights:,} of others, "
        f"{row.expected + row.unseen:,} faults of {len(fault_draws.FAULTS)} kinds, {row.unseen} of which "
        "could never be seen."
    )


def _sides(result: Result) -> str:
    lines = []
    for name in (DIYA, RIVAL):
        score = result.commissioned[name]
        lines.append(_line(f"**{name}**, all types", everything(score)))
        lines.append(_line(f"{name}, the {len(cpd3000.EVENT_TYPES)} types both know", shared(score)))
        lines.append((*_line(f"{name}, two faults at once", together(score))[:3], "", "", ""))
    return _table(("", "recall", "noticed", "false alarms / 1,000 pole-nights", "delay p50", "delay p99"), lines)


def _technologies(result: Result) -> str:
    lines = []
    for technology, scores in sorted(result.technologies.items()):
        for name in (DIYA, RIVAL):
            row = everything(scores[name])
            shown = (recall(row), alarms(row), delay(row, 0.50), delay(row, 0.99))
            lines.append((technology, name, f"{row.nights:,}", str(row.expected), *shown))
    header = ("technology", "", "pole-nights", "faults", "recall", "false alarms / 1,000", "delay p50", "delay p99")
    return _table(header, lines)


def _line(name: str, row: Row) -> tuple[str, ...]:
    noticed = f"{100 * row.noticed / row.expected:.1f} %" if row.expected else "-"
    return name, recall(row), noticed, alarms(row), delay(row, 0.50), delay(row, 0.99)


def recall(row: Row) -> str:
    """Recall and its interval, in percent."""
    if not row.expected:
        return "-"
    low, high = row.recall_interval
    return f"{100 * row.recall:.2f} % ({100 * low:.2f} to {100 * high:.2f})"


def alarms(row: Row) -> str:
    """False alarms per 1,000 pole-nights and their interval."""
    low, high = row.per_1000_interval
    return f"{row.per_1000:.2f} ({low:.2f} to {high:.2f})"


def delay(row: Row, share: float) -> str:
    """A percentile of the delay and its interval, in seconds."""
    value, interval = row.delay(share), row.delay_interval(share)
    if value is None or interval is None:
        return "-"
    return f"{value:.0f} s ({interval[0]:.0f} to {interval[1]:.0f})"


def _types(rows: Iterable[Row], total: Row) -> str:
    lines = [
        (
            f"`{row.name}`",
            str(row.expected),
            recall(row),
            _counted(row),
            alarms(row),
            delay(row, 0.5),
            delay(row, 0.99),
        )
        for row in rows
    ]
    lines.append(
        (
            "all",
            str(total.expected),
            recall(total),
            _counted(total),
            alarms(total),
            delay(total, 0.5),
            delay(total, 0.99),
        )
    )
    header = (
        "event type",
        "faults",
        "recall",
        "false alarms (beside a fault)",
        "per 1,000 pole-nights",
        "delay p50",
        "delay p99",
    )
    return _table(header, lines)


def _counted(row: Row) -> str:
    return f"{row.false_alarms} ({row.beside})" if row.false_alarms else "0"


def _kinds(result: Result) -> str:
    ours, theirs = by_kind(result.commissioned[DIYA]), by_kind(result.commissioned[RIVAL])
    lines = []
    for fault in fault_draws.FAULTS:
        if fault.kind not in ours:
            continue
        row, other = ours[fault.kind], theirs[fault.kind]
        severity = f"{fault.low:g}" if fault.low == fault.high else f"{fault.low:g} to {fault.high:g}"
        noticed = f"{100 * other.noticed / other.expected:.1f} %" if other.expected else "-"
        lines.append(
            (
                f"`{fault.kind}`", severity, fault.when,
                ", ".join(f"`{name}`" for name in fault_draws.expected(fault.kind)),
                f"{row.expected}" + (f" + {row.unseen} never visible" if row.unseen else ""),
                recall(row), recall(other), noticed,
            )
        )  # fmt: skip
    header = ("kind", "severity", "begins", "expected", "faults", "Diya's recall", f"{RIVAL}'s recall", "noticed")
    return _table(header, lines)


def _strings(result: Result) -> str:
    lines = []
    for severity in partial_string.SEVERITIES:
        line = [f"{severity:g}"]
        for name in (DIYA, RIVAL):
            for level in partial_string.LEVELS:
                found = result.strings[level, severity][name]
                low, high = wilson(sum(found), len(found))
                line.append(f"{100 * sum(found) / len(found):.0f} % ({100 * low:.0f} to {100 * high:.0f})")
        lines.append(tuple(line))
    return _table(
        (
            "part of the light lost",
            *(f"{name}, {level} %" for name in (DIYA, RIVAL) for level in partial_string.LEVELS),
        ),
        lines,
    )


def _rules() -> str:
    """The docstring of the rule set, whose lines are Markdown already."""
    return (cpd3000.__doc__ or "").partition("\n\n")[2].strip()


def _table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [header, ["---", *("---:" for _ in header[1:])], *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
