"""Lives a street of Sagar's first poles for a test, and finds things in what was heard of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

from host_tools.keys.key import Key
from host_tools.site import load_site
from host_tools.site.model import Site
from host_tools.wire import envelope
from pole.wire import contract
from simulator import run
from simulator.hardware.flash import Flash
from simulator.hardware.little_files import LittleFiles
from simulator.street.street import Street
from simulator.street.street import StreetPole as Stage

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DUSK = "2026-11-24T16:30"  # an hour before sunset in Sagar, which is at 17:33
NIGHT = "2026-11-24T20:00"


class Lived:
    """What came of a street."""

    def __init__(self, outcome: run.Outcome) -> None:
        self.street = outcome.street
        self.report = outcome.report
        assert outcome.transcript
        self.text = outcome.transcript.lines()

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text]

    def said(self, pole: str, kind: str) -> list[tuple[int, dict[str, Any]]]:
        """(ms of the run, payload) of everything of *kind* that *pole* said, or the city said to it."""
        return [(line["ms"], line["payload"]) for line in self.lines if (line["pole"], line["kind"]) == (pole, kind)]

    def acks(self, pole: str = "P0001") -> list[dict[str, Any]]:
        return [ack for _ms, ack in self.said(pole, contract.ACK)]

    def targets(self, pole: str, from_ms: int, to_ms: int) -> set[int]:
        """Every level *pole* meant to give in that time, by its own word."""
        return {state["target"] for ms, state in self.said(pole, contract.STATE) if from_ms <= ms <= to_ms}


def live(
    hours: float,
    *,
    poles: int = 2,
    first: int = 0,
    start: str = DUSK,
    scenario: str = "",
    begin: Callable[[Street], None] = lambda street: None,
    settings: Mapping[str, Any] | None = None,
    board: str | tuple[str, ...] = "virtual",
    **options: Any,
) -> Lived:
    """Lives *hours* of *poles* poles, from number *first* of the site on.

    *board*: of all of them, or several, which the poles have in turn.  *scenario* is the happenings as TOML, *begin* is
    as for ``run.simulate``.
    """
    with tempfile.TemporaryDirectory() as folder:
        if scenario:
            path = Path(folder) / "scenario.toml"
            path.write_text(f'name = "a test"\nhours = {hours}\n{scenario}')
            options["scenario"] = str(path)
        chosen = run.Options(
            site=_sagar(poles, (board,) if isinstance(board, str) else board, first),
            start=datetime.fromisoformat(start),
            hours=hours,
            transcript=True,
            settings=settings or {},
            **options,
        )
        return Lived(run.simulate(chosen, begin=begin))


@cache
def _sagar(poles: int, boards: tuple[str, ...], first: int) -> Site:
    site = load_site("sagar", first + poles)
    some = enumerate(site.poles[first:])
    return site.with_poles(replace(pole, board=boards[at % len(boards)]) for at, pole in some)


def stored(flash: Flash) -> LittleFiles:
    """The data store of a pole, which is off meanwhile; made where there is none."""
    files = LittleFiles(flash)
    try:
        files.mount()
    except OSError:
        files.format()
        files.mount()
    return files


class City:
    """The city's side: sends commands to a street at given milliseconds of the run."""

    def __init__(self, street: Street) -> None:
        self.street = street
        self.start = street.time.start_unix
        self.lights: dict[str, float] = {}

    def topic(self, pole: str = "P0001") -> str:
        return contract.topic("diya/1", "sagar", pole, contract.COMMAND)

    def publish(self, ms: int, payload: bytes, topic: str = "", retain: bool = False) -> None:
        network: Any = self.street.network
        self.street.kernel.at(ms, lambda: network.broker.publish(topic or self.topic(), payload, 1, retain))

    def nonce(self, key: Key | None) -> str:
        """Of the flashing of the pole whose own *key* is; empty where that is none's."""
        stage = self.street.poles.get(key.name) if key else None
        stored = stage.wiring.chip.nvs.blob("diya", "flashNonce") if stage else b""
        return f"{int.from_bytes(stored, 'little'):016x}" if stored else ""

    def seal(
        self, ms: int, topic: str, n: int, body: str, key: Key | None, retain: bool = False,
        change: Callable[[bytes], bytes] = bytes,
    ) -> None:  # fmt: skip
        """Publishes *body* at *ms*, sealed as the pole has to be spoken to then, and *change*d on the way."""
        broker = cast(Any, self.street.network).broker
        sealed = lambda: envelope.seal(topic, "test", n, body, key, self.nonce(key))  # noqa: E731
        self.street.kernel.at(ms, lambda: broker.publish(topic, change(sealed()), 1, retain))

    def send(self, ms: int, body: str, topic: str = "", key: Key | None = None, n: int = 0) -> None:
        """A sealed command; *n* is ms of the run unless given."""
        self.seal(ms, topic or self.topic(), n or self.start * 1000 + ms, body, key)

    def unix(self, ms: int) -> int:
        return self.start + ms // 1000

    def look(self, ms: int, name: str, pole: str = "P0001") -> None:
        """Notes the light of *pole* at *ms* under *name*, 0 to 1."""
        plant = self.street.poles[pole].plant
        self.street.kernel.at(ms, lambda: self.lights.__setitem__(name, plant.light(self.street.kernel.now_ms)))


def watch_light(street: Street, every_ms: int = 1000) -> dict[str, list[tuple[int, float]]]:
    """Light of each pole as it changes, (ms, 0 to 1), filled while the street lives."""
    seen: dict[str, list[tuple[int, float]]] = {name: [] for name in street.poles}

    def look(stage: Stage) -> None:
        now = street.kernel.now_ms
        light = stage.plant.light(now)
        if not seen[stage.name] or seen[stage.name][-1][1] != light:
            seen[stage.name].append((now, light))

    for stage in street.poles.values():
        street.kernel.every(every_ms, lambda stage=stage: look(stage))
    return seen
