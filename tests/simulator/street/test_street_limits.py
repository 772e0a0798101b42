"""What a pole does at its limits: more commands than it can judge, longer ones than it has memory for, less light than
the lamp can give.
"""

import json

import pytest

from host_tools.wire import commands
from pole.wire import ack_reasons, contract
from tests.simulator.streets import MINUTE_MS, NIGHT, City, live


def padded(city: City, ms: int, size: int) -> bytes:
    """A sound override whose envelope has *size* bytes."""
    text = commands.override(60, city.unix(30 * MINUTE_MS))
    return _sealed(city, ms, text, " " * (size - len(_sealed(city, ms, text, ""))))


def _sealed(city: City, ms: int, text: str, fill: str) -> bytes:
    fields = {"v": 1, "key": "", "sender": "test", "n": city.start * 1000 + ms, "body": text + fill}
    return json.dumps(fields).encode()


def test_of_a_hundred_commands_in_one_millisecond_each_is_answered_or_said_to_be_dropped() -> None:
    def begin(street):
        city = City(street)
        for number in range(100):
            text = commands.override(50, city.unix(30 * MINUTE_MS), ref=f"T-{number}")
            city.send(5 * MINUTE_MS, text, n=city.start * 1000 + number)

    lived = live(0.25, poles=1, start=NIGHT, begin=begin)
    acks = lived.acks()
    answered = [ack for ack in acks if ack["reason"] != ack_reasons.BUSY]
    dropped = sum(int(ack["detail"].split()[0]) for ack in acks if ack["reason"] == ack_reasons.BUSY)
    assert len(answered) + dropped == 100
    assert len(answered) >= 16
    assert lived.street.failures() == []


@pytest.mark.parametrize("size", [4000, 7000, 8192])
def test_a_long_command_is_done_or_the_pole_says_that_it_is_too_large(size: int) -> None:
    def begin(street):
        city = City(street)
        city.publish(5 * MINUTE_MS, padded(city, 5 * MINUTE_MS, size))

    lived = live(0.25, poles=1, start=NIGHT, begin=begin, engine="micropython")
    (ack,) = lived.acks()
    assert ack["reason"] in ("", ack_reasons.TOO_LARGE), ack
    assert ack["outcome"] == (ack_reasons.REJECTED if ack["reason"] else ack_reasons.APPLIED)
    if size <= 4000:
        assert ack["outcome"] == ack_reasons.APPLIED
    assert lived.street.failures() == []


def test_a_level_below_what_the_lamp_can_dim_to_is_said_as_soon_as_the_ramp_is_over() -> None:
    def begin(street):
        city = City(street)
        city.send(5 * MINUTE_MS, commands.override(3, city.unix(30 * MINUTE_MS), ramp_s=5))

    lived = live(0.25, poles=1, start=NIGHT, begin=begin)
    told = [(ms, said) for ms, said in lived.said("P0001", contract.STATE) if said["target"] == 3]
    assert [said["level"] for _ms, said in told] == [100, 10]
    assert told[1][0] - told[0][0] < 10_000
