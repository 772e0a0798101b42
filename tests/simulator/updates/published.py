"""Releases as the city signs and publishes them, and the message by which a pole hears of one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from host_tools.keys.key import Key
from host_tools.release import Release, container, package
from host_tools.release.manifest import Manifest
from tests.bundles import signer
from tests.host_tools.broker.test_mosquitto_config import HEAD
from tests.simulator.streets import City

KEY = Key("P0001", bytes(range(32)))
SETTINGS = {"keys": {KEY.name: KEY.secret.hex()}, "report.spread": 0}
SERIAL = 1795500000000
TRUST = {"update.pem": signer().public}


def signed(
    files: Mapping[str, bytes], version: str = "0.2.0", bases: Iterable[Mapping[str, bytes]] = (), **fields: Any
) -> Release:
    """The release of *files* for the virtual board, with differences from *bases*; *fields* are its manifest's."""
    made = package.make(files, tuple(bases))
    size = sum(map(len, files.values()))
    about = Manifest("virtual", made.content, len(made.listing), 6, SERIAL, "sagar", size, version)
    return container.unpack(
        container.pack({"virtual": about._replace(**fields)}, {"virtual": made}, signer()), "r.update"
    )


def order(one: Release, spread: int = 0) -> str:
    """The body of the message about it."""
    return json.dumps({**one.message("virtual"), "spread": spread})


def publish(city: City, pieces: Iterable[tuple[str, bytes]], ms: int = 1000) -> None:
    """Retains *pieces* on the broker at *ms*."""
    network = cast(Any, city.street.network)
    for topic, data in pieces:
        city.street.kernel.at(
            ms, lambda topic=topic, data=data: network.broker.publish(f"{HEAD}/{topic}", data, 1, True)
        )


def tell(city: City, body: str, ms: int, n: int = SERIAL, key: Key = KEY) -> None:
    """Retains the message with that *body* for the pole whose own *key* is, from *ms* on."""
    city.seal(ms, f"{HEAD}/{key.name}/update", n, body, key, retain=True)
