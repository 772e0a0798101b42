"""Commands of the city through the modelled broker: what is refused and why, and what is done and for how long."""

import json
from functools import partial

import pytest

from host_tools.keys.key import Key
from host_tools.wire import commands, envelope
from pole.wire import ack_reasons, contract
from tests.simulator.streets import MINUTE_MS, NIGHT, City, Lived, live, watch_light

ENGINES = pytest.mark.parametrize("engine", ["cpython", "micropython"])
P1 = "diya/1/sagar/P0001/command"
AFTER_BOOT = 2 * MINUTE_MS
EVERY = 10_000  # ms between two bad commands
FAR = 4_000_000_000  # Unix s, 2096
SOON = 1795535000  # Unix s, within an hour of NIGHT


def body(**fields: object) -> str:
    return json.dumps({"type": "override", "level": 30, "expiration": SOON, **fields})


def sealed(text: str, n: int, sender: str = "test") -> bytes:
    return json.dumps({"v": 1, "key": "", "sender": sender, "n": n, "body": text}).encode()


# payload by its n, why it is refused, and what the sentence says; without n there is no ack for a sender
BAD = [
    (
        lambda n: sealed(body(level=101), n),
        ack_reasons.BAD_FIELD,
        "level is 101 and must be a whole number from 0 to 100",
    ),
    (lambda n: sealed(body(level=-1), n), ack_reasons.BAD_FIELD, "level is -1"),
    (lambda n: sealed(body(level=30.5), n), ack_reasons.BAD_FIELD, "level is 30.5"),
    (lambda n: sealed(body(level=True), n), ack_reasons.BAD_FIELD, "level is true"),
    (lambda n: sealed(body(owner="safety"), n), ack_reasons.BAD_FIELD, "owner is"),
    (lambda n: sealed(body(reason="x" * 81), n), ack_reasons.BAD_FIELD, "reason is"),
    (
        lambda n: sealed(body(expiration=1795500000), n),
        ack_reasons.EXPIRED,
        "expiration is 1795500000 and must be after",
    ),
    (lambda n: sealed(body(expiration=FAR), n), ack_reasons.BAD_FIELD, "at most 366 days ahead"),
    (lambda n: sealed('{"type":"override","level":30}', n), ack_reasons.BAD_FIELD, "expiration is missing"),
    (
        lambda n: sealed('{"type":"reboot"}', n),
        ack_reasons.BAD_FIELD,
        'must be "override", "cancel", "resend" or "rekey"',
    ),
    (lambda n: sealed("{not json", n), ack_reasons.BAD_ENVELOPE, "body is not JSON"),
    (
        lambda n: sealed('{"type":"cancel","owner":"operator"}', n),
        ack_reasons.UNKNOWN_REFERENCE,
        "nothing of operator",
    ),
    (lambda n: b'{"v":1,"key":"","sender":"test","n":%d,"body":7}' % n, ack_reasons.BAD_ENVELOPE, "body is 7"),
]
RUBBISH = [
    (b"\x00" * 1_000_000, ack_reasons.TOO_LARGE, "larger than 8192 bytes"),
    (b'{"v":1,"sender":"' + b"x" * 8300 + b'"}', ack_reasons.TOO_LARGE, "larger than 8192 bytes"),
    (b'{"v":1,"sender":"\xff\xfe","n":5,"body":"{}"}', ack_reasons.BAD_ENVELOPE, "not JSON in UTF-8"),
    (b"", ack_reasons.BAD_ENVELOPE, "not JSON"),
    (b"[1,2,3]", ack_reasons.BAD_ENVELOPE, "must be a JSON object"),
    (b'{"v":2,"sender":"test","n":9,"body":"{}"}', ack_reasons.BAD_ENVELOPE, "v is 2 and must be 1"),
    (b"{" * 5000, ack_reasons.BAD_ENVELOPE, ""),
    (b"[" * 8000, ack_reasons.BAD_ENVELOPE, ""),
    (b'{"v":1' + b"," * 4000, ack_reasons.BAD_ENVELOPE, ""),
]


