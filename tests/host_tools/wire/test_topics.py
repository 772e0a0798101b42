"""A topic is cut into root, site, pole and kind in one place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.wire.topics import Topic, cut
from pole.wire import contract

PART = st.text("abcXYZ0189_.-", min_size=1, max_size=12).filter(lambda text: not text.startswith("_"))


@settings(max_examples=50, deadline=None)
@given(st.lists(PART, min_size=1, max_size=3), PART, PART, st.sampled_from([*contract.DELIVERY, "command", "config"]))
def test_what_is_put_together_is_cut_into_the_same_parts(root: list[str], site: str, pole: str, kind: str) -> None:
    head = "/".join(root)
    topic = cut(contract.topic(head, site, pole, kind))
    assert topic == Topic(head, site, pole, kind) and topic.below(head, site) and topic.head == f"{head}/{site}"
    assert str(topic) == contract.topic(head, site, pole, kind)
    assert topic.from_pole is (kind in contract.DELIVERY)


@pytest.mark.parametrize(("topic", "pole", "kind"), [
    (contract.group_topic("diya/1", "sagar", "W21"), "_group/W21", "command"),
    (contract.all_topic("diya/1", "sagar"), "_all", "command"),
    ("diya/1/sagar/_sim/clock", "_sim", "clock"),
    ("diya/1/sagar/P0001/time/answer", "P0001", contract.TIME_ANSWER),
    ("diya/1/sagar//state", "", "state"),
])  # fmt: skip
def test_topics_of_many_poles_and_of_no_pole_are_not_a_poles(topic: str, pole: str, kind: str) -> None:
    assert cut(topic) == Topic("diya/1", "sagar", pole, kind) and str(cut(topic)) == topic
    assert not Topic("diya/1", "sagar", pole, kind).from_pole


@pytest.mark.parametrize("topic", ["", "state", "P1/state", "sagar/P1/state", "/time/answer"])
def test_a_topic_with_too_few_parts_is_none(topic: str) -> None:
    assert cut(topic) is None


def test_one_level_more_is_of_another_site() -> None:
    topic = cut("diya/1/sagar/P1/state/more")
    assert topic is not None and not topic.below("diya/1", "sagar") and not topic.from_pole
