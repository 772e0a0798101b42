"""Happenings begin and end when they should, on whom they should, and overlap without ending each other."""

import json
from typing import Any

import pytest

from simulator.kernel import Kernel
from simulator.scenario.happening import Happening, Order, Scenario
from simulator.street.player import Player
from simulator.street.troubles import Troubles
from tests.simulator.small_site import site


def happening(number: int, kind: str, at: int, until: int | None = None, **fields: Any) -> Happening:
    values: dict[str, Any] = {
        "poles": ("P0001",), "group": None, "everywhere": False, "severity": 1.0, "expect": (), "allow": (),
        "within_s": None, **fields,
    }  # fmt: skip
    return Happening(number=number, kind=kind, at_ms=at, until_ms=until, **values)


class Street:
    """Writes down what the player does to poles and surroundings."""

    def __init__(self, *happenings: Happening) -> None:
        self.kernel = Kernel()
        self.seen: list[tuple[Any, ...]] = []
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.raw: list[tuple[str, bytes]] = []
        self.stages: Any = {name: Stage(self, name) for name in ("P0001", "P0002")}
        around: Any = self
        Player(
            self.kernel, Scenario("test", 1.0, happenings), site(), self.stages, around,
            lambda: 1_795_530_600_000 + self.kernel.now_ms,
        )  # fmt: skip
        self.kernel.run(100_000)

    def note(self, *what: Any) -> None:
        self.seen.append((self.kernel.now_ms, *what))

    def broker(self, running: bool) -> None:
        self.note("broker", running)

    def reach(self, pole: str, reachable: bool) -> None:
        self.note("reach", pole, reachable)

    def time_served(self, pole: str, served: bool) -> None:
        self.note("time", pole, served)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.raw.append((topic, payload))
        if b"happening" in payload:
            self.published.append((topic, json.loads(payload)))


class Stage:
    def __init__(self, street: Street, name: str) -> None:
        note = lambda what: lambda *given: street.note(what, name, *given)  # noqa: E731
        self.plant: Any = type(
            "Plant", (), {"inject": staticmethod(note("inject")), "clear": staticmethod(note("clear"))}
        )
        flash = type("Flash", (), {"corrupt": staticmethod(note("rubbish"))})
        self.pole: Any = type(
            "Pole",
            (),
            {
                "power_off": staticmethod(note("power off")),
                "drift": staticmethod(note("ticks")),
                "type": staticmethod(note("typed")),
                "flash": flash,
                "troubles": Troubles(lambda: street.kernel.now_ms),
                "loud": False,
            },
        )
        calls = {"lose": "clock lost", "drift": "clock drifts", "jump": "clock jumps", "stop": "clock stopped"}
        clock = type("Clock", (), {call: staticmethod(note(what)) for call, what in calls.items()})
        self.chip = type("Chip", (), {"dram": type("Dram", (), {"short": False})})
        self.wiring: Any = type("Wiring", (), {"clock": clock if name == "P0001" else None, "chip": self.chip})
        self.power = note("power")


def test_a_fault_is_put_on_and_taken_off_and_the_power_is_looked_at_each_time() -> None:
    street = Street(happening(3, "lamp_open", 1000, 5000, severity=0.4))
    assert street.seen == [
        (1000, "inject", "P0001", 3, "lamp_open", 0.4, 1000), (1000, "power", "P0001"),
        (5000, "clear", "P0001", 3, 5000), (5000, "power", "P0001"),
    ]  # fmt: skip


def test_a_power_cycle_and_a_blow_are_over_by_themselves() -> None:
    street = Street(
        happening(1, "power_cycle", 1000, severity=0.01), happening(2, "power_cycle", 20_000, 22_000),
        happening(3, "impact", 30_000), happening(4, "impact", 40_000, 60_000),
    )  # fmt: skip
    ends = [(ms, number) for ms, what, _pole, number, *_rest in (one for one in street.seen if one[1] == "clear")]
    assert ends == [(7000, 1), (22_000, 2), (30_040, 3), (60_000, 4)]


def test_a_clock_that_drifts_takes_ticks_and_clock_chip_with_it_by_its_severity() -> None:
    street = Street(
        happening(1, "clock_drift", 1000, 9000, severity=0.5, poles=("P0001", "P0002")),
        happening(2, "clock_drift", 3000, 5000),
    )
    assert street.seen == [
        (1000, "ticks", "P0001", 5000), (1000, "clock drifts", "P0001", 5000), (1000, "ticks", "P0002", 5000),
        (3000, "ticks", "P0001", 10_000), (3000, "clock drifts", "P0001", 10_000),
        (5000, "ticks", "P0001", 5000), (5000, "clock drifts", "P0001", 5000),
        (9000, "ticks", "P0001", 0), (9000, "clock drifts", "P0001", 0), (9000, "ticks", "P0002", 0),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["network_outage", "broker_down", "clock_lost", "clock_drift", "data_corrupt"])
def test_severity_nothing_is_nothing(kind: str) -> None:
    assert Street(happening(1, kind, 1000, 5000, severity=0.0)).seen == []