@ENGINES
def test_what_cannot_be_done_is_refused_with_a_reason_and_moves_no_lamp(engine: str) -> None:
    lights = {}

    def begin(street):
        city = City(street)
        ms = AFTER_BOOT
        for make, _reason, _detail in BAD:
            city.publish(ms, make(city.start * 1000 + ms))
            ms += EVERY
        for payload, _reason, _detail in RUBBISH:
            city.publish(ms, payload)
            ms += EVERY
        lights.update(watch_light(street))

    # with room for the largest message: where there is none, it is refused as tooLarge, with any content
    lived = live(0.25, poles=1, start=NIGHT, begin=begin, engine=engine, heap_bytes=224 * 1024)
    assert lived.street.failures() == []
    acks = lived.acks()
    wanted = [(reason, detail) for _what, reason, detail in [*BAD, *RUBBISH]]
    assert [ack["reason"] for ack in acks] == [reason for reason, _detail in wanted]
    for ack, (_reason, detail) in zip(acks, wanted, strict=True):
        assert ack["outcome"] == ack_reasons.REJECTED
        assert detail in ack["detail"]
    for ack in acks[: len(BAD)]:
        assert ack["sender"] == "test"
        assert ack["n"] > lived.street.time.start_unix * 1000
    assert [light for ms, light in lights["P0001"] if ms > AFTER_BOOT] == []
    assert lived.targets("P0001", AFTER_BOOT, 15 * MINUTE_MS) <= {100}
    assert lived.report["totals"]["boots_powerOn"] == 1
    assert len([1 for _ms, said in lived.said("P0001", contract.PRESENCE) if said["online"]]) == 1  # the link held


