"""What a command may do, and the sentence that says why not."""

from pole.commands.judge import Commands
from pole.security import envelope
from pole.security import replay as marks_of
from pole.wire import ack_reasons, contract

NOW = 1795500000
N = NOW * 1000
OWN = "diya/1/sagar/P0001/command"
GROUP = "diya/1/sagar/_group/ward-1/command"
ALL = "diya/1/sagar/_all/command"
KEY = "0123456789abcdef" * 4
SHARED = "fedcba9876543210" * 4
KEYS = {"P0001": KEY, "ward-1": SHARED}


def body(**fields):
    values = {"type": "override", "level": 50, "expiration": NOW + 3600}
    values.update(fields)
    return contract.text_of({name: values[name] for name in values if values[name] != "absent"})


def sealed(text, topic=OWN, key=None, secret=KEY, n=N, sender="iccc", **changes):
    """Payload of an envelope around the body *text*; signed when there is a *key*."""
    values = {"v": 1, "sender": sender, "n": n, "body": text}
    if key is not None:
        values["key"] = key
        values["mac"] = envelope.mac(secret, topic, key, sender, n, text)
    values.update(changes)
    return contract.text_of({name: values[name] for name in values if values[name] != "absent"}).encode()


def take(payload, topic=OWN, now=NOW, floor=20, keys=(), marks=(), unclocked_level=100):
    return Commands(dict(keys), dict(marks)).take(topic, payload, now, floor, unclocked_level)


def rejected(verdict, reason, *words):
    assert verdict.outcome == ack_reasons.REJECTED and verdict.override is None and verdict.cancel is None
    assert verdict.reason == reason, (verdict.reason, verdict.detail)
    for word in words:
        assert word in verdict.detail, verdict.detail
    return verdict


def test_an_override_with_everything():
    text = body(
        owner="emergency",
        level=70,
        reason="बाढ़ flood",
        cmsRefId="e-1",
        start=NOW + 60,
        rampToLevelTime=5,
        refAddress="lamp",
        more=[1],
    )
    verdict = take(sealed(text, extra={"a": None}))
    assert (verdict.outcome, verdict.reason, verdict.detail) == (ack_reasons.APPLIED, "", "")
    assert (verdict.key, verdict.sender, verdict.n, verdict.ref) == ("", "iccc", N, "e-1")
    assert verdict.mark == ("\niccc", N) and verdict.issued is None and verdict.cancel is None
    order = verdict.override
    assert (order.owner, order.level, order.reason, order.ref) == ("emergency", 70, "बाढ़ flood", "e-1")
    assert (order.start, order.expiration, order.ramp_s, order.hold_s) == (NOW + 60, NOW + 3600, 5, None)


def test_an_override_with_as_little_as_possible():
    order = take(sealed(body())).override
    assert (order.owner, order.level, order.reason, order.ref) == ("operator", 50, "", "")
    assert (order.start, order.expiration, order.ramp_s, order.hold_s) == (NOW, NOW + 3600, 2, None)
    order = take(sealed(body(start=None, cmsRefId=None, owner=None, reason=None, rampToLevelTime=None))).override
    assert (order.owner, order.ref, order.start, order.ramp_s) == ("operator", "", NOW, 2)


def test_a_cancel():
    verdict = take(sealed('{"type":"cancel","owner":"incident","cmsRefId":"i-9"}'))
    assert (verdict.outcome, verdict.ref) == (ack_reasons.APPLIED, "i-9") and verdict.override is None
    assert (verdict.cancel.owner, verdict.cancel.ref) == ("incident", "i-9")
    verdict = take(sealed('{"type":"cancel"}'))
    assert (verdict.cancel.owner, verdict.cancel.ref) == ("operator", None)
    rejected(take(sealed('{"type":"cancel","owner":"safety"}')), ack_reasons.BAD_FIELD, 'owner is "safety"')


