"""Forty random nights of twenty-five poles with everything that can happen to a street: every promise is kept."""

from __future__ import annotations

from simulator.chaos.mix import night
from simulator.chaos.night_run import run_night, street, verdicts

SEED, NIGHTS, POLES = 1, 40, 25
SAMPLE, SAMPLE_POLES = (3, 17), 4  # nights that both engines live


def test_forty_nights_keep_every_promise() -> None:
    broken, happenings, events = [], 0, 0
    for one in verdicts(range(SEED, SEED + NIGHTS), POLES):
        happenings, events = happenings + one.happenings, events + one.events
        broken += [f"seed {one.seed}: {sentence}" for sentence in one.complaints]
    print(f"{NIGHTS} nights of {POLES} poles: {happenings} happenings, {events} events")
    assert not broken, "\n".join([*broken, "`make chaos SEED=n N=1` prints the smallest scenario that still fails"])


def test_both_engines_live_the_same_nights() -> None:
    for seed in SAMPLE:
        one = night(seed, street(SAMPLE_POLES))
        texts = []
        for engine in ("cpython", "micropython"):
            outcome = run_night(one, engine)
            assert outcome.transcript
            texts.append(outcome.transcript.lines())
        assert texts[0] == texts[1], f"seed {seed}"