@ENGINES
def test_a_command_is_done_told_and_ends_by_itself(engine: str) -> None:
    end = 20 * MINUTE_MS

    def begin(street):
        city = City(street)
        text = commands.override(40, city.unix(end), reason="a wedding", ref="T-1", ramp_s=5)
        city.send(5 * MINUTE_MS, text)
        city.send(6 * MINUTE_MS, text, n=city.start * 1000 + 5 * MINUTE_MS)  # replayed
        city.look(10 * MINUTE_MS, "during")
        city.look(25 * MINUTE_MS, "after")
        begin.city = city

    lived = live(0.5, poles=2, start=NIGHT, begin=begin, engine=engine)
    assert [(ack["outcome"], ack["reason"]) for ack in lived.acks()] == [("applied", ""), ("rejected", "replayed")]
    assert lived.acks()[0]["cmsRefId"] == "T-1"
    assert lived.acks("P0002") == []
    (ms, state), *_ = [pair for pair in lived.said("P0001", contract.STATE) if pair[1]["owner"] == "operator"]
    assert ms - 5 * MINUTE_MS < 1000
    start = lived.street.time.start_unix
    assert (state["target"], state["reason"], state["until"]) == (40, "a wedding", start + end // 1000)
    arrived = [said for _ms, said in lived.said("P0001", contract.STATE) if said["level"] == said["target"] == 40]
    assert arrived
    back = next(pair for pair in lived.said("P0001", contract.STATE) if pair[0] > ms and pair[1]["owner"] == "calendar")
    assert 0 <= back[0] - end < 1000
    assert (back[1]["target"], lived.street.failures()) == (100, [])
    assert abs(begin.city.lights["during"] - 0.4) < 0.1
    assert begin.city.lights["after"] > 0.99


def test_a_cancel_ends_what_it_names_and_no_more() -> None:
    def begin(street):
        city = City(street)
        until = city.unix(55 * MINUTE_MS)
        city.send(5 * MINUTE_MS, commands.override(40, until, ref="A"))
        city.send(6 * MINUTE_MS, commands.override(50, until, ref="B"))
        city.send(10 * MINUTE_MS, commands.cancel("operator", "B"))
        city.send(15 * MINUTE_MS, commands.cancel("incident"))
        city.send(20 * MINUTE_MS, commands.cancel("operator"))

    lived = live(0.5, poles=1, start=NIGHT, begin=begin)
    assert [ack["reason"] for ack in lived.acks()] == ["", "", "", ack_reasons.UNKNOWN_REFERENCE, ""]
    for minute, level in ((5, 40), (6, 50), (10, 40), (20, 100)):
        assert lived.targets("P0001", minute * MINUTE_MS, minute * MINUTE_MS + 30_000) == {level}, minute


def test_a_group_and_all_poles_are_commanded_at_once_and_never_below_the_floor() -> None:
    group = contract.group_topic("diya/1", "sagar", "main-road")
    every = contract.all_topic("diya/1", "sagar")

    def begin(street):
        city = City(street)
        until = city.unix(40 * MINUTE_MS)
        city.send(5 * MINUTE_MS, commands.override(60, until, ref="g"), group)
        city.send(10 * MINUTE_MS, commands.override(50, until, ref="a"), every)
        city.send(15 * MINUTE_MS, commands.override(19, until, ref="low"), group)
        city.send(20 * MINUTE_MS, commands.override(5, until, ref="own"))
        city.look(25 * MINUTE_MS, "low")
        begin.city = city

    lived = live(0.5, poles=3, start=NIGHT, begin=begin)  # P0001 is a junction, the others are on the main road
    assert [ack["cmsRefId"] for ack in lived.acks("P0001")] == ["a", "own"]
    assert [ack["cmsRefId"] for ack in lived.acks("P0002")] == ["g", "a", "low"]
    assert lived.acks("P0002")[2]["reason"] == ack_reasons.BELOW_FLOOR
    assert lived.targets("P0003", 5 * MINUTE_MS, 10 * MINUTE_MS) == {60}
    assert lived.targets("P0003", 10 * MINUTE_MS + 1, 20 * MINUTE_MS) == {50}
    assert lived.targets("P0001", 10 * MINUTE_MS + 1, 20 * MINUTE_MS) == {50}
    assert lived.targets("P0001", 20 * MINUTE_MS + 1, 22 * MINUTE_MS) == {5}  # its own topic may: it is one lamp
    assert 0.05 < begin.city.lights["low"] < 0.15


@ENGINES
def test_a_command_and_its_mark_survive_a_power_cut(engine: str) -> None:
    first = {}

    def begin(street):
        city = City(street)
        text = commands.override(45, city.unix(40 * MINUTE_MS), ref="K")
        city.send(5 * MINUTE_MS, text)
        city.send(20 * MINUTE_MS, text, n=city.start * 1000 + 5 * MINUTE_MS)
        first.update(start=city.start)

    cut = '[[happening]]\nkind = "power_cut"\nat = "+10m"\nuntil = "+12m"\n'
    lived = live(0.8, poles=1, start=NIGHT, begin=begin, scenario=cut, engine=engine)
    assert lived.targets("P0001", 12 * MINUTE_MS, 38 * MINUTE_MS) == {45}
    assert {said["owner"] for ms, said in lived.said("P0001", contract.STATE) if 12 < ms / MINUTE_MS < 38} == {
        "operator"
    }
    assert lived.targets("P0001", 40 * MINUTE_MS, 48 * MINUTE_MS) == {100}
    assert [ack["reason"] for ack in lived.acks()] == ["", ack_reasons.REPLAYED]
    assert lived.street.failures() == []


def with_key(engine: str) -> Lived:
    key = Key("city", bytes(range(32)))
    wrong = Key("city", bytes(32))

    def begin(street):
        city = City(street)
        text = commands.override(60, city.unix(50 * MINUTE_MS))
        city.send(5 * MINUTE_MS, text)
        city.send(6 * MINUTE_MS, text, key=wrong)
        city.send(7 * MINUTE_MS, text, key=Key("other", key.secret))
        good = envelope.seal(P1, "test", city.start * 1000 + 8 * MINUTE_MS, text, key)
        city.publish(8 * MINUTE_MS, good.replace(b":60,", b":61,").replace(b'\\"level\\":60', b'\\"level\\":61'))
        city.publish(9 * MINUTE_MS, good, city.topic("P0002"))  # recorded on one pole's topic, played on another's
        city.publish(10 * MINUTE_MS, good)
        city.publish(11 * MINUTE_MS, good)

    return live(0.3, poles=2, start=NIGHT, begin=begin, engine=engine, settings={"keys": {"city": key.secret.hex()}})


@ENGINES
def test_with_a_key_only_the_city_commands(engine: str) -> None:
    lived = with_key(engine)
    reasons = [ack["reason"] for ack in lived.acks()]
    assert reasons == [ack_reasons.BAD_ENVELOPE, *[ack_reasons.BAD_MAC] * 3, "", ack_reasons.REPLAYED]
    assert [ack["reason"] for ack in lived.acks("P0002")] == [ack_reasons.BAD_MAC]
    assert lived.targets("P0001", 0, 10 * MINUTE_MS) == {100}
    assert lived.targets("P0001", 10 * MINUTE_MS, 11 * MINUTE_MS) == {60}


def test_a_message_on_another_s_topic_is_not_even_judged() -> None:
    key = Key("W21", bytes(range(32)))
    other = "diya/1/sagar/P0002/command"  # of P0002 alone, under a key that P0001 has too

    def lie(street, topic: str, payload: bytes) -> None:
        street.network.broker.sessions["sagar-P0001"]._deliver_once(topic, payload, False)

    def begin(street):
        city = City(street)
        text = commands.override(60, city.unix(15 * MINUTE_MS))
        for n, topic in ((1, other), (2, P1)):
            payload = envelope.seal(topic, "test", city.start * 1000 + n, text, key)
            street.kernel.at(n * 2 * MINUTE_MS, partial(lie, street, topic, payload))

    lived = live(0.1, poles=1, start=NIGHT, begin=begin, settings={"keys": {key.name: key.secret.hex()}})
    assert [(ack["n"] % 1000, ack["outcome"]) for ack in lived.acks()] == [(2, ack_reasons.APPLIED)]


def test_without_a_clock_a_command_may_only_raise() -> None:
    def begin(street):
        city = City(street)
        city.send(30 * MINUTE_MS, commands.override(30, city.unix(55 * MINUTE_MS)))

    lost = '[[happening]]\nkind = "clock_lost"\nat = "+10m"\n'
    lived = live(1, poles=1, start=NIGHT, begin=begin, scenario=lost)
    assert [ack["reason"] for ack in lived.acks()] == [ack_reasons.CLOCK_UNKNOWN]
    assert lived.targets("P0001", 15 * MINUTE_MS, 60 * MINUTE_MS) == {100}


def test_a_burst_of_commands_is_answered_one_by_one() -> None:
    def begin(street):
        city = City(street)
        for number in range(12):
            text = commands.override(50 + number, city.unix(50 * MINUTE_MS), ref=str(number))
            city.send(5 * MINUTE_MS, text, n=city.start * 1000 + number)

    lived = live(0.3, poles=1, start=NIGHT, begin=begin)
    acks = lived.acks()
    assert [ack["cmsRefId"] for ack in acks] == [str(number) for number in range(12)]
    assert {ack["outcome"] for ack in acks} == {"applied"}
    assert lived.said("P0001", contract.STATE)[-1][1]["target"] == 61  # the last of them
    assert lived.street.failures() == []


def test_darkness_under_an_accepted_command_is_excused_only_as_long_as_the_command_holds() -> None:
    def begin(street):
        city = City(street)
        city.send(10 * MINUTE_MS, commands.override(0, city.unix(30 * MINUTE_MS), ramp_s=0))

    lived = live(1, poles=2, start=NIGHT, begin=begin)
    assert lived.acks()[0]["outcome"] == "applied"
    # back at its expiry: what the ramp up from dark takes until the lamp counts as lit is dark, and is counted
    assert lived.report["dark_minutes"] < 0.1
    assert 0 in lived.targets("P0001", 10 * MINUTE_MS, 11 * MINUTE_MS)


@ENGINES
def test_a_replaced_node_obeys_nothing_that_was_recorded_and_what_is_sealed_for_it(engine: str) -> None:
    own, shared = Key("P0001", bytes(range(32))), Key("F01", bytes(range(1, 33)))
    group = contract.group_topic("diya/1", "sagar", "F01")
    recorded: list[tuple[str, bytes]] = []

    def begin(street):
        city = City(street)
        stage = street.poles["P0001"]

        def record(topic: str, payload: bytes) -> bytes:
            recorded.append((topic, payload))
            return payload

        def replace_node() -> None:
            stage.pole.power_off()
            stage.pole.flash.load(b"")
            stage.wiring.chip.nvs._flash.clear()
            stage.wiring.chip.nvs.provision("diya", "highWater", bytes(8))
            street.kernel.after(1000, stage.power)

        def play() -> None:
            for topic, payload in recorded:
                street.network.broker.publish(topic, payload, 1)

        for minute, topic, key, level in ((2, P1, own, 0), (3, group, shared, 30)):
            text = commands.override(level, city.unix(60 * MINUTE_MS), ramp_s=0)
            n = city.start * 1000 + minute * MINUTE_MS
            city.seal(minute * MINUTE_MS, topic, n, text, key, change=partial(record, topic))
        street.kernel.at(4 * MINUTE_MS, replace_node)
        street.kernel.at(6 * MINUTE_MS, play)
        city.send(8 * MINUTE_MS, commands.override(60, city.unix(60 * MINUTE_MS), ramp_s=0), key=own)
        street.kernel.at(9 * MINUTE_MS, play)

    keys = {key.name: key.secret.hex() for key in (own, shared)}
    lived = live(0.18, poles=1, start=NIGHT, begin=begin, engine=engine, settings={"keys": keys, "report.spread": 0})
    bad, again = ack_reasons.BAD_MAC, ack_reasons.REPLAYED
    assert [ack["reason"] for ack in lived.acks()] == ["", "", bad, "", "", bad, again]
    nonces = [birth["flashNonce"] for _ms, birth in lived.said("P0001", contract.BIRTH)]
    assert len(nonces) == len(set(nonces)) == 2
    assert lived.targets("P0001", 4 * MINUTE_MS, 8 * MINUTE_MS) == {100}
    assert lived.said("P0001", contract.STATE)[-1][1]["target"] == 60