def test_bytes_that_are_no_envelope():
    bad = ack_reasons.BAD_ENVELOPE
    rejected(take(b""), bad, "not JSON")
    rejected(take(b"\xff\xfe"), bad, "not JSON in UTF-8")
    rejected(take(b'{"v":1,"sender":"\xed\xa0\x80"}'), bad, "not JSON in UTF-8")
    rejected(take(b"on"), bad, "not JSON")
    rejected(take(b"[1]"), bad, "a list")
    rejected(take(b'"' + b"x" * 100 + b'"'), bad, '"xxx', "must be a JSON object")
    rejected(take(b"{" * 8000), bad, "not JSON")
    rejected(take(None), ack_reasons.TOO_LARGE, "8192")
    rejected(take(b" " * 8193), ack_reasons.TOO_LARGE, "8192")
    verdict = take(b"[" * 8000)
    assert (verdict.key, verdict.sender, verdict.n, verdict.ref, verdict.mark) == (None, None, None, None, None)


def test_an_envelope_with_a_bad_field():
    bad = ack_reasons.BAD_ENVELOPE
    text = body()
    rejected(take(sealed(text, v="absent")), bad, "v is missing", "must be 1")
    rejected(take(sealed(text, v=2)), bad, "v is 2 and must be 1")
    rejected(take(sealed(text, v=True)), bad, "v is true")
    rejected(take(sealed(text, sender="absent")), bad, "sender is missing")
    rejected(take(sealed(text, sender="")), bad, 'sender is ""', "1 to 64")
    rejected(take(sealed(text, sender="s" * 65)), bad, "sender is", "1 to 64")
    rejected(take(sealed(text, sender="a\nb")), bad, 'sender is "a\\nb"')
    rejected(take(sealed(text, sender=5)), bad, "sender is 5")
    rejected(take(sealed(text).replace(b'"sender"', b'"key":7,"sender"')), bad, "key is 7")
    rejected(take(sealed(text, n="absent")), bad, "n is missing")
    rejected(take(sealed(text, n="5")), bad, 'n is "5"')
    rejected(take(sealed(text, n=0)), bad, "n is 0", "1 to 4102444800000")
    rejected(take(sealed(text).replace(b'"n":%d' % N, b'"n":1.5e3')), bad, "n is 1.5e3")
    rejected(take(sealed(text, n=N + 86400001)), bad, "a day ahead")
    rejected(take(sealed(text, body="absent")), bad, "body is null")
    rejected(take(sealed(text, body={"type": "override"})), bad, "body is an object", "JSON in a string")
    assert rejected(take(sealed(text, v=2)), bad).sender is None
    verdict = rejected(take(sealed("not json")), bad, "body is not JSON")
    assert (verdict.sender, verdict.n) == ("iccc", N)


def test_a_body_with_a_bad_field():
    bad = ack_reasons.BAD_FIELD
    cases = (
        ({"type": "absent"}, ("type is missing",)),
        ({"type": "dim"}, ('type is "dim"', '"override", "cancel", "resend" or "rekey"')),
        ({"level": 101}, ("level is 101", "0 to 100")),
        ({"level": -1}, ("level is -1", "0 to 100")),
        ({"level": "50"}, ('level is "50"',)),
        ({"level": True}, ("level is true",)),
        ({"level": contract.Fixed(505, 1)}, ("level is 50.5", "whole number")),
        ({"level": "absent"}, ("level is missing",)),
        ({"owner": "calendar"}, ('owner is "calendar"', "emergency, incident, lock, operator")),
        ({"owner": "local"}, ('owner is "local"',)),
        ({"owner": 1}, ("owner is 1",)),
        ({"reason": "r" * 81}, ("reason is", "0 to 80")),
        ({"reason": "a\tb"}, ("reason is", "control")),
        ({"cmsRefId": "r" * 65}, ("cmsRefId is", "0 to 64")),
        ({"rampToLevelTime": 3601}, ("rampToLevelTime is 3601", "3600")),
        ({"start": NOW + 3600}, ("start is", "before expiration")),
        ({"start": -5}, ("start is -5",)),
        ({"expiration": "absent"}, ("expiration is missing",)),
        ({"expiration": None}, ("expiration is null",)),
        ({"expiration": NOW + 366 * 86400 + 1}, ("expiration is", "366 days")),
        ({"expiration": []}, ("expiration is a list",)),
    )
    for fields, words in cases:
        verdict = rejected(take(sealed(body(**fields))), bad, *words)
        assert verdict.n == N and verdict.mark == ("\niccc", N)


