"""A new key comes wrapped under the pole's own, and no other key and no other topic may bring one."""

from pole.commands.judge import Commands
from pole.security import envelope, rekey
from pole.wire import ack_reasons, contract

NOW = 1795500000
N = NOW * 1000
OWN = "diya/1/sagar/P0001/command"
GROUP = "diya/1/sagar/_group/ward-1/command"
KEY = "0123456789abcdef" * 4
SHARED = "fedcba9876543210" * 4
NEW = "00112233445566778899aabbccddeeff" * 2


def take(text, topic=OWN, key="P0001", secret=KEY, n=N, keys=None, now=NOW, forgetful=False):
    values = {"v": 1, "sender": "iccc", "n": n, "body": text, "key": key}
    values["mac"] = envelope.mac(secret, topic, key, "iccc", n, text)
    known = {"P0001": KEY, "ward-1": SHARED} if keys is None else keys
    payload = contract.text_of(values).encode()
    return Commands(known, {}).take(topic, payload, now, 20, 100, forgetful)


def asking(name="P0001", wrapped="absent", n=N):
    values = {"type": "rekey", "name": name, "wrapped": wrapped}
    if wrapped == "absent":
        values["wrapped"] = rekey.unwrap(KEY, name, "iccc", n, NEW)
    return contract.text_of(values)


def refused(verdict, reason, words):
    assert (verdict.outcome, verdict.reason, verdict.rekey) == (ack_reasons.REJECTED, reason, None), verdict.detail
    assert words in verdict.detail, verdict.detail


def test_a_key_is_changed_added_and_removed():
    for name in ("P0001", "ward-1", "ward-2"):
        verdict = take(asking(name))
        assert (verdict.outcome, verdict.rekey, verdict.mark) == (
            ack_reasons.APPLIED,
            (name, NEW),
            ("P0001\niccc", N),
        )
    assert take(asking("ward-1", None)).rekey == ("ward-1", None)
    assert take(asking("ward-9", None)).rekey == ("ward-9", None)  # asked for a second time


def test_what_is_wrapped_is_the_key_and_an_hmac_over_lines():
    assert rekey.unwrap(KEY, "P0001", "iccc", 7, "00" * 32) == (
        "d4bd6dd635752d9467bcf483fd578dd9367109119694dd7db20044c6450fb81c"
    )
    assert NEW not in asking() and KEY not in asking()
    assert rekey.unwrap(KEY, "a", "s", 7, rekey.unwrap(KEY, "a", "s", 7, NEW)) == NEW
    assert rekey.unwrap(KEY, "a", "s", 8, rekey.unwrap(KEY, "a", "s", 7, NEW)) != NEW


def test_a_nonce_makes_another_pad_for_the_same_number():
    pads = [rekey.unwrap(KEY, "P0001", "iccc", N, "00" * 32, nonce) for nonce in ("", "a" * 32, "b" * 32)]
    assert len(set(pads)) == 3
    wrapped = rekey.unwrap(KEY, "P0001", "iccc", N, NEW, "a" * 32)
    values = {"type": "rekey", "name": "P0001", "wrapped": wrapped, "nonce": "a" * 32}
    assert take(contract.text_of(values)).rekey == ("P0001", NEW)
    values["nonce"] = "a" * 31
    refused(take(contract.text_of(values)), ack_reasons.BAD_FIELD, "nonce is")


def test_only_the_own_key_on_the_own_topic_may():
    refused(take(asking(), key="ward-1", secret=SHARED), ack_reasons.BAD_MAC, "own topic and under its own key")
    refused(take(asking(), topic=GROUP), ack_reasons.BAD_MAC, "own topic")
    refused(take(asking(), topic="diya/1/sagar/_all/command"), ack_reasons.BAD_MAC, "own topic")
    refused(take(asking(), keys={}), ack_reasons.BAD_MAC, "own topic")  # a bench without keys


def test_bounds():
    bad = ack_reasons.BAD_FIELD
    refused(take(asking("P0001", None)), bad, "which can be changed and not removed")
    full = {"P0001": KEY}
    for number in range(15):
        full["k%d" % number] = SHARED
    refused(take(asking("k15"), keys=full), bad, "the pole has 16 keys and must have at most 16")
    assert take(asking("k14"), keys=full).rekey == ("k14", NEW)
    assert take(asking("k15", None), keys=full).rekey == ("k15", None)
    for wrapped in (7, "", "0" * 63, "0" * 65, "G" * 64, "A" * 64, True, [], {}):
        refused(take(asking("ward-1", wrapped)), bad, "wrapped is")
    refused(take('{"type":"rekey","name":"ward-1"}'), bad, "wrapped is missing")
    for name in ("", "x" * 33, "a\nb"):
        refused(take(contract.text_of({"type": "rekey", "name": name, "wrapped": NEW})), bad, "name is")


def test_a_pole_that_lost_its_marks_takes_only_a_fresh_key_of_its_own():
    assert take(asking(), forgetful=True).rekey == ("P0001", NEW)
    for verdict in (
        take(asking("ward-1"), forgetful=True),
        take(asking("ward-1", None), forgetful=True),
        take(asking(), forgetful=True, now=NOW + 3601),
        take(asking(), forgetful=True, now=None),
    ):
        refused(verdict, ack_reasons.NOT_REKEYED, "first its own key must change")
