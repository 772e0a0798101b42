"""Configurations and keys from afar, through the modelled broker: what is undone, and what the lamp does meanwhile."""

import json
from typing import Any

import pytest

from host_tools.keys.key import Key
from host_tools.site.pole_settings import pole_config
from host_tools.wire import commands
from pole.wire import ack_reasons, contract
from tests.simulator.streets import MINUTE_MS, NIGHT, City, Lived, live, watch_light

ENGINES = pytest.mark.parametrize("engine", ["cpython", "micropython"])
OWN = Key("P0001", bytes(range(32)))
KEYS = {"keys": {OWN.name: OWN.secret.hex()}, "report.spread": 0}
HOST = "broker.invalid"  # of the modelled network
LEVEL = {"programmes": {"on": [["12:00", 60, 2]]}, "programme": "on", "rules": []}
TRIAL_S = 300


class Configurer(City):
    """Sends configurations to P0001, as retained messages."""

    def text(self, version: int, **changes: Any) -> str:
        site = self.street.site
        given = {**pole_config(site, site.pole("P0001"), self.start), "version": version, "link.host": HOST}
        for name in ("link.tls", "link.port"):
            given.pop(name)
        changes = {name.replace("__", "."): value for name, value in changes.items()}
        return json.dumps({**given, "report.spread": 0, **changes}, separators=(",", ":"))

    def configure(self, ms: int, text: str, key: Key | None = OWN, tear: bool = False) -> None:
        topic = contract.topic("diya/1", "sagar", "P0001", contract.CONFIG)
        torn = (lambda payload: payload.replace(b'floor\\":20', b'floor\\":21')) if tear else bytes
        self.seal(ms, topic, self.start * 1000 + ms, text, key, True, torn)


def births(lived: Lived) -> list[tuple[int, str]]:
    """Version in force and reset cause at each birth."""
    return [(said["configVersion"], said["resetCause"]) for _ms, said in lived.said("P0001", contract.BIRTH)]


@ENGINES
def test_a_good_one_comes_in_force_and_the_lamp_follows_it_lit_all_the_while(engine: str) -> None:
    seen: dict[str, Any] = {}

    def begin(street):
        city = Configurer(street)
        seen["text"] = city.text(2, floor=40, **LEVEL)
        city.configure(5 * MINUTE_MS, seen["text"])
        city.configure(9 * MINUTE_MS, city.text(3, floor=50, **LEVEL))
        every = contract.all_topic("diya/1", "sagar")
        city.send(7 * MINUTE_MS, commands.override(39, city.unix(20 * MINUTE_MS)), every, OWN)
        seen["light"] = watch_light(street, 50)

    lived = live(0.2, poles=1, start=NIGHT, begin=begin, engine=engine, settings=KEYS)
    assert lived.street.failures() == []
    assert births(lived) == [(1, "powerOn"), (2, "hard"), (3, "hard")]
    birth = lived.said("P0001", contract.BIRTH)[-1][1]
    assert len(birth["configHash"]) == 16
    assert birth["configOrigin"] == "config.json"
    ack, below, another = lived.acks()
    assert another["outcome"] == "applied"
    assert (ack["outcome"], ack["key"], ack["sender"], ack["n"]) == (
        "applied", "P0001", "test", lived.street.time.start_unix * 1000 + 5 * MINUTE_MS,
    )  # fmt: skip
    assert below["reason"] == ack_reasons.BELOW_FLOOR
    assert lived.said("P0001", contract.STATE)[-1][1]["target"] == 60
    light = [(ms, level) for ms, level in seen["light"]["P0001"] if ms > 60_000]
    assert min(level for _ms, level in light) > 0.5  # never dark, the restart included
    assert abs(light[-1][1] - 0.6) < 0.1
    # the second changes nothing of the light, so a change comes from the restart: full light, then back with the ramp
    moved = [(ms, level) for ms, level in light if ms >= 9 * MINUTE_MS]
    began = lived.said("P0001", contract.BIRTH)[-1][0]
    print(
        f"{engine}: online again {began - 9 * MINUTE_MS} ms after the configuration was sent; light not below "
        f"{min(level for _ms, level in moved):.2f}, back at its level after {moved[-1][0] - moved[0][0]} ms"
    )
    assert moved[0][1] > 0.95
    assert moved[-1][0] - moved[0][0] < 5000
    assert began - 9 * MINUTE_MS < 60_000


