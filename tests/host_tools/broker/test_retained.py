"""What a broker retains is read completely, also from one that drops what does not fit its queue."""

import pytest

from host_tools.broker.connection import Message
from host_tools.broker.retained import BATCH_BYTES, Reading
from host_tools.errors import BrokerError

HEAD = "diya/1/sagar"
KINDS = ("presence", "birth", "state")


class SmallBroker:
    """Sends the retained messages that a SUBSCRIBE matches, at most *queue* of them, and drops the rest in silence."""

    def __init__(self, topics: list[str], queue: int, late: int = 0) -> None:
        self.sessions = 1
        self.topics = topics
        self.queue = queue
        self.late = late  # turns between a SUBACK and what it brings
        self.now = 0.0
        self.subscribed: set[str] = set()
        self.largest = 0
        self._answers: list[int] = []
        self._coming: list[tuple[int, Message]] = []
        self._numbers = 0

    def subscribe(self, topics: list[str], qos: int = 0) -> int:  # type: ignore[override]
        self.subscribed |= set(topics)
        self.largest = max(self.largest, sum(len(topic) + 3 for topic in topics))
        found = []
        for wanted in topics:
            if "+" in wanted:
                head, kind = wanted.split("+")
                found += [topic for topic in self.topics if topic.startswith(head) and topic.endswith(kind)]
            elif wanted in self.topics:
                found.append(wanted)
        self._coming += [(self.late, Message(topic, b"{}", True)) for topic in found[: self.queue]]
        self._numbers += 1
        self._answers.append(self._numbers)
        return self._numbers

    def granted(self, number: int) -> bool:
        if number not in self._answers:
            return False
        self._answers.remove(number)
        return True

    def unsubscribe(self, topics: list[str]) -> None:  # type: ignore[override]
        self.subscribed -= set(topics)

    def pump(self, reading: Reading) -> None:
        due = [message for turns, message in self._coming if turns <= 0]
        self._coming = [(turns - 1, message) for turns, message in self._coming if turns > 0]
        for message in due:
            reading.note(message)
        self.now += 0.05


def topics_of(poles: int, kinds: tuple[str, ...] = KINDS) -> list[str]:
    return [f"{HEAD}/P{number:05d}/{kind}" for number in range(poles) for kind in kinds]


def read(broker: SmallBroker, names: list[str] | None = None, wild: bool = True) -> Reading:
    reading = Reading(broker, HEAD, KINDS, names or [], wild=wild, monotonic=lambda: broker.now)
    for _ in range(100_000):
        if reading.turn():
            return reading
        broker.pump(reading)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("late", [0, 3])
@pytest.mark.parametrize("queue", [10, 300, 1000, 10**6])
def test_every_pole_of_the_files_is_known_whatever_the_broker_drops(queue: int, late: int) -> None:
    broker = SmallBroker(topics_of(2500), queue, late)
    names = [f"P{number:05d}" for number in range(2500)]
    reading = read(broker, names)
    assert reading.share == (7500, 7500)
    assert not reading.unsure
    assert bool(reading.dropped) == (queue < 7500)


def test_without_files_a_broker_that_drops_is_found_out() -> None:
    reading = read(SmallBroker(topics_of(2500), 1000))
    here, of = reading.share
    assert here == of >= 3000  # of each pole that was named, all kinds
    assert reading.unsure


def test_poles_that_are_in_no_file_are_read_too() -> None:
    reading = read(SmallBroker(topics_of(30), 10**6), ["P00001"])
    assert reading.share == (90, 90) and not reading.dropped


def test_poles_that_never_reported_are_asked_for_once_and_are_no_sign_of_a_broker_that_drops() -> None:
    broker = SmallBroker(topics_of(10), 1000)
    reading = read(broker, [f"P{number:05d}" for number in range(50)])
    assert reading.share == (30, 150) and not reading.unsure


def test_only_the_wildcards_stay_subscribed_and_no_question_is_too_large_for_a_small_packet() -> None:
    broker = SmallBroker(topics_of(900), 500)
    read(broker, [f"P{number:05d}" for number in range(900)])
    assert broker.subscribed == {f"{HEAD}/+/{kind}" for kind in KINDS}
    assert broker.largest <= BATCH_BYTES


def test_named_poles_alone_are_read_without_wildcards() -> None:
    broker = SmallBroker(topics_of(900), 10)
    reading = read(broker, ["P00007"], wild=False)
    assert reading.share == (3, 3) and not broker.subscribed


def test_all_is_read_again_in_a_new_session() -> None:
    broker = SmallBroker(topics_of(5), 100)
    reading = read(broker)
    broker.topics = topics_of(8)
    broker.sessions += 1
    while not reading.turn():
        broker.pump(reading)
    assert reading.share == (24, 24)


def test_a_broker_that_never_answers_is_said_so() -> None:
    broker = SmallBroker([], 1)
    broker.granted = lambda number: False  # type: ignore[method-assign]
    with pytest.raises(BrokerError, match="has not answered to a subscription"):
        read(broker)