def test_what_has_no_end_lasts() -> None:
    assert Street(happening(1, "broker_down", 1000)).seen == [(1000, "broker", False)]


@pytest.mark.parametrize(
    ("kind", "what"),
    [("broker_down", ("broker",)), ("network_outage", ("reach", "P0001")), ("clock_lost", ("time", "P0001"))],
)
def test_two_that_overlap_end_with_the_second(kind: str, what: tuple[str, ...]) -> None:
    street = Street(happening(1, kind, 1000, 5000), happening(2, kind, 3000, 9000))
    ends = [ms for ms, *rest in street.seen if tuple(rest) == (*what, True)]
    assert ends == [9000]


def test_a_lost_clock_is_a_restart_without_time() -> None:
    street = Street(happening(1, "clock_lost", 1000, 50_000, poles=("P0001", "P0002")))
    assert street.seen == [
        (1000, "time", "P0001", False), (1000, "power off", "P0001"), (1000, "clock lost", "P0001"),
        (1000, "time", "P0002", False), (1000, "power off", "P0002"),
        (2000, "power", "P0001"), (2000, "power", "P0002"),
        (50_000, "time", "P0001", True), (50_000, "time", "P0002", True),
    ]  # fmt: skip


def test_corrupt_data_are_a_restart_with_rubbish_on_the_flash() -> None:
    street = Street(happening(4, "data_corrupt", 1000, poles=("P0001", "P0002")))
    assert street.seen == [
        (1000, "power off", "P0001"), (1000, "rubbish", "P0001", 4),
        (1000, "power off", "P0002"), (1000, "rubbish", "P0002", 4),
        (2000, "power", "P0001"), (2000, "power", "P0002"),
    ]  # fmt: skip


def test_a_command_goes_to_each_pole_to_the_group_or_to_all() -> None:
    order = Order(40, 30, "incident", 5)
    street = Street(
        happening(1, "command", 1000, poles=("P0001", "P0002"), order=order),
        happening(2, "command", 2000, poles=("P0001",), group="north", order=order),
        happening(3, "command", 3000, everywhere=True, order=order),
    )
    assert [topic for topic, _ in street.published] == [
        "diya/1/town/P0001/command", "diya/1/town/P0002/command", "diya/1/town/_group/north/command",
        "diya/1/town/_all/command",
    ]  # fmt: skip
    numbers = [sealed["n"] for _topic, sealed in street.published]
    assert numbers == sorted(set(numbers))
    body = json.loads(street.published[0][1]["body"])
    assert (body["level"], body["owner"], body["rampToLevelTime"]) == (40, "incident", 5)
    assert body["expiration"] == 1_795_530_601 + 1800


def test_a_wrong_clock_chip_is_a_restart_with_another_time() -> None:
    street = Street(happening(1, "rtc_wrong", 1000, seconds=-7, poles=("P0001", "P0002")))
    assert street.seen == [
        (1000, "power off", "P0001"), (1000, "clock jumps", "P0001", -7), (1000, "power off", "P0002"),
        (2000, "power", "P0001"), (2000, "power", "P0002"),
    ]  # fmt: skip


def test_a_chip_that_stands_still_goes_on_in_the_end() -> None:
    street = Street(happening(1, "rtc_stopped", 1000, 5000, poles=("P0001", "P0002")))
    assert street.seen == [(1000, "clock stopped", "P0001", True), (5000, "clock stopped", "P0001", False)]


def test_poles_whose_parts_fail_are_known_from_the_start_to_raise() -> None:
    street = Street(happening(1, "meter_fails", 1000, 5000))
    assert street.stages["P0001"].pole.loud and not street.stages["P0002"].pole.loud


def test_a_flash_that_fails_takes_nothing_until_it_is_over() -> None:
    street = Street(happening(1, "flash_fails", 1000))
    assert street.stages["P0001"].pole.flash.protected
    street = Street(happening(1, "flash_fails", 1000, 5000), happening(2, "flash_fails", 2000, 3000))
    assert not street.stages["P0001"].pole.flash.protected


def test_a_flood_comes_in_bursts_by_its_severity_and_two_are_no_more_than_the_worse_one() -> None:
    street = Street(happening(1, "console_flood", 1000, 22_000, severity=0.5))
    typed = [ms for ms, what, *_rest in street.seen if what == "typed"]
    assert typed == [1000] * 10 + [11_000] * 10 + [21_000] * 10
    street = Street(
        happening(1, "console_flood", 1000, 22_000, severity=0.5), happening(2, "console_flood", 2000, 15_000)
    )
    typed = [ms for ms, what, *_rest in street.seen if what == "typed"]
    assert typed == [1000] * 10 + [11_000] * 20 + [21_000] * 10


def test_a_flood_of_messages_goes_to_each_pole() -> None:
    street = Street(happening(1, "mqtt_flood", 1000, 90_000, poles=("P0001", "P0002")))
    assert {topic for topic, _payload in street.raw} == {"diya/1/town/P0001/command", "diya/1/town/P0002/command"}
    assert len(street.raw) == 2 * 9 * 20