@ENGINES
def test_one_that_moves_the_pole_to_no_broker_is_undone_by_the_pole_alone_and_never_comes_back(engine: str) -> None:
    seen: dict[str, Any] = {}

    def begin(street):
        city = Configurer(street)
        city.configure(5 * MINUTE_MS, city.text(2, link__host="nowhere.invalid", link__trial=TRIAL_S, **LEVEL))
        city.configure(25 * MINUTE_MS, city.text(3, **LEVEL))
        seen["light"] = watch_light(street, 50)

    # the network goes for a moment after it was undone: the broker brings the same message again
    gone = '[[happening]]\nkind = "network_outage"\nat = "+15m"\nuntil = "+18m"\n'
    lived = live(0.6, poles=1, start=NIGHT, begin=begin, engine=engine, settings=KEYS, scenario=gone)
    assert lived.street.failures() == []
    versions = [version for version, _cause in births(lived)]
    assert (versions[0], versions[-1], set(versions[1:-1])) == (1, 3, {1})
    back = lived.said("P0001", contract.BIRTH)[1][0]
    print(f"{engine}: back on its broker {(back - 5 * MINUTE_MS) / 1000:.1f} s after it was sent away")
    assert TRIAL_S * 1000 <= back - 5 * MINUTE_MS < TRIAL_S * 1000 + 60_000
    acks = lived.acks()
    assert [(ack["outcome"], ack["reason"]) for ack in acks[:-1]] == [("rejected", ack_reasons.REVERTED)] * (
        len(acks) - 1
    )
    assert len(acks) == 4  # by itself, to the message that came with the session, again after the outage; the last good
    assert (acks[-1]["outcome"], acks[0]["detail"]) == (
        "applied",
        f"no session within {TRIAL_S} s after it came in force",
    )
    assert acks[0]["n"] == lived.street.time.start_unix * 1000 + 5 * MINUTE_MS
    assert lived.report["totals"]["boots_reset"] == 3
    assert min(level for ms, level in seen["light"]["P0001"] if ms > 60_000) > 0.5


@ENGINES
def test_what_is_bad_forged_or_old_is_refused_and_changes_nothing(engine: str) -> None:
    seen: dict[str, Any] = {}

    def begin(street):
        city = Configurer(street)
        wrong = Key("P0001", bytes(32))
        for minute, text, key, tear in (
            (2, city.text(2, **LEVEL), wrong, False),
            (3, city.text(2, **LEVEL), None, False),
            (4, city.text(2), OWN, True),
            (5, city.text(1, **LEVEL), OWN, False),
            (6, city.text(2, pole="P0002"), OWN, False),
            (7, city.text(2, floor=101), OWN, False),
        ):
            city.configure(minute * MINUTE_MS, text, key, tear)
        seen["light"] = watch_light(street)

    lived = live(0.2, poles=1, start=NIGHT, begin=begin, engine=engine, settings=KEYS)
    assert lived.street.failures() == []
    acks = lived.acks()
    assert [ack["reason"] for ack in acks[:5]] == [
        ack_reasons.BAD_MAC, ack_reasons.BAD_ENVELOPE, ack_reasons.BAD_MAC, ack_reasons.REPLAYED,
        ack_reasons.BAD_FIELD,
    ]  # fmt: skip
    assert {(ack["reason"], ack["detail"]) for ack in acks[5:]} == {
        (ack_reasons.BAD_FIELD, "floor is 101 and must be 0 to 100 percent")
    }
    assert {version for version, _cause in births(lived)} == {1}
    assert lived.targets("P0001", 0, 12 * MINUTE_MS) == {100}
    # only the one that had to be looked at as a whole made the pole restart
    assert lived.report["totals"]["boots_reset"] == 1


