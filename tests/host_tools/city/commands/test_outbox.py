"""The outbox against model poles.  Each of the first tests is a fault that others have met with such a queue.

(LwM2M: OMA_LwM2M_for_Developers; the numbers are those of issues in the projects' public trackers.)
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.commands.delivery import APPLIED, EXPIRED, IDLE, REJECTED, REPLACED, SENT, TAKEN
from host_tools.wire.from_pole import Ack
from tests.host_tools.city.commands.model_poles import SENDER, Killed, Street, cancel, override

P = "P0001"


def street(*names: str) -> Street:
    return Street(list(names) or [P])


def sent(one: Street) -> list[tuple[str, int]]:
    return [(send.to, send.n) for send in one.sent]


def test_what_the_broker_has_taken_is_not_taken_for_delivered() -> None:  # thingsboard#7123
    here = street()
    here.appear(P, False)
    here.order(override(1, here.now))
    here.go(300)
    assert here.states(P) == {1: SENT}
    assert here.poles[P].obeyed == []


def test_a_command_to_an_absent_pole_outlives_the_receiver_and_reaches_it_at_its_birth() -> None:  # thingsboard#11642
    here = street()
    here.appear(P, False)
    here.order(override(1, here.now))
    here.go(60)
    here.restart()
    here.go(60)
    here.appear(P, True)
    here.go(3)
    assert here.states(P) == {1: APPLIED}
    assert len(here.poles[P].obeyed) == 1
    assert len({n for _to, n in sent(here)}) == 1


def test_an_answer_that_comes_before_anything_else_and_then_again_stops_no_queue() -> None:  # thingsboard#8712, #5285
    here = street()
    here.order(override(1, here.now), override(2, here.now, owner="emergency"))
    here.turn()
    [ack] = here.waiting
    here.waiting = [ack, ack, replace(ack, outcome="rejected", reason="replayed", mark=ack.n)]
    here.go(5)
    assert here.states(P) == {1: APPLIED, 2: APPLIED}
    assert [ref for ref, *_ in here.poles[P].obeyed] == ["R1", "R2"]


def test_orders_of_the_same_moment_get_numbers_of_their_own() -> None:  # chirpstack-application-server#412
    here = street("P0001", "P0002")
    here.order(override(1, here.now), override(2, here.now, owner="emergency"), override(3, here.now, owner="incident"))
    here.go(10)
    numbers = [n for _to, n in sent(here)]
    assert len(set(numbers)) == len(numbers) == 6


def test_a_mark_above_our_numbers_does_not_block_a_pole() -> None:  # chirpstack-network-server#246
    here = street()
    here.poles[P].marks[P, SENDER] = 500  # a store that was restored from a backup
    here.order(override(1, here.now))
    here.go(5)
    assert here.states(P) == {1: APPLIED}
    assert here.numbers.last > 500


def test_one_that_is_never_answered_gives_way_when_it_expires_and_does_not_repeat_for_ever() -> None:  # chirpstack#321
    here = street()
    here.poles[P].troubles = ["mute"] * 4 + ["burnt", "mute"] * 1
    here.order(override(1, here.now, 120), override(2, here.now, 7200, owner="emergency"))
    here.go(119)
    assert len(here.sent) <= 4
    here.go(10)
    assert here.states(P)[1] == EXPIRED
    here.appear(P, False)
    here.appear(P, True)
    here.go(90)
    assert here.states(P)[2] == APPLIED


def test_nothing_is_sent_after_its_expiry_at_any_birth() -> None:  # Tasmota#744, #2336; LwM2M#104
    here = street()
    here.appear(P, False)
    here.order(override(1, here.now, 60))
    here.go(70)
    before = len(here.sent)
    here.appear(P, True)
    here.go(120)
    assert (len(here.sent), here.poles[P].obeyed, here.states(P)) == (before, [], {1: EXPIRED})


def test_absent_poles_do_not_hold_up_others() -> None:  # com.zsmartsystems.zigbee#1238
    here = street(*(f"P{number:04}" for number in range(50)))
    for name in list(here.poles)[:40]:
        here.appear(name, False)
    here.order(override(1, here.now))
    here.go(2)
    assert [name for name in here.poles if here.states(name)[1] == APPLIED] == list(here.poles)[40:]


def test_a_newer_order_takes_the_place_of_an_older_one_which_is_said_apart_from_a_failure() -> None:
    here = street()  # zigbee2mqtt#30679
    here.appear(P, False)
    here.order(override(1, here.now, ref="F-12", level=30))
    here.go(30)
    here.order(override(2, here.now, ref="F-12", level=80))
    here.go(30)
    here.appear(P, True)
    here.go(30)
    assert here.states(P) == {1: REPLACED, 2: APPLIED}
    assert [ref for ref, *_ in here.poles[P].obeyed] == ["F-12"]


def test_a_sign_of_life_is_enough_where_the_birth_was_missed() -> None:  # PyMammotion#183, LwM2M#554
    here = street()
    here.appear(P, False)
    here.order(override(1, here.now))
    here.go(120)
    here.poles[P].online = True  # and no birth came
    here.outbox.heard([P], here.now)
    here.go(3)
    assert here.states(P) == {1: APPLIED}


def test_a_cancel_removes_what_waits_and_ends_what_is_held() -> None:
    here = street()
    here.order(override(1, here.now, ref="A"))
    here.go(5)
    here.appear(P, False)
    here.order(override(2, here.now, 7200, ref="B"), cancel(3, here.now))
    here.go(60)
    here.appear(P, True)
    here.go(10)
    assert here.states(P) == {1: APPLIED, 2: REPLACED, 3: APPLIED}
    assert here.poles[P].held == []


def test_a_cancel_with_nothing_to_end_is_idle_and_a_lost_answer_to_it_no_trouble() -> None:
    here = street()
    here.order(override(1, here.now, ref="A"))
    here.go(3)
    here.poles[P].troubles = ["mute"]
    here.order(cancel(2, here.now, "A"))
    here.go(20)
    assert here.states(P) == {1: APPLIED, 2: IDLE}


def test_an_order_waits_behind_a_cancel_of_its_owner_that_is_refused_for_now() -> None:
    here = street()
    here.order(override(1, here.now, ref="A"))
    here.go(3)
    here.poles[P].troubles = ["busy"]
    here.order(cancel(2, here.now), override(3, here.now + 1, 7200, ref="B"))
    here.go(60)
    assert [one["cmsRefId"] for one in here.poles[P].held] == ["B"]
    assert here.states(P) == {1: APPLIED, 2: APPLIED, 3: APPLIED}


def test_orders_of_different_reference_that_both_count_are_both_delivered() -> None:
    here = street()
    here.appear(P, False)
    here.order(
        override(1, here.now, 900, owner="incident", level=100),
        override(2, here.now, 1800, owner="incident", level=70),
        override(3, here.now, 7200, level=60),
        override(4, here.now + 5, 600, level=90),
    )
    here.appear(P, True)
    here.go(20)
    assert {ref for ref, *_ in here.poles[P].obeyed} == {"R1", "R2", "R3", "R4"}


def test_silence_and_busy_are_tried_again_after_5_20_and_60_seconds() -> None:
    for trouble in ("mute", "busy"):
        here = street()
        here.poles[P].online = trouble != "mute"
        here.poles[P].troubles = [trouble] * 9
        here.order(override(1, here.now))
        began, at = here.now, []
        for _ in range(200):
            before = len(here.sent)
            here.turn()
            at += [here.now - began] * (len(here.sent) - before)
            here.now += 1
        assert at[:3] == [0, 5 + (trouble == "busy"), 25 + 2 * (trouble == "busy")]
        assert len(at) == 4


@pytest.mark.parametrize("reason", ["badField", "expired", "belowFloor"])
def test_a_refusal_that_cannot_change_is_final(reason: str) -> None:
    here = street()
    here.order(override(1, here.now))
    here.turn()
    here.waiting = [Ack(P, SENDER, here.sent[0].n, "rejected", reason, "why")]
    here.go(300)
    assert (here.states(P), len(here.sent)) == ({1: REJECTED}, 1)
    assert here.stored[1, P].detail == "why"


def test_a_repeated_number_is_settled_by_the_pole_s_state() -> None:
    here = street()
    here.poles[P].troubles = ["mute"]
    here.order(override(1, here.now))
    here.go(7)
    assert here.states(P) == {1: APPLIED}
    assert len(here.poles[P].obeyed) == 1


def test_what_a_higher_owner_hides_is_not_called_applied_until_a_state_shows_it() -> None:
    here = street()
    here.order(override(1, here.now, 100, owner="emergency"))
    here.go(3)
    here.poles[P].troubles = ["mute"]
    here.order(override(2, here.now))
    here.go(20)
    assert here.states(P)[2] == TAKEN
    here.go(90)  # the emergency is over
    assert here.states(P)[2] == APPLIED
    assert len(here.poles[P].obeyed) == 2


def test_a_group_gets_one_message_and_who_missed_it_its_own_under_the_same_number() -> None:
    here = street("P0001", "P0002", "P0003")
    here.appear("P0002", False)
    here.order(override(1, here.now), to_many="_group/W21", key="W21")
    here.go(60)
    assert [(send.to, send.many) for send in here.sent] == [("_group/W21", True)]
    here.appear("P0002", True)
    here.go(5)
    assert sent(here) == [("_group/W21", 1), ("P0002", 1)]
    assert all(here.states(name) == {1: APPLIED} for name in here.poles)


def test_an_answer_that_comes_after_the_expiry_is_not_lost() -> None:
    here = street()
    here.poles[P].troubles = ["mute"] * 9
    here.order(override(1, here.now, 60))
    here.go(70)
    assert here.states(P) == {1: EXPIRED}
    here.waiting = [Ack(P, SENDER, here.sent[0].n, "applied")]
    here.go(2)
    assert here.states(P) == {1: APPLIED}


STEPS = st.one_of(
    st.tuples(
        st.just("order"), st.sampled_from(["operator", "emergency", "incident"]), st.sampled_from([20, 200, 4000])
    ),
    st.tuples(st.just("group"), st.sampled_from(["operator", "emergency"]), st.sampled_from([20, 4000])),
    st.tuples(st.just("cancel"), st.sampled_from(["", "R1", "R2"]), st.just(0)),
    st.tuples(st.just("pole"), st.sampled_from(["P0001", "P0002"]), st.booleans()),
    st.tuples(st.just("trouble"), st.sampled_from(["P0001", "P0002"]), st.sampled_from(["busy", "burnt", "mute"])),
    st.tuples(st.just("kill"), st.sampled_from(["before", "after", "half"]), st.booleans()),
    st.tuples(st.just("wait"), st.integers(1, 90), st.just(0)),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_each_number_is_obeyed_once_none_after_its_end_and_none_is_lost(
    steps: list[tuple[str, object, object]],
) -> None:
    here = street("P0001", "P0002")
    number, ends, orders = 0, dict[str, int](), {}
    for what, one, other in steps:
        if what in ("order", "group"):
            number += 1
            made = override(number, here.now, int(str(other)), owner=one)
            ends[f"R{number}"], orders[number] = made.expiration, made
            here.order(made, **({"to_many": "_group/W21", "key": "W21"} if what == "group" else {}))
            here.turn()  # accepted is written
        elif what == "cancel":
            number += 1
            orders[number] = cancel(number, here.now, str(one))
            here.order(orders[number])
            here.turn()
        elif what == "pole":
            here.appear(str(one), bool(other))
        elif what == "trouble":
            here.poles[str(one)].troubles.append(str(other))
        elif what == "wait":
            here.go(int(str(one)), 3)
        else:
            try:
                here.turn(str(one))
            except Killed:
                if other:
                    here.waiting = []  # answers come in a session that the broker does not keep
                here.restart()
    for name, pole in here.poles.items():
        pole.troubles = []
        here.appear(name, False)
        here.turn()
        here.appear(name, True)
    came = here.now
    here.go(180)
    for name, pole in here.poles.items():
        assert len({(ref, n) for ref, n, _at in pole.obeyed}) == len(pole.obeyed), "one number obeyed twice"
        assert all(at < ends[ref] for ref, _n, at in pole.obeyed if ref in ends)
        for id_, state in here.states(name).items():
            if orders[id_].expiration > came + 180:
                obeyed = f"R{id_}" in {ref for ref, *_ in pole.obeyed}
                hidden = state == TAKEN and obeyed  # a higher owner hides it, or it raises nothing
                assert state in (APPLIED, REPLACED, IDLE) or hidden, (id_, state, here.stored[id_, name])
                assert obeyed or state != APPLIED or orders[id_].kind == "cancel"
    for send in here.sent:
        said = json.loads(send.body)
        assert said["type"] == "cancel" or said["expiration"] > 0