def test_an_expired_command():
    rejected(take(sealed(body(expiration=NOW))), ack_reasons.EXPIRED, "expiration is %d" % NOW, "after %d" % NOW)
    rejected(take(sealed(body(expiration=5))), ack_reasons.EXPIRED)
    assert take(sealed(body(expiration=NOW + 1))).outcome == ack_reasons.APPLIED
    assert take(sealed(body(expiration=NOW + 366 * 86400))).outcome == ack_reasons.APPLIED


def test_a_repeated_command():
    marks = {"\niccc": N}
    assert rejected(take(sealed(body()), marks=marks), ack_reasons.REPLAYED, "n is %d" % N, "above %d" % N).mark is None
    rejected(take(sealed(body(), n=N - 1), marks=marks), ack_reasons.REPLAYED)
    assert take(sealed(body(), n=N + 1), marks=marks).mark == ("\niccc", N + 1)
    assert take(sealed(body(), sender="other"), marks=marks).outcome == ack_reasons.APPLIED


def test_a_signed_command():
    verdict = take(sealed(body(level=0), key="P0001"), keys=KEYS)
    assert verdict.outcome == ack_reasons.APPLIED and verdict.override.level == 0
    assert verdict.mark == ("P0001\niccc", N) and verdict.issued == NOW and verdict.key == "P0001"


def test_a_command_that_is_not_signed_or_not_by_us():
    bad = ack_reasons.BAD_MAC
    text = body()
    rejected(take(sealed(text), keys=KEYS), ack_reasons.BAD_ENVELOPE, "key is missing")
    rejected(take(sealed(text, key="P0001", mac="absent"), keys=KEYS), bad, "mac is null", "64")
    rejected(take(sealed(text, key="P0001", mac=5), keys=KEYS), bad, "mac is 5")
    rejected(take(sealed(text, key="P0001", mac="ठ" * 64), keys=KEYS), bad, "does not match")
    rejected(take(sealed(text, key="P0001", secret=SHARED), keys=KEYS), bad, "does not match")
    rejected(take(sealed(text, key="P0002"), keys=KEYS), bad, '"P0002"')
    rejected(take(sealed(text, key="P0001"), topic=ALL, keys=KEYS), bad, "does not match")  # signed for another topic
    good = sealed(text, key="P0001")
    for old, new in ((b"iccc", b"icce"), (b"%d" % N, b"%d" % (N + 1)), (b"50", b"51")):
        assert old in good
        verdict = rejected(take(good.replace(old, new), keys=KEYS), bad, "does not match")
        assert verdict.mark is None and verdict.issued is None


def test_what_was_signed_once_and_refused_cannot_be_sent_again_later():
    payload = sealed(body(level=101), key="P0001")
    verdict = rejected(take(payload, keys=KEYS), ack_reasons.BAD_FIELD)
    marks = {}
    marks_of.remember(marks, verdict.mark)
    rejected(take(payload, keys=KEYS, marks=marks), ack_reasons.REPLAYED)


def test_a_shared_key_or_topic_cannot_take_the_light_below_the_floor():
    low, enough = body(level=19), body(level=20)
    cases = (
        (sealed(low), OWN, {}, True),
        (sealed(low), GROUP, {}, False),
        (sealed(low), ALL, {}, False),
        (sealed(low, key="P0001"), OWN, KEYS, True),
        (sealed(low, GROUP, "ward-1", SHARED), GROUP, KEYS, False),
        (sealed(low, key="ward-1", secret=SHARED), OWN, KEYS, False),
        (sealed(enough, GROUP, "ward-1", SHARED), GROUP, KEYS, True),
        (sealed(enough), ALL, {}, True),
    )
    for payload, topic, keys, allowed in cases:
        verdict = take(payload, topic, keys=keys)
        if allowed:
            assert verdict.outcome == ack_reasons.APPLIED, verdict.detail
        else:
            rejected(verdict, ack_reasons.BELOW_FLOOR, "level is 19 and must be at least 20")


