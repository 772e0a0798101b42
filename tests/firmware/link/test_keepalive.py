"""When to ping and when to give up."""

from pole.link.keepalive import DEAD, PING, Keepalive

PERIOD = 1 << 30


def test_a_quiet_connection_is_pinged_after_the_keepalive():
    keepalive = Keepalive(60000, 20000, 0)
    assert keepalive.due(59999) == 0 and keepalive.due(60000) == PING
    assert keepalive.idle_ms(0) == 60000 and keepalive.idle_ms(59000) == 1000


def test_an_answer_in_time_keeps_it_and_none_ends_it():
    for answer, expected in ((79999, 0), (80000, DEAD), (None, DEAD)):
        keepalive = Keepalive(60000, 20000, 0)
        keepalive.sent(60000)
        keepalive.pinged(60000)
        assert keepalive.due(79999) == 0
        if answer:
            keepalive.heard(answer)
        assert keepalive.due(80000) == expected, answer


def test_sending_alone_does_not_prove_that_anybody_is_there():
    keepalive = Keepalive(60000, 20000, 0)
    for now in range(0, 60000, 10000):
        keepalive.sent(now)
    assert keepalive.due(59999) == 0 and keepalive.due(60000) == PING


def test_hearing_alone_does_not_satisfy_the_broker():
    keepalive = Keepalive(60000, 20000, 0)
    for now in range(0, 60000, 10000):
        keepalive.heard(now)
    assert keepalive.due(60000) == PING


def test_a_keepalive_shorter_than_the_time_out_is_kept():
    keepalive = Keepalive(5000, 20000, 0)
    keepalive.sent(5000)
    keepalive.pinged(5000)
    keepalive.heard(5010)
    assert keepalive.idle_ms(5010) == 4990
    assert keepalive.due(10000) == PING
    keepalive.sent(10000)
    keepalive.pinged(10000)  # no answer this time
    assert keepalive.due(15000) == 0 and keepalive.idle_ms(15000) == 15000
    assert keepalive.due(30000) == DEAD


def test_ticks_may_wrap():
    start = PERIOD - 30000
    keepalive = Keepalive(60000, 20000, start)
    assert keepalive.due((start + 59999) % PERIOD) == 0
    assert keepalive.due((start + 60000) % PERIOD) == PING
    assert keepalive.idle_ms((start + 40000) % PERIOD) == 20000


def test_what_comes_in_the_millisecond_of_the_question_does_not_count():
    for order in (0, 1):
        keepalive = Keepalive(60000, 20000, 0)
        keepalive.heard(30000)
        keepalive.sent(30000)
        if order:
            keepalive.heard(90000)
        assert keepalive.due(90000) == PING
        if not order:
            keepalive.heard(90000)