@ENGINES
def test_a_power_cut_while_it_is_on_trial_changes_nothing_about_it(engine: str) -> None:
    def begin(street):
        city = Configurer(street)
        city.configure(5 * MINUTE_MS, city.text(2, link__host="nowhere.invalid", link__trial=TRIAL_S))

    cut = '[[happening]]\nkind = "power_cut"\nat = "+7m"\nuntil = "+8m"\n'
    lived = live(0.35, poles=1, start=NIGHT, begin=begin, engine=engine, settings=KEYS, scenario=cut)
    assert {ack["reason"] for ack in lived.acks()} == {ack_reasons.REVERTED}
    assert births(lived)[-1][0] == 1
    assert lived.street.failures() == []


@ENGINES
def test_without_keys_a_bench_is_configured_unsigned(engine: str) -> None:
    def begin(street):
        city = Configurer(street)
        city.configure(2 * MINUTE_MS, city.text(9), None)

    lived = live(0.1, poles=1, start=NIGHT, begin=begin, engine=engine, settings={"report.spread": 0})
    assert [(ack["outcome"], ack["key"]) for ack in lived.acks()] == [("applied", "")]
    assert births(lived)[-1][0] == 9


@ENGINES
def test_keys_change_by_a_command_under_the_own_key_and_outlive_a_power_cut(engine: str) -> None:
    new, ward = Key("P0001", bytes(range(32, 64))), Key("W01", bytes(range(64, 96)))

    def begin(street):
        city = Configurer(street)
        lower = commands.override(60, city.unix(50 * MINUTE_MS))

        def rekey(minute: int, own: Key, name: str, key: Key | None, topic: str = "") -> None:
            n = city.start * 1000 + minute * MINUTE_MS
            city.send(minute * MINUTE_MS, commands.rekey(own, name, key, "test", n), topic, own, n)

        rekey(2, OWN, "W01", ward)
        city.send(3 * MINUTE_MS, lower, contract.all_topic("diya/1", "sagar"), ward)
        rekey(4, ward, "P0001", ward)  # a shared key has no power over the pole's own
        rekey(5, OWN, "P0001", ward, contract.all_topic("diya/1", "sagar"))
        rekey(6, OWN, "P0001", None)
        rekey(7, OWN, "P0001", new)
        city.send(8 * MINUTE_MS, lower, key=OWN)
        city.send(16 * MINUTE_MS, lower, key=new)
        rekey(17, new, "W01", None)
        city.send(18 * MINUTE_MS, lower, contract.all_topic("diya/1", "sagar"), ward)

    cut = '[[happening]]\nkind = "power_cut"\nat = "+10m"\nuntil = "+12m"\n'
    lived = live(0.4, poles=1, start=NIGHT, begin=begin, engine=engine, settings=KEYS, scenario=cut)
    assert lived.street.failures() == []
    assert [ack["reason"] for ack in lived.acks()] == [
        "", "", ack_reasons.BAD_MAC, ack_reasons.BAD_MAC, ack_reasons.BAD_FIELD, "", ack_reasons.BAD_MAC,
        "", "", ack_reasons.BAD_MAC,
    ]  # fmt: skip
    texts = "".join(lived.text)
    assert new.secret.hex() not in texts
    assert ward.secret.hex() not in texts


def test_both_engines_tell_the_same_story_of_a_configuration() -> None:
    def begin(street):
        city = Configurer(street)
        city.configure(3 * MINUTE_MS, city.text(2, link__host="nowhere.invalid", link__trial=60))
        city.configure(8 * MINUTE_MS, city.text(3, floor=101))
        city.configure(10 * MINUTE_MS, city.text(4, **LEVEL))

    runs = [live(0.25, poles=1, start=NIGHT, begin=begin, engine=engine, settings=KEYS).text
            for engine in ("cpython", "micropython")]  # fmt: skip
    assert runs[0] == runs[1]