def test_with_the_clock_unknown_a_command_only_raises_and_for_an_hour_at_most():
    raising = take(sealed(body(level=100, expiration=NOW + 600), key="P0001"), now=None, keys=KEYS)
    assert raising.override.hold_s == 600 and raising.issued == NOW
    long = take(sealed(body(level=100, expiration=NOW + 86400)), now=None)
    assert long.override.hold_s == 3600 and long.issued is None
    lowering = sealed(body(level=99), key="P0001")
    verdict = rejected(take(lowering, now=None, keys=KEYS), ack_reasons.CLOCK_UNKNOWN, "level is 99", "at least 100")
    assert verdict.issued == NOW and verdict.mark  # genuine: it raises the clock's floor
    assert take(lowering, now=None, keys=KEYS, unclocked_level=0).outcome == ack_reasons.APPLIED  # by day
    rejected(
        take(sealed(body(level=100, start=NOW + 60)), now=None),
        ack_reasons.CLOCK_UNKNOWN,
        "start is",
        "clock is unknown",
    )
    rejected(take(sealed(body(level=100, expiration=NOW)), now=None), ack_reasons.EXPIRED)


def test_a_pole_remembers_so_many_senders_and_a_new_one_takes_the_place_of_the_oldest():
    marks = {}
    for number in range(marks_of.SENDERS):
        marks_of.remember(marks, ("P0001\ns%02d" % number, N + number))
    assert len(marks) == marks_of.SENDERS
    verdict = take(sealed(body(), key="P0001", sender="new", n=N + 100), keys=KEYS, marks=marks)
    assert verdict.outcome == ack_reasons.APPLIED, verdict.detail
    marks_of.remember(marks, verdict.mark)
    assert len(marks) == marks_of.SENDERS + 1 and marks["P0001\n"] == N and "P0001\ns00" not in marks
    rejected(take(sealed(body(), key="P0001", sender="s00", n=N), keys=KEYS, marks=marks), ack_reasons.REPLAYED)
    again = sealed(body(), key="P0001", sender="s00", n=N + 50)
    assert take(again, keys=KEYS, marks=marks).outcome == ack_reasons.APPLIED
    known = sealed(body(), key="P0001", sender="s05", n=N + 100)
    verdict = take(known, keys=KEYS, marks=marks)
    assert verdict.outcome == ack_reasons.APPLIED
    marks_of.remember(marks, verdict.mark)
    assert marks["P0001\ns05"] == N + 100
    verdict = take(sealed(body(), sender="new", n=5), marks=marks)  # unsigned: a bench is not locked up
    marks_of.remember(marks, verdict.mark)
    assert marks["\nnew"] == 5 and "\n" not in marks


def test_a_shared_key_with_many_senders_shuts_out_no_sender_of_the_pole_s_own():
    marks = {}
    for number in range(5):
        marks_of.remember(marks, ("P0001\nc%d" % number, N + number))
    for number in range(200):
        payload = sealed('{"type":"cancel"}', GROUP, "ward-1", SHARED, N + number, "x" * 50 + "%014d" % number)
        verdict = take(payload, GROUP, keys=KEYS, marks=marks)
        assert verdict.outcome == ack_reasons.APPLIED, verdict.detail
        marks_of.remember(marks, verdict.mark)
        rejected(take(payload, GROUP, keys=KEYS, marks=marks), ack_reasons.REPLAYED)
    assert [marks["P0001\nc%d" % number] for number in range(5)] == [N + number for number in range(5)]
    assert len(marks) == marks_of.SENDERS + 1 and max([len(name) for name in marks]) <= len("ward-1") + 1 + 16
    for number in range(200):  # no recording of any of them is good for anything
        payload = sealed('{"type":"cancel"}', GROUP, "ward-1", SHARED, N + number, "x" * 50 + "%014d" % number)
        rejected(take(payload, GROUP, keys=KEYS, marks=marks), ack_reasons.REPLAYED)
    new = sealed(body(level=100), key="P0001", sender="new console", n=N)
    assert take(new, keys=KEYS, marks=marks).outcome == ack_reasons.APPLIED


