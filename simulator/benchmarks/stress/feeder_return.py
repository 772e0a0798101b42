"""A ward comes back: all its feeders trip in the evening and are closed again in the same second."""

from __future__ import annotations

from statistics import mean

from simulator.benchmarks.stress.spread import peak, seconds, told
from simulator.benchmarks.stress.trial import Run, Trial, Verdict, happening
from simulator.nearest_rank import rank

TRIP_S, BACK_S, LENGTH_S = 75, 135, 255
BACK_MS, BEFORE_MS = BACK_S * 1000, TRIP_S * 1000 - 1
LIT_PERCENT = 10.0
LIT_BOUND_MS, ONLINE_BOUND_MS = 1000, 60_000


def _figures(run: Run) -> list[tuple[str, str]]:
    tries = [course.tries(BACK_MS) for course in run.courses]
    return [
        ("lamp lit after the mains is back (p50 / p99 / last)", told(_lit(run))),
        ("PWM at the level of the programme", told(_levels(run))),
        ("online", told(_online(run))),
        ("busiest second: connections begun", f"{peak(run.attempts, BACK_MS):,}"),
        ("busiest second: sessions begun", f"{peak(run.sessions, BACK_MS):,}"),
        ("connections a pole needs (mean / most)", f"{mean(tries):.2f} / {max(tries)}"),
        ("events that the city never had", f"{run.missing:,}"),
    ]


def _verdict(run: Run) -> list[Verdict]:
    lit = [each for each in _lit(run) if each is not None]
    online = [each for each in _online(run) if each is not None]
    rate = peak(run.attempts, BACK_MS)
    return [
        Verdict(
            len(lit) == run.poles and max(lit) <= LIT_BOUND_MS,
            f"{len(lit):,} of {run.poles:,} lamps are lit, the last {seconds(max(lit))} after the mains is back "
            f"(bound {seconds(LIT_BOUND_MS)})",
        ),
        Verdict(
            len(online) == run.poles and max(online) <= ONLINE_BOUND_MS,
            f"{len(online):,} of {run.poles:,} poles are online again, 99 % of them after "
            f"{seconds(rank(online, 0.99))} (bound for the last {seconds(ONLINE_BOUND_MS)})",
        ),
        Verdict(
            rate <= max(10, run.poles // 10),
            f"they come one after another: at most {rate:,} connections in a second, "
            f"{rate / run.poles:.1%} of the poles (bound 10 %)",
        ),
        Verdict(not run.missing, f"{run.missing} events are lost"),
    ]


def _lit(run: Run) -> list[int | None]:
    return [course.lit(LIT_PERCENT, BACK_MS) for course in run.courses]


def _levels(run: Run) -> list[int | None]:
    return [course.settled(course.dim_at(BEFORE_MS), BACK_MS) for course in run.courses]


def _online(run: Run) -> list[int | None]:
    return [course.back(BACK_MS) for course in run.courses]


FEEDER_RETURN = Trial(
    name="feeder",
    title="A ward comes back after a feeder trip",
    start="2026-11-24T20:00",
    length_s=LENGTH_S,
    zero_s=BACK_S,
    zero="the mains is back",
    happenings=lambda poles: (happening(1, "mains_cut", TRIP_S, BACK_S, poles),),
    figures=_figures,
    verdict=_verdict,
    rates=lambda run: {
        "connections begun": [ms - BACK_MS for ms in run.attempts],
        "sessions begun": [ms - BACK_MS for ms in run.sessions],
    },
    curves=lambda run: {"lit": _lit(run), "at its level": _levels(run), "online": _online(run)},
)
