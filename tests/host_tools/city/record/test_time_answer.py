"""What the city answers to a pole that asks for the time, and that a pole believes it and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings, strategies

from host_tools.city.record.time_answer import time_answer
from host_tools.keys.key import Key
from pole.timekeeping.city_time import parse

OWN, OTHER = Key("P0001", b"\x5f" * 32), Key("P0002", b"\x11" * 32)
TOPIC = "diya/1/sagar/P0001/time"
NOW_MS = 1_795_530_608_971


def question(nonce: object = "49a9b98622484c52") -> bytes:
    return json.dumps({"v": 1, "nonce": nonce}).encode()


def test_the_pole_believes_what_its_own_key_signed_and_nothing_else() -> None:
    to, payload = time_answer(TOPIC, question(), NOW_MS, {"P0001": OWN}) or ("", b"")
    assert to == TOPIC + "/answer"
    assert parse(to, payload, "49a9b98622484c52", OWN.secret.hex()) == NOW_MS
    for topic, text, nonce, key in (
        (to, payload, "49a9b98622484c53", OWN),  # of another question
        (to, payload, "49a9b98622484c52", OTHER),
        (to.replace("P0001", "P0003"), payload, "49a9b98622484c52", OWN),
        (to, payload.replace(b"608971", b"608972"), "49a9b98622484c52", OWN),
        (to, payload.replace(b'"mac"', b'"Mac"'), "49a9b98622484c52", OWN),
        (to, payload + b" " * 300, "49a9b98622484c52", OWN),
    ):
        with pytest.raises(ValueError):
            parse(topic, text, nonce, key.secret.hex())


def test_without_keys_it_is_unsigned_and_only_a_pole_without_keys_believes_it() -> None:
    to, payload = time_answer(TOPIC, question(), NOW_MS, {}) or ("", b"")
    assert parse(to, payload, "49a9b98622484c52", None) == NOW_MS
    with pytest.raises(ValueError):
        parse(to, payload, "49a9b98622484c52", OWN.secret.hex())


def test_a_pole_whose_own_key_is_not_there_is_not_answered() -> None:
    assert time_answer(TOPIC, question(), NOW_MS, {"W01": OTHER}) is None


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b"null", question(5), question(""), question("a" * 101), question("a\nb"), b"\xff"]
)
def test_what_is_no_question_is_not_answered(payload: bytes) -> None:
    assert time_answer(TOPIC, payload, NOW_MS, {}) is None
    assert time_answer("diya/1/sagar/P0001/state", question(), NOW_MS, {}) is None


@settings(max_examples=50, deadline=None)
@given(strategies.binary(max_size=80))
def test_no_bytes_make_a_pole_raise_anything_else(payload: bytes) -> None:
    with pytest.raises(ValueError):
        parse(TOPIC + "/answer", payload, "49a9b98622484c52", None)
