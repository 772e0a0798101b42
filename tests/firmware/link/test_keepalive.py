"""When to ping and when to give up."""

from pole.link.keepalive import DEAD, PING, Pulse

PERIOD = 1 << 30


def test_a_quiet_connection_is_pinged_after_the_keepalive():
    pulse = Pulse(60000, 20000, 0)
    assert pulse.due(59999) == 0 and pulse.due(60000) == PING
    assert pulse.idle_ms(0) == 60000 and pulse.idle_ms(59000) == 1000


def test_an_answer_in_time_keeps_it_and_none_ends_it():
    for answer, expected in ((79999, 0), (80000, DEAD), (None, DEAD)):
        pulse = Pulse(60000, 20000, 0)
        pulse.sent(60000)
        pulse.pinged(60000)
        assert pulse.due(79999) == 0
        if answer:
            pulse.heard(answer)
        assert pulse.due(80000) == expected, answer


def test_sending_alone_does_not_prove_that_anybody_is_there():
    pulse = Pulse(60000, 20000, 0)
    for now in range(0, 60000, 10000):
        pulse.sent(now)
    assert pulse.due(59999) == 0 and pulse.due(60000) == PING


def test_hearing_alone_does_not_satisfy_the_broker():
    pulse = Pulse(60000, 20000, 0)
    for now in range(0, 60000, 10000):
        pulse.heard(now)
    assert pulse.due(60000) == PING


def test_a_keepalive_shorter_than_the_time_out_is_kept():
    pulse = Pulse(5000, 20000, 0)
    pulse.sent(5000)
    pulse.pinged(5000)
    pulse.heard(5010)
    assert pulse.idle_ms(5010) == 4990
    assert pulse.due(10000) == PING
    pulse.sent(10000)
    pulse.pinged(10000)  # no answer this time
    assert pulse.due(15000) == 0 and pulse.idle_ms(15000) == 15000
    assert pulse.due(30000) == DEAD


def test_ticks_may_wrap():
    start = PERIOD - 30000
    pulse = Pulse(60000, 20000, start)
    assert pulse.due((start + 59999) % PERIOD) == 0
    assert pulse.due((start + 60000) % PERIOD) == PING
    assert pulse.idle_ms((start + 40000) % PERIOD) == 20000


def test_what_comes_in_the_millisecond_of_the_question_does_not_count():
    for order in (0, 1):
        pulse = Pulse(60000, 20000, 0)
        pulse.heard(30000)
        pulse.sent(30000)
        if order:
            pulse.heard(90000)
        assert pulse.due(90000) == PING
        if not order:
            pulse.heard(90000)
