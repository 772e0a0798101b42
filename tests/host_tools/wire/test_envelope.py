"""The envelope that the city closes is the one that the pole opens."""

import json

import pytest

from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.wire import commands, envelope
from pole.commands.judge import Commands, Verdict
from pole.wire import ack_reasons

TOPIC = "diya/1/sagar/P0001/command"
NOW = 1795501800
KEY = Key("P0001", bytes(range(32)))
KEYS = {"P0001": KEY.secret.hex()}


def judged(payload: bytes, topic: str = TOPIC, keys: dict[str, str] | None = None) -> Verdict:
    return Commands(KEYS if keys is None else keys, {}).take(topic, payload, NOW, 20)


def test_a_signed_command_is_taken_by_the_pole_as_it_was_meant() -> None:
    body = commands.override(55, NOW + 1800, owner="incident", reason='a "crash"\n', ref="T-17", ramp_s=5)
    verdict = judged(envelope.seal(TOPIC, "ops@desk", NOW * 1000, body, KEY))
    assert (verdict.outcome, verdict.detail) == (ack_reasons.REJECTED, verdict.detail)  # a newline is no reason's
    body = commands.override(55, NOW + 1800, owner="incident", reason='a "crash" ½', ref="T-17", ramp_s=5)
    verdict = judged(envelope.seal(TOPIC, "ops@desk", NOW * 1000, body, KEY))
    assert (verdict.outcome, verdict.detail) == (ack_reasons.APPLIED, "")
    held = verdict.override
    assert (held.owner, held.level, held.reason, held.ref) == ("incident", 55, 'a "crash" ½', "T-17")
    assert (held.expiration, held.ramp_s) == (NOW + 1800, 5)
    assert (verdict.key, verdict.sender, verdict.n) == ("P0001", "ops@desk", NOW * 1000)


def test_without_a_key_there_is_no_mac_and_a_pole_without_keys_takes_it() -> None:
    payload = envelope.seal(TOPIC, "ops", NOW * 1000, commands.cancel("operator", "T-17"))
    assert "mac" not in json.loads(payload)
    verdict = judged(payload, keys={})
    assert verdict.outcome == ack_reasons.APPLIED
    assert (verdict.cancel.owner, verdict.cancel.ref) == ("operator", "T-17")
    assert judged(payload).outcome == ack_reasons.REJECTED  # one with keys does not


def test_a_changed_byte_another_topic_or_another_key_is_refused() -> None:
    body = commands.override(55, NOW + 1800)
    payload = envelope.seal(TOPIC, "ops", NOW * 1000, body, KEY)
    assert judged(payload).outcome == ack_reasons.APPLIED
    assert judged(payload.replace(b":55,", b":56,")).reason == ack_reasons.BAD_MAC
    assert judged(payload, topic=TOPIC.replace("P0001", "P0002")).reason == ack_reasons.BAD_MAC
    assert judged(envelope.seal(TOPIC, "ops", NOW * 1000, body, Key("P0001", bytes(32)))).reason == ack_reasons.BAD_MAC


def test_a_command_longer_than_a_pole_reads_is_not_sent() -> None:
    with pytest.raises(CommandError, match="bytes long and must be at most 8192"):
        envelope.seal(TOPIC, "ops", 1, "x" * 8192)


def test_what_is_sealed_for_one_flashing_of_a_node_is_taken_by_that_and_no_other() -> None:
    nonces = [envelope.flash_nonce({"flashNonce": said}) for said in ("0123456789abcdef", "fedcba9876543210")]
    payload = envelope.seal(TOPIC, "ops", NOW * 1000, commands.cancel(), KEY, nonces[0])
    verdicts = [Commands(KEYS, {}, "P0001", nonce).take(TOPIC, payload, NOW, 20) for nonce in (*nonces, "")]
    assert [verdict.reason for verdict in verdicts] == ["", ack_reasons.BAD_MAC, ack_reasons.BAD_MAC]
    for said in (None, "", 7, "0123456789ABCDEF", "a\n", "0" * 17):  # a broker can say anything
        assert envelope.flash_nonce({"flashNonce": said}) == ""
