"""The broker is killed, and half a minute later an empty one takes its place.

With Mosquitto a real receiver (`diya record run`) runs beside the poles: it publishes the configurations again, and its
record is what counts.  On the modelled network the trial does what the receiver does.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from host_tools.city.record.configurations import SETTLE_S
from host_tools.city.record.query import reading
from host_tools.city.store.tables import event
from host_tools.installed import diya_script
from simulator.benchmarks.stress.configurations import in_force, publish
from simulator.benchmarks.stress.spread import peak, seconds, told, within
from simulator.benchmarks.stress.trial import MODELLED, Run, Trial, Verdict, happening
from simulator.benchmarks.stress.watch import Watch

KEPT_S, GONE_S, BACK_S, LENGTH_S = 60, 80, 110, 260
DOOR_S, SHUT_S = 85, 100
BACK_MS = BACK_S * 1000
ONLINE_BOUND_MS = 120_000  # link.maximumBackoff, the longest that a pole waits
KEPT_BOUND_MS = 60_000


def _act(watch: Watch) -> None:
    def retain() -> None:
        for number, pole in enumerate(watch.courses):
            publish(watch, pole, 1000 + number, in_force(watch, pole))

    watch.street.kernel.at(KEPT_S * 1000, retain)
    if watch.broker:
        _receive(watch)
    else:
        watch.street.kernel.at(BACK_MS + round(SETTLE_S * 1000), retain)


def _receive(watch: Watch) -> None:
    """Starts a receiver; its record is read when the run is over, and then it ends."""
    folder = Path(watch.ends.enter_context(tempfile.TemporaryDirectory(prefix="diya-")))
    record = folder / "record.db"
    words = [str(diya_script()), "record", "run", "--broker", watch.broker, "--db", str(record), "--simulated"]
    process = subprocess.Popen(
        words, cwd=folder, env={**os.environ, "XDG_STATE_HOME": str(folder)}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip

    def end() -> None:
        try:
            with reading(record) as reader:
                rows = reader.connection.execute(
                    select(event.c.epoch, event.c.sequence).where(event.c.source == "pole")
                )
                watch.recorded |= {f"{epoch}-{sequence}" for epoch, sequence in rows}
        finally:
            process.kill()  # what it has written is read, and its folder goes
            process.wait()

    watch.ends.callback(end)


def _after(watch: Watch) -> dict[str, Any]:
    return {"recorded": watch.recorded}


def _figures(run: Run) -> list[tuple[str, str]]:
    tries = [course.tries(GONE_S * 1000) for course in run.courses]
    return [
        ("online with the new broker (p50 / p99 / last)", told(_online(run))),
        ("its configuration retained again", told(_kept(run))),
        ("busiest second: connections begun, while there is no broker", f"{_peak_without(run):,}"),
        ("busiest second: connections begun, with the new one", f"{peak(run.attempts, BACK_MS):,}"),
        ("connections a pole needs (mean / most)", f"{sum(tries) / len(tries):.1f} / {max(tries)}"),
        ("events raised / that the city never had", f"{run.raised:,} / {_lost(run):,}"),
        ("poles that restarted", f"{_restarted(run):,}"),
    ]


def _verdict(run: Run) -> list[Verdict]:
    online = [each for each in _online(run) if each is not None]
    kept = [each for each in _kept(run) if each is not None]
    by = "the trial" if run.network == MODELLED else "the receiver"
    return [
        Verdict(
            len(online) == run.poles and max(online) <= ONLINE_BOUND_MS,
            f"{len(online):,} of {run.poles:,} poles are back: {within(online)} (bound {seconds(ONLINE_BOUND_MS)})"
            if online
            else "no pole came back",
        ),
        Verdict(
            len(kept) == run.poles and max(kept) <= KEPT_BOUND_MS,
            f"{len(kept):,} of {run.poles:,} configurations are retained again, published by {by}, the last after "
            f"{seconds(max(kept, default=0))}",
        ),
        Verdict(not _lost(run), f"{_lost(run):,} of {run.raised:,} events are lost"),
        Verdict(not _restarted(run), f"{_restarted(run):,} poles restarted"),
    ]


def _online(run: Run) -> list[int | None]:
    return [course.back(BACK_MS) for course in run.courses]


def _kept(run: Run) -> list[int | None]:
    return [course.first(course.configs, BACK_MS) for course in run.courses]


def _peak_without(run: Run) -> int:
    return peak([ms for ms in run.attempts if ms < BACK_MS], GONE_S * 1000)


def _lost(run: Run) -> int:
    """Events on the poles' flash that the record has not; on the modelled network, that did not come."""
    recorded = run.known.get("recorded")
    if recorded is None:
        return run.missing
    return sum(name not in recorded for course in run.courses for name in course.journal)


def _restarted(run: Run) -> int:
    return sum(sum(course.resets.values()) > 1 for course in run.courses)


BROKER_REPLACED = Trial(
    name="broker",
    title="The broker is replaced by an empty one",
    start="2026-11-24T20:00",
    length_s=LENGTH_S,
    zero_s=BACK_S,
    zero="the new broker listens",
    happenings=lambda poles: (
        happening(1, "broker_down", GONE_S, BACK_S, poles),
        happening(2, "door_open", DOOR_S, SHUT_S, poles),
    ),
    act=_act,
    after=_after,
    figures=_figures,
    verdict=_verdict,
    rates=lambda run: {
        "connections begun": [ms - BACK_MS for ms in run.attempts],
        "sessions begun": [ms - BACK_MS for ms in run.sessions],
    },
    curves=lambda run: {"online": _online(run), "configuration retained": _kept(run)},
)
