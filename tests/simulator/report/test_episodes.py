"""Events that come twice, late, out of order or without a time are the episodes they were."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.report.episodes import Event, pair_episodes
from tests.simulator.small_site import run_time

TIME = run_time()
START = TIME.start_unix


def event(id: str, at_s: int, starts: bool, dated: bool = True, event_type: str = "clockLost") -> Event:
    return Event(id, "P0001", event_type, starts, START + at_s, dated)


def spans(*events: Event) -> list[tuple[float, float | None]]:
    """(start, end) of each episode of the only pole and type, in seconds of the run."""
    (found,) = pair_episodes(events, TIME).values()
    return [(one.start_ms / 1000, None if one.end_ms is None else one.end_ms / 1000) for one in found]


def test_a_replay_without_a_time_neither_shifts_nor_doubles_an_episode() -> None:
    live, replay = event("a-3", 100, True, dated=False), event("a-3", 5000, True, dated=False)
    assert spans(live, replay, event("a-6", 5010, False)) == [(100, 5010)]
    assert spans(live, event("a-6", 5010, False), replay) == [(100, 5010)]


def test_a_start_without_a_time_that_is_heard_after_its_end_is_dated_before_it() -> None:
    assert spans(event("a-6", 900, False), event("a-3", 5000, True, dated=False)) == [(900, 900)]
    assert spans(
        event("a-4", 300, True, event_type="clockLost"),
        event("a-6", 900, False),
        event("a-3", 5000, False, dated=False),
    ) == [(300, 900)]


def test_an_end_that_is_dated_before_its_start_ends_it_at_once() -> None:
    assert spans(event("a-3", 500, True), event("a-4", 400, False)) == [(500, 500)]


def test_an_end_without_a_start_is_no_episode() -> None:
    assert spans(event("a-2", 100, False), event("a-3", 200, True)) == [(200, None)]


def test_sequences_count_as_numbers() -> None:
    assert spans(event("a-9", 100, True), event("a-10", 100, False), event("a-11", 100, True)) == [
        (100, 100), (100, None),
    ]  # fmt: skip


def test_a_new_epoch_goes_on_from_the_old_one_by_time() -> None:
    assert spans(event("b-1", 900, False), event("a-7", 100, True)) == [(100, 900)]
    # an event that the flash refused is sent from memory, under an epoch of its own, between two of the journal's
    first, from_memory, second = event("a-7", 100, True), event("m-1", 200, False), event("a-8", 300, True)
    assert spans(first, from_memory, second) == [(100, 200), (300, None)]


def test_the_timestamp_of_a_clock_before_the_run_moves_no_other_event() -> None:
    assert spans(event("a-1", 100, True), event("a-2", -(10**9), False), event("a-3", 300, True)) == [
        (100, 100), (300, None),
    ]  # fmt: skip


STORY = [event(f"a-{n}", 100 * n, n % 2 == 1, dated=n % 3 != 0) for n in range(1, 9)]


@given(st.permutations(range(len(STORY))), st.lists(st.integers(0, len(STORY) - 1)))
def test_repeats_and_disorder_change_no_episode(order: list[int], again: list[int]) -> None:
    dated = [event(f"a-{n}", 100 * n, n % 2 == 1) for n in range(1, 9)]
    heard = [dated[index] for index in order] + [dated[index] for index in again]
    assert spans(*heard) == spans(*dated) == [(100, 200), (300, 400), (500, 600), (700, 800)]
    replays = [event(STORY[index].id, 9999, STORY[index].starts, dated=False) for index in again]
    assert spans(*STORY, *replays) == spans(*STORY)
