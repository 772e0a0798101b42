"""The queue of events, and how its time keeps pace with the computer's."""

import selectors
import socket
from typing import Any

import pytest

from simulator import kernel as kernel_module
from simulator.kernel import HeldPace, Kernel, RealPace


def test_events_happen_in_order_of_time_and_then_of_asking() -> None:
    kernel = Kernel()
    seen: list[tuple[int, str]] = []

    def note(what: str) -> Any:
        return lambda: seen.append((kernel.now_ms, what))

    kernel.at(20, note("c"))
    kernel.at(10, note("a"))
    kernel.at(10, note("b"))
    kernel.after(20, note("d"))
    kernel.run(30)
    assert seen == [(10, "a"), (10, "b"), (20, "c"), (20, "d")]
    assert kernel.now_ms == 30


def test_what_is_past_happens_at_once_and_after_what_is_due_already() -> None:
    kernel = Kernel()
    seen: list[str] = []

    def late() -> None:
        kernel.at(3, lambda: seen.append(f"late at {kernel.now_ms}"))

    kernel.at(10, late)
    kernel.at(10, lambda: seen.append("due"))
    kernel.run(10)
    assert seen == ["due", "late at 10"]


def test_every_is_now_and_then_and_until_the_end_inclusive() -> None:
    kernel = Kernel()
    seen: list[int] = []
    kernel.every(1000, lambda: seen.append(kernel.now_ms))
    kernel.run(3000)
    assert seen == [0, 1000, 2000, 3000]
    kernel.run(4500)
    assert seen[-1] == 4000


def test_stop_ends_the_run_after_the_event_and_the_rest_is_still_there() -> None:
    kernel = Kernel()
    seen: list[int] = []
    kernel.every(10, lambda: seen.append(kernel.now_ms))
    kernel.at(25, kernel.stop)
    kernel.run(100)
    assert (seen, kernel.now_ms) == ([0, 10, 20], 25)
    kernel.run(40)
    assert seen == [0, 10, 20, 30, 40]


def test_a_stop_before_the_run_ends_it_before_anything_happens_and_is_spent() -> None:
    """Ctrl-C between the street's start and its first event was lost: one run in twenty went on."""
    kernel = Kernel()
    seen: list[int] = []
    kernel.every(10, lambda: seen.append(kernel.now_ms))
    kernel.stop()
    kernel.run(100)
    assert (seen, kernel.now_ms) == ([], 0)
    kernel.run(20)
    assert seen == [0, 10, 20]


def test_an_exception_in_an_event_comes_out() -> None:
    kernel = Kernel()
    kernel.at(5, lambda: {}["nothing"])
    with pytest.raises(KeyError):
        kernel.run(10)


class Clock:
    """The computer's clock and its sockets, played: waiting takes exactly as long as asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.waits: list[float] = []
        self.come: list[tuple[float, Any]] = []  # (from when on, key of a socket that has something)
        monkeypatch.setattr(kernel_module.time, "monotonic", lambda: self.now)

    def select(self, wait_s: float) -> list[Any]:
        self.waits.append(wait_s)
        if self.come and self.come[0][0] <= self.now + wait_s:
            at, key = self.come.pop(0)
            self.now = max(self.now, at)
            return [(key, selectors.EVENT_READ)]
        self.now += wait_s
        return []


def test_real_pace_waits_as_long_as_the_factor_says(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Any = Clock(monkeypatch)
    kernel = Kernel(RealPace(120.0, clock))
    seen: list[float] = []
    kernel.every(60_000, lambda: seen.append(round(clock.now, 6)))
    kernel.run(180_000)
    assert seen == [100.0, 100.5, 101.0, 101.5]


def test_time_lost_by_a_slow_computer_is_given_up_and_not_caught_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Any = Clock(monkeypatch)
    kernel = Kernel(RealPace(10.0, clock))
    seen: list[tuple[int, float]] = []

    def work() -> None:
        if kernel.now_ms == 10_000:
            clock.now += 7  # the computer was busy with this event for seven seconds
        seen.append((kernel.now_ms, round(clock.now, 6)))

    kernel.every(10_000, work)
    kernel.run(40_000)
    assert [ms for ms, _ in seen] == [0, 10_000, 20_000, 30_000, 40_000]
    moments = [at for _, at in seen]
    assert moments[1] == 108  # a second of waiting and seven of work
    assert moments[2] == pytest.approx(108)  # late already, so at once
    assert moments[3] == pytest.approx(109)  # and then at the old pace: no rush
    assert moments[4] == pytest.approx(110)


def test_sockets_are_served_while_waiting_and_before_the_next_event(monkeypatch: pytest.MonkeyPatch) -> None:
    clock: Any = Clock(monkeypatch)
    kernel = Kernel(RealPace(1.0, clock))
    seen: list[tuple[str, int]] = []

    class Key:
        data = staticmethod(lambda mask: seen.append((f"socket {mask}", kernel.now_ms)))

    clock.come = [(100.25, Key)]
    kernel.at(1000, lambda: seen.append(("event", kernel.now_ms)))
    kernel.run(1000)
    assert seen == [("socket 1", 250), ("event", 1000)]


def test_a_real_socket_wakes_the_street() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, selectors.DefaultSelector() as selector:
        kernel = Kernel(RealPace(1.0, selector))

        def serve(_mask: int) -> None:
            assert ours.recv(10) == b"x"
            kernel.stop()

        selector.register(ours, selectors.EVENT_READ, serve)
        theirs.send(b"x")
        kernel.run(60_000)  # a minute, if nothing woke it
        assert kernel.now_ms < 60_000


def test_time_stands_still_while_it_is_held_and_what_comes_in_is_served() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, selectors.DefaultSelector() as selector:
        held = [True]
        kernel = Kernel(HeldPace(100_000.0, selector, lambda: held[0]))
        seen: list[tuple[int, str]] = []

        def hear(_mask: int) -> None:
            seen.append((kernel.now_ms, ours.recv(9).decode()))
            held[0] = False

        selector.register(ours, selectors.EVENT_READ, hear)
        kernel.at(0, lambda: seen.append((kernel.now_ms, "due now")))
        kernel.at(1, lambda: seen.append((kernel.now_ms, "due later")))
        theirs.send(b"heard")
        kernel.run(2)
    assert seen[-1] == (1, "due later") and sorted(seen[:2]) == [(0, "due now"), (0, "heard")]
