"""What stands in an envelope: what a pole would refuse is refused before it is sent."""

import json

import pytest

from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.wire import commands, envelope
from pole.commands.judge import Commands

TOPIC = "diya/1/sagar/P0001/command"
NOW = 1795501800
KEY = Key("P0001", bytes(range(32)))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"level": 101}, "the level is 101 and must be 0 to 100 percent"),
        ({"level": -1}, "the level is -1 and must be 0 to 100 percent"),
        ({"owner": "safety"}, "the owner is 'safety' and must be one of emergency, incident, lock, operator"),
        ({"reason": "x" * 81}, "the reason has 81 characters and must have at most 80"),
        ({"ref": "x" * 65}, "the reference has 65 characters and must have at most 64"),
        ({"ramp_s": 3601}, "the ramp is 3601 and must be 0 to 3600 s"),
    ],
)
def test_what_a_pole_would_refuse_is_refused_before_it_is_sent(values: dict[str, object], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        commands.override(**{"level": 50, "expiration": NOW + 60, **values})  # type: ignore[arg-type]


def test_no_two_new_keys_are_wrapped_under_one_pad_whatever_the_clock_did() -> None:
    new = Key("W21", bytes(32))  # so that what is wrapped is the pad
    bodies = [commands.rekey(KEY, "W21", new, "ops", NOW * 1000) for _ in range(3)]
    assert len({json.loads(body)["wrapped"] for body in bodies}) == 3
    for body in bodies:
        assert Commands({"P0001": KEY.secret.hex()}, {}).take(
            TOPIC, envelope.seal(TOPIC, "ops", NOW * 1000, body, KEY), NOW, 20
        ).rekey == ("W21", "00" * 32)


def test_who_asked_for_it_is_in_an_override_where_it_is_given() -> None:
    said = json.loads(commands.override(60, 1795550000, address="console:asha"))
    assert said["refAddress"] == "console:asha"
    assert "refAddress" not in json.loads(commands.override(60, 1795550000))
    with pytest.raises(CommandError, match="the address has 65 characters"):
        commands.override(60, 1795550000, address="a" * 65)
