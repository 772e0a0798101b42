"""The envelope that the city closes is the one that the pole opens."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.wire import commands, envelope
from host_tools.wire.sender_numbers import Counters
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


def test_a_command_longer_than_a_pole_reads_is_not_sent() -> None:
    with pytest.raises(CommandError, match="bytes long and must be at most 8192"):
        envelope.seal(TOPIC, "ops", 1, "x" * 8192)


def test_numbers_rise_with_the_time_and_when_the_time_stands_still(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "new folder" / "senders.sqlite")
    assert [counters.next("ops", 5000), counters.next("ops", 5000), counters.next("ops", 4000)] == [5000, 5001, 5002]
    assert counters.next("ops", 9000) == 9000
    assert counters.next("another", 5000) == 5000
    assert Counters(tmp_path / "new folder" / "senders.sqlite").next("ops", 100) == 9001


def test_programs_that_send_at_once_never_get_the_same_number(tmp_path: Path) -> None:
    path = tmp_path / "senders.sqlite"
    code = (
        "import sys; from pathlib import Path; from host_tools.wire.sender_numbers import Counters\n"
        "for _ in range(40): print(Counters(Path(sys.argv[1])).next('ops', 1000))"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, env=_env()) for _ in "ab"]
    numbers = [int(line) for run in runs for line in run.communicate()[0].split()]
    assert len(set(numbers)) == len(numbers) == 80


def test_a_simulation_counts_apart_and_begins_anew(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "senders.sqlite")
    far, again = 1_900_000_000_000, 1_795_501_800_000
    assert counters.next("ops", far, simulated="mqtt://127.0.0.1:1/sagar") == far
    assert counters.next("ops", 5000) == 5000  # the real street is none the wiser
    assert counters.next("ops", again, simulated="mqtt://127.0.0.1:1/sagar") == again
    assert counters.next("ops", again - 1000, simulated="mqtt://127.0.0.1:1/sagar") == again + 1


def test_a_number_that_was_counted_under_a_wrong_clock_is_forgotten(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "senders.sqlite")
    now, wrong = 1_795_500_000_000, 1_795_500_000_000 + 5 * 365 * 86_400_000
    assert counters.next("ops", wrong) == wrong
    assert counters.next("ops", now) == now
    assert counters.next("ops", now + 80_000_000) == now + 80_000_000
    assert counters.next("ops", now) == now + 80_000_001  # less than a day ahead: it still counts


def test_the_mark_that_a_pole_holds_is_learned_unless_it_lies_more_than_a_day_ahead(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "senders.sqlite")
    now = 1_795_500_000_000
    counters.learn("ops", now + 3_600_000, now)
    assert counters.next("ops", now) > now + 3_600_000
    counters.learn("ops", now + 90_000_000, now)
    assert counters.next("ops", now) < now + 4_000_000


def _env() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def test_what_is_sealed_for_one_flashing_of_a_node_is_taken_by_that_and_no_other() -> None:
    nonces = [envelope.flash_nonce({"flashNonce": said}) for said in ("0123456789abcdef", "fedcba9876543210")]
    payload = envelope.seal(TOPIC, "ops", NOW * 1000, commands.cancel(), KEY, nonces[0])
    verdicts = [Commands(KEYS, {}, "P0001", nonce).take(TOPIC, payload, NOW, 20) for nonce in (*nonces, "")]
    assert [verdict.reason for verdict in verdicts] == ["", ack_reasons.BAD_MAC, ack_reasons.BAD_MAC]
    for said in (None, "", 7, "0123456789ABCDEF", "a\n", "0" * 17):  # a broker can say anything
        assert envelope.flash_nonce({"flashNonce": said}) == ""


def test_no_two_new_keys_are_wrapped_under_one_pad_whatever_the_clock_did() -> None:
    new = Key("W21", bytes(32))  # so that what is wrapped is the pad
    bodies = [commands.rekey(KEY, "W21", new, "ops", NOW * 1000) for _ in range(3)]
    assert len({json.loads(body)["wrapped"] for body in bodies}) == 3
    for body in bodies:
        assert judged(envelope.seal(TOPIC, "ops", NOW * 1000, body, KEY)).rekey == ("W21", "00" * 32)
