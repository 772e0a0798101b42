"""What is told to a browser that is slower than the city."""

from __future__ import annotations

import json

from host_tools.city.console.live.delta import MOST, Delta, event
from host_tools.city.console.live.view import LIT, AlarmView, PoleView


def pole(name: str, level: int = 60) -> PoleView:
    return PoleView(name, LIT, level, level, "calendar", None, None, None, 0)


def alarm(number: int, state: str = "open") -> AlarmView:
    return AlarmView(number, "lampFailure", "P1", 2, state, True, 100, ("P1",))


def test_two_messages_that_wait_become_one_with_the_last_of_each_pole() -> None:
    first = Delta(1, 2, {"P1": pole("P1", 10), "P2": pole("P2")}, {7: alarm(7)}, frozenset([1]))
    both = first.then(Delta(2, 3, {"P1": pole("P1", 20)}, {7: alarm(7, "closed")}, frozenset([2])))
    assert (both.since, both.revision, both.commands) == (1, 3, frozenset([1, 2]))
    assert both.poles == {"P1": pole("P1", 20), "P2": pole("P2")}
    assert both.alarms == {7: alarm(7, "closed")}


def test_who_is_too_far_behind_is_told_to_read_all() -> None:
    many = {str(n): pole(str(n)) for n in range(MOST)}
    behind = Delta(1, 2, many).then(Delta(2, 3, {"one more": pole("one more")}))
    assert (behind.anew, behind.since, behind.revision, behind.poles) == (True, 1, 3, {})
    assert behind.then(Delta(3, 4, {"P1": pole("P1")})).anew


def test_a_message_of_the_stream_has_its_revision_as_id_and_is_one_line_whatever_a_pole_said() -> None:
    told = Delta(1, 2, {"P1": pole("P1")._replace(owner="a\n\ndata: b\r\u2028</script>")})
    head, line, *rest = event(told, b'{"at":1}').decode().split("\n")
    assert (head, rest) == ("id: 2", ["", ""])
    message = json.loads(line.removeprefix("data: "))
    assert (message["since"], message["rev"], message["status"]) == (1, 2, {"at": 1})
    assert message["poles"][0][4] == "a\n\ndata: b\r\u2028</script>"
