"""Ctrl-C and the request to end while a street lives: it is stopped between two events, whenever they come."""

import os
import signal

import pytest

from simulator.interruption import Interruption
from simulator.kernel import Kernel


def test_a_signal_in_the_run_stops_it_and_a_second_one_ends_the_program() -> None:
    interruption, kernel = Interruption(), Kernel()
    kernel.at(5, lambda: os.kill(os.getpid(), signal.SIGINT))
    with interruption.handled():
        interruption.begin(kernel.stop)
        kernel.run(60_000)
        assert (kernel.now_ms, interruption.number) == (5, signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_whose_exception_was_lost_before_the_run_still_ends_it() -> None:
    interruption, kernel = Interruption(), Kernel()
    happened: list[int] = []
    kernel.every(1000, lambda: happened.append(kernel.now_ms))
    with interruption.handled():
        with pytest.raises(SystemExit, match=str(128 + signal.SIGTERM)):  # caught, as in the callback of a destructor
            os.kill(os.getpid(), signal.SIGTERM)
        interruption.begin(kernel.stop)
        kernel.run(60_000)
    assert happened == [] and interruption.number == signal.SIGTERM
