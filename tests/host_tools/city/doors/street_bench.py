"""Virtual poles of real firmware, the receiver's end of the commands, and a console that granian serves, in one time.

    with Street.begin(tmp_path, poles=3) as street:
        http = street.program("traffic", zones=["W21"])           # an httpx client with a new token
        http.put("/doors/traffic/segments/SEG-14", json={"level": 3})
        street.go(10)                                             # seconds of the street
        assert street.state("P0001")["reason"] == "traffic level 3 on SEG-14"

Nothing happens on the street but in ``go``; all times are the street's, the console's too.  ``street.bench`` has the
store and sessions of persons (console_bench.py).  ``receiver`` may be made False: it is dead until `restart_receiver`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import httpx

from host_tools.broker.connection import Message
from host_tools.city.commands.dispatch import Dispatch
from host_tools.city.console.access import cookies, sessions, tokens
from host_tools.city.console.app import make, whole
from host_tools.city.record.orders import Orders, rules_of
from host_tools.keys.key import Key
from host_tools.site import load_site
from host_tools.site.broker_address import free_port
from pole.wire import contract
from simulator.cast import Cast
from simulator.engines.cpython import CPythonEngine
from simulator.hardware.flash import Flash
from simulator.hardware.memory import Nvs
from simulator.kernel import Kernel
from simulator.network.broker_access import modelled
from simulator.run_options import Options, run_time
from simulator.scenario import find_scenario, load_scenario
from simulator.scenario.call import Call
from simulator.scenario.happening import Scenario
from tests.host_tools.city.console.console_bench import HEAD, Bench
from tests.host_tools.city.console.served import in_thread
from tests.host_tools.city.record.hurried import hurried
from tests.simulator.streets import NIGHT
from tests.town import SAGAR

BORN_S = 100  # poles spread their first connections over half a minute
TURN_MS, LOOK_MS = 2000, 60_000  # of the receiver
LONGEST_H = 240
PATIENCE_S = 20
NUMBERS = {"highest": 100, "radius_m": 50_000, "minutes": 1440, "calls": 6000, "days": 300}


class Street:
    """The street: made by `begin`."""

    def __init__(self, folder: Path, site: Path, street: Any, bench: Bench, keys: Mapping[str, Key]) -> None:
        self.street, self.bench, self.site = street, bench, site
        self.receiver, self._rests = True, False
        self.calls: Sequence[Call] = ()  # of the scenario
        self.said: dict[tuple[str, str], list[Any]] = {}  # (pole, kind): payloads, in order
        self._folder, self._keys = folder, keys
        self._tokens, self._clients = 0, list[httpx.Client]()
        self.url = ""
        self.restart_receiver()
        broker: Any = street.network.broker
        self._hear = broker._heard
        broker._heard = self._heard
        street.kernel.every(TURN_MS, self._turn)

    @property
    def now(self) -> int:
        """Unix s on the street."""
        return int(self.street.time.unix(self.street.kernel.now_ms))

    def restart_receiver(self) -> None:
        """Another receiver on the same store, as after a crash."""
        rules = rules_of(self.bench.record.files)
        make_ = partial(Dispatch, "diya/1", "sagar", self._keys, "receiver-c", rules, self._folder)
        self.orders = Orders(self.bench.record, make_, print)
        self.orders.connected(self.now)
        self.receiver = True

    def rest(self, seconds: float) -> None:
        """Lets *seconds* pass in which nobody orders anything: the receiver has a turn a minute."""
        self._rests = True
        self.go(seconds)
        self._rests = False

    def go(self, seconds: float) -> None:
        """Lets *seconds* pass."""
        kernel: Kernel = self.street.kernel
        kernel.run(kernel.now_ms + round(seconds * 1000))
        self.bench.now = self.now

    def flash_anew(self, pole: str) -> None:
        """A technician flashes *pole*, as it was when it came: all that it held is gone."""
        own = self.street.poles[pole].pole
        own.power_off()
        own.chip.refit(Flash(), Nvs())
        own.flash = own.chip.flash
        own.power_on()

    def state(self, pole: str = "P0001") -> dict[str, Any]:
        """What *pole* last said of its light: level, target, owner, reason, until."""
        return dict(self.said[pole, contract.STATE][-1])

    def light(self, pole: str = "P0001") -> float:
        """What its lamp gives now, 0 to 1."""
        return float(self.street.poles[pole].plant.light(self.street.kernel.now_ms))

    def token(self, *doors: str, zones: Sequence[str] = (), **numbers: int) -> str:
        """A new token for *doors*; *numbers* as in tokens.BOUNDS."""
        self._tokens += 1
        with self.bench.city() as city, city.writing() as connection:
            return tokens.add(
                connection, f"{doors[0]}-{self._tokens}", list(doors), list(zones), {**NUMBERS, **numbers}, "admin",
                self.now,
            )  # fmt: skip

    def program(self, *doors: str, zones: Sequence[str] = (), **numbers: int) -> httpx.Client:
        """Another system with a new token for *doors*."""
        return self._client({"authorization": f"Bearer {self.token(*doors, zones=zones, **numbers)}"})

    def person(self, role: str) -> httpx.Client:
        """A browser's requests with a session of *role*."""
        client = self._client({"accept": "text/html"})
        client.get("/login")
        client.headers["x-csrftoken"] = client.cookies[cookies.FORM]
        with self.bench.city() as city, city.writing() as connection:
            row = connection.exec_driver_sql(f"SELECT id FROM \"user\" WHERE name = '{role}'").scalar_one()
            client.cookies.set(sessions.COOKIE, sessions.begin(connection, int(row), self.now, "", ""))
        return client

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        client = httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE_S)
        self._clients.append(client)
        return client

    def hear_retained(self, pole: str) -> None:
        """The receiver connects: the broker gives it what it retains of *pole*."""
        for kind in (contract.BIRTH, contract.STATE):
            payload = json.dumps(self.said[pole, kind][-1]).encode()
            taken = self.bench.record.take([Message(f"{HEAD}/{pole}/{kind}", payload, True)], self.now, self.now)
            self.orders.hear(taken.told, self.now)

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """As the receiver's session with the broker does."""
        cast(Any, self.street.network).broker.publish(topic, payload, 1, retain)
        return True

    def _heard(self, topic: str, payload: bytes) -> None:
        self._hear(topic, payload)
        self.bench.now = self.now
        if topic.startswith(f"{HEAD}/") and topic.count("/") == HEAD.count("/") + 2:
            pole, kind = topic.split("/")[-2:]
            self.said.setdefault((pole, kind), []).append(json.loads(payload))
        if self.receiver:
            taken = self.bench.record.take([Message(topic, payload, False)], self.now, self.now)
            self.orders.hear(taken.told, self.now)

    def _turn(self) -> None:
        self.bench.now = self.now
        looks = self.street.kernel.now_ms % LOOK_MS < TURN_MS
        if self.receiver and (looks or not self._rests):
            self.orders.turn(self, self.now)
            if looks:
                self.bench.record.look_at_street(self.now)
                while self.bench.record.roll_up(self.now):
                    pass

    @classmethod
    @contextmanager
    def begin(
        cls, folder: Path, poles: int = 3, start: str = NIGHT, site: str = "", *, first: int = 0, serve: bool = True,
        scenario: str = "",
    ) -> Iterator[Street]:  # fmt: skip
        """*poles* of Sagar from number *first* on, online; *site* is more text for its site.toml.

        What happens on the street is that of *scenario*, a file or a name; its calls are the test's to make.
        """
        place = folder / "site"
        shutil.copytree(SAGAR, place)
        with (place / "site.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n{site}\n")
        known = load_site(place)
        chosen = known.with_poles(replace(pole, board="virtual") for pole in known.poles[first : first + poles])
        names = [pole.name for pole in chosen.poles]
        keys = {name: Key(name, hashlib.sha256(name.encode()).digest()) for name in names}
        settings = {"keys": {name: key.secret.hex() for name, key in keys.items()}}
        options = Options(site=chosen, start=datetime.fromisoformat(start), settings=settings)
        clock = run_time(options)
        played = Scenario("a test", LONGEST_H)
        if scenario:
            played = load_scenario(find_scenario(scenario), chosen, clock)
        with ExitStack() as stack:
            files = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="diya-")))
            engine = CPythonEngine()
            stack.callback(engine.close)
            cast_ = Cast(options, played, clock, modelled(False), engine, files, None)
            street = cast_.modelled(Kernel())
            bench = Bench(folder / "record.sqlite")
            stack.callback(bench.close)
            hurried(bench.record)
            bench.record.files = known
            bench.settings = replace(bench.settings, site=str(place))
            bench.now = clock.start_unix
            made = cls(folder, place, street, bench, keys)
            made.calls = played.calls
            for stage in street.poles.values():
                stage.power()
                stack.callback(stage.pole.close)
            made.go(BORN_S)
            assert all((name, contract.STATE) in made.said for name in names), "the poles did not come online"
            if serve:
                stack.enter_context(made._served())
            yield made

    @contextmanager
    def _served(self) -> Iterator[None]:
        """The console on a free port, in a thread."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = replace(self.bench.settings, hosts=(f"127.0.0.1:{port}",))
        app = whole(make(settings, wall=lambda: self.bench.now))
        with in_thread(app, port):
            try:
                yield
            finally:
                for client in self._clients:
                    client.close()
