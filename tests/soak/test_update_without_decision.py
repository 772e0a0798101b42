"""A probation that never decides is ended by golden's timer, on real MicroPython."""

from tests.simulator.updates.test_no_decision import a_day


def test_a_probation_that_never_decides_is_ended_on_micropython() -> None:
    a_day("micropython")
