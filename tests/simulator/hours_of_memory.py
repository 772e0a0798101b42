"""Lives poles over TLS that lose their broker once an hour and use all they have in turn; checks memory and light.

In each hour each pole is without its broker, obeys a command, answers a laptop, reports the beginning and the end of a
fault, and does one thing of ``TURNS``.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from typing import Any, NamedTuple

from host_tools.keys.key import Key
from host_tools.wire import commands
from host_tools.wire.commands import resend
from pole.wire import ack_reasons, contract
from simulator.street.commissioning import curve_of
from simulator.street.street import Street
from simulator.street.street import StreetPole as Stage
from tests.simulator.streets import HOUR_MS, MINUTE_MS, City, Lived, live

# fewer samples than usual: they are most of the work, and take the same memory however often
SETTINGS = {"link.tls": 1, "report.spread": 0, "link.maximumBackoff": 20, "meter.sample": 60}
FILES = {"ca.pem": b"the model's"}
AWAY_MS = 5_000  # the broker is gone for so long
SIZES = [56 * 1024, 104 * 1024]
HEAP_BYTES = 224 * 1024
WARD = "W01"
FAULTS = (("door_open", "cabinetDoorOpen"), ("leakage", "leakageDetected"), ("mains_sag", "supplyVoltageTooLow"))
AGAIN = 10  # events that are asked for again


class Tries(NamedTuple):
    """How often each pole came back online (all poles together), and how often what was done."""

    reconnections: int
    done: Counter[str]


class Hours(City):
    """The city, a technician and the weather of *street*: what they do in each hour of a pole."""

    def __init__(self, street: Street) -> None:
        super().__init__(street)
        self.done: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()  # commands and configurations, by pole
        self.asked: Counter[str] = Counter()  # by a laptop, by pole
        self.resent: Counter[str] = Counter()
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.sizes: set[tuple[int, ...]] = set()  # of Python's heap, as they were in each hour
        self.back: list[int] = []  # when the broker was there again, ms
        self._versions: Counter[str] = Counter()
        self._keys: dict[str, Key] = {}
        for number, stage in enumerate(street.poles.values()):
            self._keys[stage.name] = Key(stage.name, bytes([number + 1] * 32))
            file = self._file(stage)
            keys = {key.name: key.secret.hex() for key in (self._keys[stage.name], Key(WARD, bytes(32)))}
            file.write_text(json.dumps({**json.loads(file.read_text()), "keys": keys}))

    def live_through(self, hours: int) -> None:
        kernel = self.street.kernel
        for hour in range(1, hours):
            kernel.at(hour * HOUR_MS, self._cut)
            for number, stage in enumerate(self.street.poles.values()):
                at = hour * HOUR_MS + 10 * MINUTE_MS + number * 1000
                self._command(stage, at, commands.override(60, self.unix(at) + 900, reason="memory", ref=f"h{hour}"))
                self._ask(stage, at + MINUTE_MS, {"do": "status"})
                turn = TURNS[(hour + number) % len(TURNS)]
                self.done[turn.__name__] += 1
                turn(self, stage, at + 5 * MINUTE_MS, hour)
        for stage in self.street.poles.values():
            kernel.at(hours * HOUR_MS - 1, partial(self._listen, stage))

    def cancel(self, stage: Stage, at: int, hour: int) -> None:
        self._command(stage, at, commands.cancel(ref=f"h{hour}"))

    def configure(self, stage: Stage, at: int, _hour: int) -> None:
        """What it has been given, with another floor: it restarts to put that in force."""
        given = json.loads(self._file(stage).read_text())
        del given["keys"]
        version = self._versions[stage.name] = self._versions[stage.name] + 1
        given.update({"version": version + 1, "floor": 10 + version % 10})
        body = json.dumps(given, separators=(",", ":"))
        topic = self.topic(stage.name).replace(contract.COMMAND, contract.CONFIG)
        self.sent[stage.name] += 1
        self.seal(at, topic, self.start * 1000 + at, body, self._keys[stage.name], True)

    def resend(self, stage: Stage, at: int, _hour: int) -> None:
        """The last events that it told."""

        def ask() -> None:
            own = [event for event in self.street.recorder.events if event.pole == stage.name]
            if own:
                self.resent[stage.name] += 1
                epoch, _, last = own[-1].id.partition("-")
                self._command(stage, at + 1, resend(epoch, max(1, int(last) - AGAIN + 1), int(last)))

        self.street.kernel.at(at, ask)

    def commission(self, stage: Stage, at: int, _hour: int) -> None:
        """All that `diya commission` asks of a pole."""
        luminaire = self.street.site.luminaires[self.street.site.pole(stage.name).luminaire]
        curve = curve_of(stage.plant, [list(point) for point in luminaire.points if point[0] > 0])
        look: tuple[str, dict[str, Any]] = "read", {}
        asks = [look, ("set", {"level": 50, "for": 90, "ramp": 1, "reason": "commissioning"}), look]
        asks += [("curve", {"at": n, "of": len(curve), "point": point[:3]}) for n, point in enumerate(curve)]
        asks += [("tilt", {}), ("time", {"unix": self.unix(at) + 100}), ("ping", {}), ("journal", {"from": 0})]
        asks += [("release", {}), ("status", {})]
        for n, (do, fields) in enumerate(asks):
            self._ask(stage, at + n * 10_000, {"do": do, **fields})

    def rekey(self, stage: Stage, at: int, hour: int) -> None:
        """A new key for its ward, and a command under it to all of the street, which only this pole can believe."""
        ward = Key(WARD, bytes([hour % 256]) * 16 + stage.name.encode().ljust(16))
        n, own = self.start * 1000 + at, self._keys[stage.name]
        self._command(stage, at, commands.rekey(own, WARD, ward, "test", n))
        self._command(stage, at + 30_000, commands.override(80, self.unix(at) + 300, reason="ward"), ward)

    def _cut(self) -> None:
        network: Any = self.street.network
        kernel = self.street.kernel
        self.sizes |= {tuple(stage.wiring.chip.dram.sizes) for stage in self.street.poles.values()}
        network.broker.stop()
        kernel.after(AWAY_MS, network.broker.start)
        self.back.append(kernel.now_ms + AWAY_MS)

    def _command(self, stage: Stage, at: int, body: str, key: Key | None = None) -> None:
        self.sent[stage.name] += 1
        self.send(at, body, self.topic(stage.name), key or self._keys[stage.name])

    def _ask(self, stage: Stage, at: int, request: dict[str, Any]) -> None:
        number = self.asked[stage.name] = self.asked[stage.name] + 1
        line = json.dumps({"id": number, **request}).encode() + b"\n"
        self.street.kernel.at(at, lambda: stage.pole.type(line))

    def _listen(self, stage: Stage) -> None:
        said = stage.pole.printed.splitlines()
        self.answers[stage.name] = [json.loads(line) for line in said if line.startswith("{")]
        self.sizes.add(tuple(stage.wiring.chip.dram.sizes))

    def _file(self, stage: Stage) -> Any:
        return self.street.folder / stage.name / "vfs" / "config.json"


TURNS = (Hours.cancel, Hours.configure, Hours.resend, Hours.commission, Hours.rekey)


def faults(hours: int) -> str:
    """One on every pole in each hour, of each kind in turn."""
    out = ""
    for hour in range(1, hours):
        kind, event = FAULTS[hour % len(FAULTS)]
        out += f'[[happening]]\nkind = "{kind}"\nat = "+{hour}h30m"\nuntil = "+{hour}h40m"\nexpect = ["{event}"]\n'
    return out


def check_hours(poles: int, hours: int, engine: str, first: int = 0, heap_bytes: int = HEAP_BYTES) -> Tries:
    """What was tried with so many *poles*, from number *first* of the site on.

    Fails where a reconnection took more than 60 s, or memory, light or an answer was not right.
    """
    cities: list[Hours] = []

    def begin(street: Street) -> None:
        cities.append(Hours(street))
        cities[0].live_through(hours)

    lived = live(
        hours, engine=engine, poles=poles, first=first, settings=SETTINGS, files=FILES, heap_bytes=heap_bytes,
        begin=begin, scenario=faults(hours),
    )  # fmt: skip
    (city,) = cities
    assert lived.report["dark_minutes"] == 0
    assert lived.street.failures() == []
    judged = lived.report["detection"]
    assert judged["missed"] == [] and judged["expected"] == poles * (hours - 1)
    # that a pole is silent while it restarts is the record's own word
    assert [alarm for alarm in judged["false_alarms"] if alarm["type"] != "communicationFailure"] == []
    assert city.sizes == {tuple(SIZES)}
    restarts = city.done[Hours.configure.__name__]
    assert lived.street.resets() == {"powerOn": poles} | ({"reset": restarts} if restarts else {})
    for stage in lived.street.poles.values():
        check_pole(stage, city, lived)
    return Tries(len(city.back) * poles, city.done)


def check_pole(stage: Stage, city: Hours, lived: Lived) -> None:
    dram = stage.wiring.chip.dram
    assert dram.refused == dram.stalled == dram.starved == 0
    acks = lived.acks(stage.name)
    assert {ack["outcome"] for ack in acks} == {ack_reasons.APPLIED}, [ack for ack in acks if ack["reason"]]
    assert len({(ack["sender"], ack["n"]) for ack in acks}) == city.sent[stage.name]
    answers = city.answers[stage.name]
    assert [answer["id"] for answer in answers if answer["ok"]] == list(range(1, city.asked[stage.name] + 1)), answers
    again = [ms for ms, event in lived.said(stage.name, contract.EVENT) if event["replayed"]]
    assert len(again) >= city.resent[stage.name]
    said = [ms for ms, presence in lived.said(stage.name, contract.PRESENCE) if presence["online"]]
    for since in city.back:
        assert any(since <= ms <= since + MINUTE_MS for ms in said), (stage.name, since)
