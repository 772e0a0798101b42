from pole.commands.verdict import Verdict
from pole.security.replay import lower, remember
from pole.security.replay_check import check_new
from pole.wire.fields import Refused

NOW = 1795500000
DAY_MS = 86400000
AHEAD = (NOW + 5 * 365 * 86400) * 1000


def envelope(n, sender="ops"):
    verdict = Verdict()
    verdict.key, verdict.sender, verdict.n, verdict.signed = "P0001", sender, n, True
    return verdict


def refused(verdict, marks, now):
    try:
        check_new(verdict, marks, now)
    except Refused as error:
        return error.args[0]
    return ""


def test_a_repeated_number_is_refused_with_the_mark_it_has_to_pass():
    marks = {"P0001\nops": NOW * 1000}
    verdict = envelope(NOW * 1000)
    assert refused(verdict, marks, NOW) == "replayed" and verdict.held == NOW * 1000
    assert refused(envelope(NOW * 1000 + 1), marks, NOW) == ""


def test_a_mark_more_than_a_day_ahead_shuts_nothing_out_once_the_time_is_agreed():
    for name in ("P0001\nops", ""):
        marks = {name: AHEAD}
        assert refused(envelope(NOW * 1000), marks, None) == "replayed"
        assert refused(envelope(NOW * 1000), marks, NOW) == ""
        assert refused(envelope(NOW * 1000), {name: NOW * 1000 + DAY_MS}, NOW) == "replayed"


def test_what_lies_too_far_ahead_is_lowered_and_counted_and_the_past_stays_shut_out():
    marks = {"P0001\nops": AHEAD, "": AHEAD + 1, "P0001\nrecord": NOW * 1000 - 5}
    assert lower(marks, NOW) == {"marks": 2, "n": AHEAD + 1}
    assert marks == {"P0001\nops": NOW * 1000 - 60000, "": NOW * 1000 - 60000, "P0001\nrecord": NOW * 1000 - 5}
    assert lower(marks, NOW) == {}
    assert refused(envelope(NOW * 1000 - 60000), marks, NOW) == "replayed"
    verdict = envelope(NOW * 1000)
    assert refused(verdict, marks, NOW) == ""
    remember(marks, verdict.mark)
    assert marks["P0001\nops"] == NOW * 1000