NONCE = "a1b2c3d4e5f60718"


def judged(payload, topic=OWN, marks=(), keys=KEYS, own="P0001", nonce=NONCE):
    return Commands(dict(keys), dict(marks), own, nonce).take(topic, payload, NOW, 20, 100)


def own(text, nonce=NONCE, n=N, told=None):
    """Under the pole's own key, for the flashing *nonce*."""
    mac = envelope.mac(KEY, OWN, "P0001", "iccc", n, text, nonce)
    return sealed(text, OWN, "P0001", n=n, mac=mac, flashNonce=nonce if told is None else told)


def test_what_was_signed_for_the_node_that_was_here_before_is_refused():
    assert judged(own(body(level=0))).outcome == ack_reasons.APPLIED
    other = "00000000000000aa"
    for payload in (own(body(level=0), other), own(body(level=0), "", told=""), own('{"type":"cancel"}', other)):
        verdict = rejected(judged(payload), ack_reasons.BAD_MAC, "flashNonce is ", "must be " + NONCE)
        assert verdict.mark is None
    rejected(judged(sealed(body(level=0), key="P0001")), ack_reasons.BAD_MAC, "flashNonce is null")
    rejected(judged(own(body(level=0), other, told=NONCE)), ack_reasons.BAD_MAC, "mac does not match")


def test_under_a_shared_key_the_light_is_only_raised_until_the_own_key_has_spoken():
    spoken = {"P0001\nrecord": N - 5}
    dim = sealed(body(level=30), GROUP, "ward-1", SHARED)
    verdict = judged(dim, GROUP)
    assert verdict.outcome == ack_reasons.APPLIED and verdict.override.raises and "only raises" in verdict.detail
    assert not judged(dim, GROUP, spoken).override.raises
    ends = sealed('{"type":"cancel","owner":"lock"}', GROUP, "ward-1", SHARED)
    rejected(judged(ends, GROUP), ack_reasons.OWN_KEY_FIRST, "has not spoken")
    assert judged(ends, GROUP, spoken).outcome == ack_reasons.APPLIED
    # where there is no own key, none is waited for
    assert not judged(dim, GROUP, keys={"ward-1": SHARED}).override.raises


def test_a_shared_key_is_not_taken_for_the_pole_s_own_on_a_topic_of_its_name():
    topic = "diya/1/sagar/ward-1/command"  # which only a broker that lies would deliver here
    rejected(judged(sealed(body(level=0), topic, "ward-1", SHARED), topic, {"P0001\na": 1}), ack_reasons.BELOW_FLOOR)
    text = contract.text_of({"type": "rekey", "name": "P0001", "wrapped": "00" * 32})
    rejected(judged(sealed(text, topic, "ward-1", SHARED), topic), ack_reasons.BAD_MAC, "own topic and under its own")


def test_only_the_own_key_raises_the_clock_s_floor():
    assert take(sealed(body(), key="P0001"), keys=KEYS).issued == NOW
    verdict = take(sealed(body(), GROUP, "ward-1", SHARED, 4102444800000), GROUP, now=None, keys=KEYS)
    assert verdict.mark and verdict.issued is None


def test_the_signature_is_plain_hmac_over_lines():
    text = '{"type":"cancel"}'
    assert envelope.mac(KEY, OWN, "P0001", "iccc", 7, text) == (
        "3e85f91de6b65287cacf4778bc4c79d6bc8b9a88bc0118e52858da17295aec56"
    )
