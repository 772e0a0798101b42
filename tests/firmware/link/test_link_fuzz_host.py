"""Any bytes give a verdict, a packet or the one error that is meant for it, and never anything else."""

from __future__ import annotations

import hashlib
import hmac as stdlib_hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pole.commands.judge import Commands
from pole.link import packets
from pole.security import envelope, hmac
from pole.timekeeping import sntp
from pole.wire import ack_reasons, city_side, contract, json_reader, utf8
from tests.firmware.commands.test_judge import KEY, NOW, OWN, N, body, sealed
from tests.firmware.link.test_packets import decoded
from tests.fuzz import MANY

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=90),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
override = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["override", "cancel", "resend", "rekey", "", 1]) | json_values,
        "owner": st.sampled_from(city_side.OWNERS) | json_values,
        "level": st.integers(-5, 105) | json_values,
        "reason": json_values,
        "cmsRefId": json_values,
        "start": st.integers(NOW - 100, NOW + 4000) | json_values,
        "expiration": st.integers(NOW - 100, NOW + 4000) | json_values,
        "rampToLevelTime": st.integers(-1, 4000) | json_values,
        "epoch": st.just("0123456789ab") | json_values,
        "from": st.integers(-1, 9) | json_values,
        "to": st.integers(-1, 2**31) | json_values,
        "unknown": json_values,
    },
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "v": st.just(1) | json_values,
        "key": st.sampled_from(["P0001", ""]) | json_values,
        "sender": st.just("iccc") | json_values,
        "n": st.integers(N - 5, N + 5) | json_values,
        "body": override.map(json.dumps) | json_values,
        "mac": st.text("0123456789abcdef", min_size=64, max_size=64) | json_values,
    },
)


def judged(payload: bytes | None, keys: dict[str, str], now: int | None, topic: str = OWN) -> None:
    marks = {"\niccc": N}
    verdict = Commands(keys, marks).take(topic, payload, now, 20)
    assert marks == {"\niccc": N}
    if verdict.outcome == ack_reasons.APPLIED:
        assert sum(one is not None for one in (verdict.override, verdict.cancel, verdict.resend)) == 1
        assert verdict.mark and not verdict.reason
        if verdict.override:
            order = verdict.override
            assert 0 <= order.level <= 100 and order.owner in contract.COMMAND_OWNERS and 0 <= order.ramp_s <= 3600
            assert order.start < order.expiration and (now is None) == (order.hold_s is not None)
            assert now is None or now < order.expiration <= now + 366 * 86400
    else:
        assert verdict.reason and verdict.detail
        assert verdict.override is None and verdict.cancel is None and verdict.resend is None
    ack = {
        "v": 1, "at": NOW, "key": verdict.key, "sender": verdict.sender, "n": verdict.n, "cmsRefId": verdict.ref,
        "outcome": verdict.outcome, "reason": verdict.reason, "detail": verdict.detail,
    }  # fmt: skip
    text = contract.encode(contract.FIELDS[contract.ACK], ack)
    assert json.loads(text)["outcome"] == verdict.outcome
    assert len(text.encode()) < 1500


@MANY
@given(st.binary(max_size=300) | st.none(), st.sampled_from([NOW, None]))
def test_a_verdict_on_any_bytes(payload: bytes | None, now: int | None) -> None:
    judged(payload, {}, now)


@MANY
@given(fields, st.sampled_from([NOW, None]), st.booleans(), st.sampled_from([OWN, "", "a/b", "x/_all/command"]))
def test_a_verdict_on_any_envelope(values: dict[str, object], now: int | None, keyed: bool, topic: str) -> None:
    for ascii_only in (True, False):
        try:
            payload = json.dumps(values, ensure_ascii=ascii_only).encode()
        except UnicodeEncodeError:
            continue
        judged(payload, {"P0001": KEY} if keyed else {}, now, topic)


@MANY
@given(override, st.sampled_from([NOW, None]))
def test_a_verdict_on_any_signed_body(values: dict[str, object], now: int | None) -> None:
    judged(sealed(json.dumps(values), key="P0001", n=N + 1), {"P0001": KEY}, now)


