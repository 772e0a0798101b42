"""A command to one group in which all poles are: one message, and each pole's light and ack."""

from __future__ import annotations

from host_tools.wire import commands, envelope
from pole.wire import contract
from simulator.benchmarks.stress.spread import peak, seconds, told, within
from simulator.benchmarks.stress.trial import Run, Trial, Verdict
from simulator.benchmarks.stress.watch import Watch

GROUP, SENDER, LEVEL = "ward", "stress", 40
SENT_S, LENGTH_S = 75, 105
SENT_MS = SENT_S * 1000
RAMP_S = 2
MOVED_BOUND_MS, LEVEL_BOUND_MS, ACK_BOUND_MS = 1000, 3500, 5000


def override(watch: Watch, topic: str, n: int, level: int, ramp_s: int = RAMP_S) -> bytes:
    """The envelope of a command to *topic* that holds *level* percent for half an hour."""
    until = watch.street.unix_ms() // 1000 + 1800
    return envelope.seal(topic, SENDER, n, commands.override(level, until, ramp_s=ramp_s))


def send_at(watch: Watch, ms: int, topic: str, n: int, level: int) -> None:
    """The city sends at *ms* that command."""
    watch.street.kernel.at(ms, lambda: watch.street.around.publish(topic, override(watch, topic, n, level)))


def _act(watch: Watch) -> None:
    site = watch.street.site
    send_at(watch, SENT_MS, contract.group_topic(site.root, site.name, GROUP), 1, LEVEL)


def _figures(run: Run) -> list[tuple[str, str]]:
    acks = [course.ack(f"{SENDER} 1") for course in run.courses]
    return [
        ("first change of the PWM (p50 / p99 / last)", told(_moved(run))),
        (f"PWM at {LEVEL} %, with a ramp of {RAMP_S} s", told(_levels(run))),
        ("ack with the city", told(_acked(run))),
        ("busiest second: acks", f"{peak([ack.ms for ack in acks if ack], SENT_MS):,}"),
        ("acks: applied / other", f"{_applied(run):,} / {sum(ack is not None for ack in acks) - _applied(run):,}"),
    ]


def _verdict(run: Run) -> list[Verdict]:
    moved, levels, acked = _moved(run), _levels(run), _acked(run)
    out = []
    for what, found, bound in (
        ("begin to dim", moved, MOVED_BOUND_MS),
        (f"are at {LEVEL} %", levels, LEVEL_BOUND_MS),
        ("have answered", acked, ACK_BOUND_MS),
    ):
        there = [each for each in found if each is not None]
        out.append(
            Verdict(
                len(there) == run.poles and max(there) <= bound,
                f"{len(there):,} of {run.poles:,} poles {what}: {within(there)} (bound {seconds(bound)})",
            )
        )
    return out


def _moved(run: Run) -> list[int | None]:
    return [course.moved(SENT_MS) for course in run.courses]


def _levels(run: Run) -> list[int | None]:
    return [course.settled(LEVEL, SENT_MS) for course in run.courses]


def _acked(run: Run) -> list[int | None]:
    return run.acked(f"{SENDER} 1", SENT_MS)


def _applied(run: Run) -> int:
    return sum(ack is not None and ack.outcome == "applied" for ack in (c.ack(f"{SENDER} 1") for c in run.courses))


GROUP_COMMAND = Trial(
    name="group",
    title="A command to a group",
    start="2026-11-24T20:00",
    length_s=LENGTH_S,
    zero_s=SENT_S,
    zero="the city sends the command",
    settings={"groups": [GROUP]},
    act=_act,
    figures=_figures,
    verdict=_verdict,
    rates=lambda run: {"acks": [ack for ack in _acked(run) if ack is not None]},
    curves=lambda run: {
        "begin to dim": _moved(run),
        f"at {LEVEL} %": _levels(run),
        "ack": _acked(run),
    },
    speed=1.0,
)
