"""Writes what a run found into the page: each trial between two marks of its own; the rest of the page stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from host_tools.errors import CommandError
from host_tools.files import replace_file
from simulator.benchmarks.stress.connections import CONFIG_BYTES, DOWN_S, Taken
from simulator.benchmarks.stress.crowd import BACKOFF_S, SPREAD_S
from simulator.benchmarks.stress.spread import peak, seconds, told
from simulator.benchmarks.stress.trial import Run, Trial, Verdict
from simulator.nearest_rank import rank

NAME = "performance.md"
CROWD = "connections"
AGAIN_BOUND_MS = 60_000
PATIENCE_MS = 20_000  # link.timeout by default


def picture_name(name: str) -> str:
    """The file of the picture of the trial *name*, beside the page."""
    return f"performance-{name}.png"


def section(trial: Trial, runs: Sequence[Run], about: str) -> str:
    """What stands between the marks of *trial*, in Markdown."""
    columns = [f"{run.network}, {run.poles:,} poles" for run in runs]
    lines = zip(*(trial.figures(run) for run in runs), strict=True)
    rows = [(line[0][0], *(value for _name, value in line)) for line in lines]
    verdicts = [_line(run.network, each) for run in runs for each in trial.verdict(run)]
    picture = f"![{trial.title}: how many in a second, and how many poles are done]({picture_name(trial.name)})"
    return "\n\n".join((about, "\n".join(verdicts), table(("", *columns), rows), picture))


def _line(network: str, verdict: Verdict) -> str:
    return f"- {'holds' if verdict.holds else '**fails**'}, {network}: {verdict.sentence}."


def crowd_section(taken: Taken, secure: Taken | None, about: str) -> str:
    """What stands between the marks of the connections; *secure* is a smaller crowd with TLS."""
    crowds = [taken, *([secure] if secure else [])]
    heads = ["plain", *(["TLS"] if secure else [])]
    rows: list[tuple[str, ...]] = [
        ("connections", *(f"{each.many:,}" for each in crowds)),
        ("all at once: the last is online after", *(seconds(max(each.storm)) for each in crowds)),
        ("all at once: connections taken in a second", *(f"{each.rate:,.0f}" for each in crowds)),
        (
            "Mosquitto's own processor time for a connection",
            *("-" if each.connect_ms is None else f"{each.connect_ms:.2f} ms" for each in crowds),
        ),
        (
            f"as poles come after a start ({SPREAD_S:g} s and {BACKOFF_S:g} s): busiest second",
            *(f"{peak(each.spread_begun):,}" for each in crowds),
        ),
        ("and online (p50 / p99 / last)", *(told(each.spread) for each in crowds)),
        ("command to a group: with the client", *(told(each.commanded) for each in crowds)),
        ("command to a group: ack with the city", *(told(each.acked) for each in crowds)),
        (f"a retained configuration of {CONFIG_BYTES:,} bytes for each", *(told(each.configured) for each in crowds)),
        (
            f"broker killed, back after {DOWN_S:g} s: busiest second, begun",
            *(f"{peak(each.again_begun):,}" for each in crowds),
        ),
        ("and online again after its return", *(told(each.again) for each in crowds)),
    ]
    verdicts = [_line("Mosquitto", each) for each in crowd_verdict(taken, secure)]
    picture = f"![Connections: how many in a second, and how many are online]({picture_name(CROWD)})"
    return "\n\n".join((about, "\n".join(verdicts), table(("", *heads), rows), picture))


def crowd_verdict(taken: Taken, secure: Taken | None) -> list[Verdict]:
    """Whether the broker has taken all connections before the poles' patience ends."""
    start, again = peak(taken.spread_begun), peak(taken.again_begun)
    out = [
        Verdict(
            start <= taken.rate,
            f"of {taken.many:,} poles at most {start:,} come in one second after a start, and it took "
            f"{taken.rate:,.0f} of this client in a second",
        ),
        Verdict(
            max(taken.again) <= AGAIN_BOUND_MS,
            f"after a broker that was gone for {DOWN_S:g} s at most {again:,} come in one second; 99 % are online "
            f"within {seconds(rank(taken.again, 0.99))}, the last after {seconds(max(taken.again))} "
            f"(bound {seconds(AGAIN_BOUND_MS)})",
        ),
    ]
    if secure and secure.connect_ms:
        needs_ms = taken.many * secure.connect_ms
        out.append(
            Verdict(
                needs_ms <= PATIENCE_MS,
                f"with TLS a connection takes {secure.connect_ms:.2f} ms of a core, so a core takes "
                f"{1000 / secure.connect_ms:,.0f} in a second and {taken.many:,} poles in {seconds(needs_ms)} "
                f"(bound {seconds(PATIENCE_MS)}, their `link.timeout`)",
            )
        )
    return out


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---", *("---:" for _ in header[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def replaced(page: str, name: str, text: str) -> str:
    """*page* with *text* between the marks of *name*.  Raises CommandError where they are not there once."""
    begin, end = f"<!-- {name}: written by make bench-stress -->", f"<!-- {name}: end -->"
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise CommandError(f"{NAME} must have the marks {begin} and {end} once each, in this order")
    pattern = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    return pattern.sub(lambda _match: f"{begin}\n{text}\n{end}", page)


def write(path: Path, name: str, text: str) -> None:
    """Puts *text* between the marks of *name* in the page at *path*.  Raises CommandError, OSError."""
    replace_file(path, replaced(path.read_text(encoding="utf-8"), name, text).encode())
