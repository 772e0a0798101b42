"""Properties of the faults of any street, with any messages in any order."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.correlation import History, Silence, SupplyLoss, street_faults
from host_tools.city.correlation.correlate import found_in
from host_tools.city.correlation.history import absences
from host_tools.city.correlation.thresholds import THRESHOLDS
from tests.host_tools.city.correlation.streets import EVERY, F1, HOUR, POLES, T, faults, losses, name

SPAN = 8 * HOUR


@st.composite
def silences(draw: st.DrawFn) -> list[Silence]:
    """Some poles fall silent, one after the other or in company; the last time maybe for good."""
    moments = draw(st.lists(st.integers(0, SPAN), min_size=1, max_size=6))
    out = []
    for number in draw(st.lists(st.sampled_from(EVERY), unique=True, max_size=30)):
        at = T
        for _turn in range(draw(st.integers(1, 4))):
            begins = max(at, T + draw(st.sampled_from(moments)) + draw(st.integers(0, 90)))
            cause = draw(st.sampled_from(["lastWill", "lastWill", "silent", "broker"]))
            seen = draw(st.none() | st.integers(max(at, begins - 2100), begins))
            if draw(st.integers(0, 5)) == 0:
                out.append(Silence(name(number), begins, None, cause, seen))
                break
            at = begins + draw(st.sampled_from([0, 1, 60, 600, 1900, 7200]))
            out.append(Silence(name(number), begins, at, cause, seen))
            at += 1
    return out


supply = st.builds(
    lambda number, at, back: SupplyLoss(name(number), T + at, None if back is None else T + at - back),
    st.sampled_from(EVERY),
    st.integers(0, SPAN),
    st.none() | st.integers(0, 900),
)
histories = st.builds(
    lambda known, silences, losses, now: History(
        frozenset(known) | {one.pole for one in silences} | {one.pole for one in losses},
        tuple(silences),
        tuple(losses),
        max([now, *(max(one.begins, one.ends or 0) for one in silences), *(one.at for one in losses)]),
    ),
    st.just([pole.name for pole in POLES]),
    silences(),
    st.lists(supply, max_size=12),
    st.integers(T, T + 2 * SPAN),
)


@settings(max_examples=300, deadline=None)
@given(histories, st.randoms(use_true_random=False))
def test_the_order_in_which_it_was_heard_does_not_matter(history: History, random: Any) -> None:
    mixed = History(
        history.known,
        tuple(random.sample(history.silences, len(history.silences))),
        tuple(random.sample(history.losses, len(history.losses))),
        history.now,
    )
    poles = random.sample(POLES, len(POLES))
    assert street_faults(poles, mixed) == street_faults(POLES, history)


@settings(max_examples=400, deadline=None)
@given(histories)
def test_every_silent_pole_is_in_exactly_one_fault_that_goes_on(history: History) -> None:
    silent = sorted(one.pole for one in history.silences if one.ends is None)
    found = street_faults(POLES, history)
    assert sorted(pole for one in found for pole in one.silent) == silent
    assert all(one.ends is None for one in found if one.silent)


@settings(max_examples=400, deadline=None)
@given(histories)
def test_every_moment_of_every_absence_is_in_exactly_one_fault(history: History) -> None:
    parts: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for one in found_in(POLES, history, THRESHOLDS):
        for absence in one.absences:
            parts[absence.pole].append((absence.begins, absence.ends if absence.ends is not None else 2**62))
    for pole in history.known:
        whole = sorted(
            (absence.begins, absence.ends if absence.ends is not None else 2**62)
            for absence in absences(history, THRESHOLDS)
            if absence.pole == pole
        )
        joined: list[tuple[int, float]] = []
        left = sorted(parts[pole])
        for begins, ends in whole:  # what was taken apart is put together again
            at: float = begins
            piece = (begins, ends)
            while piece not in left and at < ends:
                piece = next(part for part in left if (part[0] == at and part[1] > at) or part == (at, at))
                left.remove(piece)
                at = piece[1]
            if at == begins:
                left.remove(piece)
            joined.append((begins, ends))
        assert joined == whole
        assert left == []


@settings(max_examples=400, deadline=None)
@given(histories)
def test_no_fault_names_a_pole_that_spoke_all_through_it(history: History) -> None:
    for one in street_faults(POLES, history):
        ends = history.now if one.ends is None else one.ends
        assert one.begins <= ends
        for pole in one.poles:
            away = [(each.begins, each.ends) for each in history.silences if each.pole == pole]
            away += [(each.at, each.at) for each in history.losses if each.pole == pole]
            assert any(from_ <= ends and (to is None or to >= one.begins) for from_, to in away)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 90), min_size=10, max_size=10),
    st.lists(st.integers(0, 200), min_size=10, max_size=10),
    st.integers(60, 6 * HOUR),
    st.booleans(),
)
def test_a_feeder_is_one_fault_whatever_the_moments_at_which_its_wills_and_its_poles_come(
    noticed: list[int], back: list[int], lasts: int, replayed: bool
) -> None:
    silences = [
        Silence(name(number), T + before, max(T + lasts + after, T + before), "lastWill", T + before - 90)
        for number, before, after in zip(F1, noticed, back, strict=True)
    ]
    gone = losses(F1, T, T + lasts)
    [one] = faults([] if replayed else silences, gone, now=T + lasts + HOUR)
    assert (one.kind, one.name, len(one.poles)) == ("feederOutage", "F1", 10)
    assert one.ends is not None


@settings(max_examples=200, deadline=None)
@given(st.permutations(list(EVERY)), st.integers(0, 30))
def test_it_never_takes_more_faults_than_silent_poles(order: list[int], count: int) -> None:
    silences = [Silence(name(number), T + place, None, "lastWill") for place, number in enumerate(order[:count])]
    found = faults(silences)
    assert len(found) <= count
    if count == 30:
        assert [one.kind for one in found] == ["networkOutage"]
