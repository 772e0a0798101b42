"""Signals that come while a pole is stepped: they wait for the end of the step, and are not the firmware's."""

import os
import signal
from collections.abc import Iterator

import pytest

from simulator.engines.signals import WaitingSignals


@pytest.fixture
def signals() -> Iterator[WaitingSignals]:
    one = WaitingSignals()
    one.install()
    yield one
    one.remove()


def test_ctrl_c_within_a_step_comes_after_it(signals: WaitingSignals) -> None:
    signals.stepping = True
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signals.step_over()
    signals.step_over()  # once


def test_the_second_ctrl_c_does_not_wait_for_a_step_without_end(signals: WaitingSignals) -> None:
    signals.stepping = True
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def test_between_steps_it_comes_at_once(signals: WaitingSignals) -> None:
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def test_afterwards_the_program_has_its_own_handlers_again() -> None:
    before = signal.getsignal(signal.SIGINT)
    one = WaitingSignals()
    one.install()
    assert signal.getsignal(signal.SIGINT) is not before
    one.remove()
    assert signal.getsignal(signal.SIGINT) is before