@MANY
@given(st.integers(0, 400), st.integers(0, 255), st.integers(0, 3))
def test_a_changed_byte_never_passes_as_signed(place: int, byte: int, kind: int) -> None:
    good = sealed(body(), key="P0001", n=N + 1)
    place %= len(good)
    pieces = (
        good[:place] + bytes([byte]) + good[place + 1 :],
        good[:place] + bytes([byte]) + good[place:],
        good[:place] + good[place + 1 :],
        good[:place],
    )
    changed = pieces[kind]
    verdict = Commands({"P0001": KEY}, {}).take(OWN, changed, NOW, 20)
    if verdict.outcome == ack_reasons.APPLIED:  # then it says the same in other bytes
        assert json.loads(changed) == json.loads(good) or set(json.loads(changed)) != set(json.loads(good))
        assert verdict.override.level == 50 and verdict.n == N + 1


@MANY
@given(json_values)
def test_json_is_read_as_cpython_reads_it(value: object) -> None:
    def plain(read: object) -> object:
        if isinstance(read, json_reader.Real):
            return json.loads(read.text)
        if isinstance(read, list):
            return [plain(item) for item in read]
        if isinstance(read, dict):
            return {name: plain(read[name]) for name in read}
        return read

    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only)
        if "\ud800" <= max(text, default="") <= "\udfff" or "\\ud8" in text.lower():
            continue
        assert plain(json_reader.parse(text)) == value


@MANY
@given(st.text('{}[]:,"\\ue0123456789.-+tfn \n\u0939\x00', max_size=30))
def test_text_that_is_not_json_is_refused_by_both(text: str) -> None:
    try:
        json_reader.parse(text)
    except ValueError:
        return
    json.loads(text)  # what we take, CPython takes


@MANY
@given(st.binary(max_size=12) | st.lists(st.sampled_from(list(range(0x7E, 0x100))), max_size=6).map(bytes))
def test_utf8_is_what_cpython_says(data: bytes) -> None:
    try:
        expected = data.decode()
    except UnicodeDecodeError:
        with pytest.raises(ValueError):
            utf8.decode(data)
    else:
        assert utf8.decode(data) == expected


@MANY
@given(st.binary(max_size=150), st.lists(st.binary(max_size=80), max_size=4))
def test_hmac_is_what_cpython_says(key: bytes, parts: list[bytes]) -> None:
    assert hmac.sha256(key, parts) == stdlib_hmac.new(key, b"".join(parts), hashlib.sha256).digest()


message = st.tuples(
    st.text(st.characters(codec="utf-8", exclude_characters="\0+#"), min_size=1, max_size=40),
    st.binary(max_size=60) | st.integers(900, 9500).map(lambda size: b"x" * size),
    st.integers(0, 65535),
)


@MANY
@given(st.lists(message, max_size=5), st.lists(st.integers(1, 3000), min_size=1, max_size=6))
def test_messages_come_out_as_they_went_in_however_they_are_cut(
    messages: list[tuple[str, bytes, int]], cuts: list[int]
) -> None:
    data = b"".join([packets.publish(topic.encode(), payload, packet_id=number) for topic, payload, number in messages])
    expected = [
        (packets.PUBLISH, topic, payload if len(payload) <= contract.MAX_PAYLOAD else None, int(number > 0), number)
        for topic, payload, number in messages
    ]
    for cut in cuts:
        assert decoded(data, cut) == expected


@MANY
@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_are_packets_or_a_packet_error(data: bytes, cut: int) -> None:
    outcomes = []
    for chunk in (cut, None):
        try:
            outcomes.append(decoded(data, chunk))
        except packets.PacketError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@MANY
@given(st.binary(max_size=60), st.binary(min_size=8, max_size=8))
def test_any_time_answer_is_a_time_or_a_value_error(reply: bytes, nonce: bytes) -> None:
    try:
        unix_ms = sntp.parse(reply, nonce)
    except ValueError:
        return
    assert 0 < unix_ms // 1000 < 1 << 33


def test_a_megabyte_of_rubbish_is_one_verdict() -> None:
    for rubbish in (b"\x00" * (1 << 20), b"[" * (1 << 20), b'"' * (1 << 20)):
        verdict = Commands({}, {}).take(OWN, rubbish, NOW, 20)
        assert verdict.reason == ack_reasons.TOO_LARGE


def test_the_envelope_s_fields_are_contract_s() -> None:
    assert set(json.loads(sealed(body(), key="P0001", flashNonce="a1b2c3d4e5f60718"))) == set(city_side.ENVELOPE)
    assert envelope.mac(KEY, "t", "k", "s", 1, "b") != envelope.mac(KEY, "t", "k", "s", 11, "b")
