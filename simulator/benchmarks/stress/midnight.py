"""At midnight the city publishes another configuration for every pole, and commands all 5 s later.

It is published as ``diya site configure --all`` does it: pole after pole, within a minute.  A pole takes it by a
restart.  The command is sent to each pole again when it comes back without an ack, as the city's outbox does it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from host_tools.city.commands.pace import paced
from host_tools.wire.from_pole import Ack, Presence
from pole.wire import contract
from simulator.benchmarks.stress.configurations import other, publish
from simulator.benchmarks.stress.group_command import GROUP, SENDER, override
from simulator.benchmarks.stress.spread import most_at_once, peak, seconds, told
from simulator.benchmarks.stress.trial import Run, Trial, Verdict
from simulator.benchmarks.stress.watch import Watch
from simulator.nearest_rank import rank

SENT_S, COMMAND_S, LENGTH_S = 90, 95, 210
SENT_MS, COMMAND_MS = SENT_S * 1000, COMMAND_S * 1000
LEVEL, N = 85, 10
LIT_PERCENT, FULL = 10.0, 99.5
ONLINE_BOUND_MS = 60_000
BRIGHT_POLES, BRIGHT_SHARE = 15, 0.06  # at full light at once, at most the larger of these


def _act(watch: Watch) -> None:
    site, kernel = watch.street.site, watch.street.kernel
    waiting = set(watch.courses)

    def configure(pole: str) -> None:
        watch.sent += publish(watch, pole, 1, other(watch, pole))

    def command() -> None:
        topic = contract.group_topic(site.root, site.name, GROUP)
        watch.street.around.publish(topic, override(watch, topic, N, LEVEL))
        watch.told = answered

    def answered(pole: str, said: Ack | Presence) -> None:
        if isinstance(said, Ack):
            if said.n in (N, N + 1) and said.applied:
                waiting.discard(pole)
        elif said.online and pole in waiting:
            topic = contract.topic(site.root, site.name, pole, contract.COMMAND)
            watch.street.around.publish(topic, override(watch, topic, N + 1, LEVEL))

    for at_s, pole in paced(watch.site.poles, ()):
        if pole in watch.courses:
            kernel.at(SENT_MS + round(1000 * at_s), partial(configure, pole))
    kernel.at(COMMAND_MS, command)


def _after(watch: Watch) -> dict[str, Any]:
    return {"sent": watch.sent}


def _figures(run: Run) -> list[tuple[str, str]]:
    writes = [ms for course in run.courses for ms in course.programmed]
    return [
        ("configuration in force: ack with the city (p50 / p99 / last)", told(run.acked(f"{SENDER} 1", SENT_MS))),
        ("online again", told(_online(run))),
        ("busiest second: poles that write flash", f"{_busiest_writers(run):,}"),
        ("moments of writing flash, a pole", f"{sum(ms >= SENT_MS for ms in writes) / run.poles:.1f}"),
        ("busiest second: connections begun", f"{peak(run.attempts, SENT_MS):,}"),
        ("busiest second: acks", f"{peak([a.ms for c in run.courses for a in c.acks], SENT_MS):,}"),
        ("restarts / of other causes than the configuration", f"{_restarts(run):,} / {_crashes(run):,}"),
        ("bytes published", f"{run.known['sent']:,}" if run.known else "-"),
        ("darkness", seconds(_dark_ms(run))),
        ("at full light for the restart, above the level of the programme", told(_bright(run))),
        ("lamps so at once, at most", f"{_brightest(run):,}"),
        ("command 5 s later: PWM at its level", told(_light(run))),
        ("poles that had the command at once", f"{_at_once(run):,}"),
    ]


def _verdict(run: Run) -> list[Verdict]:
    acked = [each for each in run.acked(f"{SENDER} 1", SENT_MS) if each is not None]
    light = [each for each in _light(run) if each is not None]
    return [
        Verdict(
            len(acked) == run.poles,
            f"{len(acked):,} of {run.poles:,} poles live by the new configuration, the last after "
            f"{seconds(max(acked, default=0))}",
        ),
        Verdict(not _dark_ms(run), f"no lamp was dark: {seconds(_dark_ms(run))} of all poles together"),
        Verdict(
            _restarts(run) == run.poles and not _crashes(run),
            f"{_restarts(run):,} restarts of {run.poles:,} poles, one each to take it, and {_crashes(run):,} crashes",
        ),
        Verdict(
            _brightest(run) <= bright_bound(run.poles),
            f"of {sum(map(bool, _bright(run))):,} lamps that were dimmed and are at full light while their poles "
            f"restart, each for up to {seconds(max(_bright(run)))}, {_brightest(run):,} are so at once "
            f"(bound {bright_bound(run.poles):,})",
        ),
        Verdict(
            len(light) == run.poles and max(light) <= ONLINE_BOUND_MS,
            f"{len(light):,} of {run.poles:,} poles have the light of a command that was sent 5 s later, "
            f"{_at_once(run):,} at once, 99 % within {seconds(rank(light, 0.99)) if light else '-'} "
            f"(bound for the last {seconds(ONLINE_BOUND_MS)})",
        ),
    ]


def _online(run: Run) -> list[int | None]:
    return [course.back(SENT_MS) for course in run.courses]


def _light(run: Run) -> list[int | None]:
    return [course.settled(LEVEL, COMMAND_MS) for course in run.courses]


def _at_once(run: Run) -> int:
    return sum(course.ack(f"{SENDER} {N}") is not None for course in run.courses)


def bright_bound(poles: int) -> int:
    """How many of *poles* lamps may be at full light at once."""
    return max(BRIGHT_POLES, int(BRIGHT_SHARE * poles))


def _bright_spans(run: Run) -> list[list[tuple[int, int]]]:
    """From when to when each lamp was at full light, where neither its level nor the command's is that."""
    end = LENGTH_S * 1000
    return [[] if one.dim_at(SENT_MS - 1) >= FULL else one.full_spans(SENT_MS, end) for one in run.courses]


def _bright(run: Run) -> list[int]:
    return [sum(end - ms for ms, end in spans) for spans in _bright_spans(run)]


def _brightest(run: Run) -> int:
    return most_at_once(span for spans in _bright_spans(run) for span in spans)


def _busiest_writers(run: Run) -> int:
    seconds_of = [{ms // 1000 for ms in course.programmed if ms >= SENT_MS} for course in run.courses]
    return peak([1000 * second for each in seconds_of for second in each], SENT_MS)


def _restarts(run: Run) -> int:
    return sum(sum(course.resets.values()) - 1 for course in run.courses)


def _crashes(run: Run) -> int:
    return sum(len(course.failures) for course in run.courses)


def _dark_ms(run: Run) -> int:
    return sum(course.dark_ms(LIT_PERCENT, SENT_MS, LENGTH_S * 1000) for course in run.courses)


MIDNIGHT = Trial(
    name="midnight",
    title="A configuration for all at midnight",
    start="2026-11-24T23:58:30",
    length_s=LENGTH_S,
    zero_s=SENT_S,
    zero="the city publishes",
    settings={"groups": [GROUP]},
    act=_act,
    after=_after,
    figures=_figures,
    verdict=_verdict,
    rates=lambda run: {
        "connections begun": [ms - SENT_MS for ms in run.attempts],
        "acks": [ack.ms - SENT_MS for course in run.courses for ack in course.acks],
    },
    curves=lambda run: {
        "online again": _online(run),
        "configuration in force": run.acked(f"{SENDER} 1", SENT_MS),
        "light of the command": [each and each + COMMAND_MS - SENT_MS for each in _light(run)],
    },
)
