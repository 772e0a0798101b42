"""A release comes to a pole over its own connection: over the simulated broker, and over a real one with TLS."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from host_tools.broker.connection import Link
from host_tools.release import Release
from host_tools.release.publish import publish as publish_to
from host_tools.release.publish import topics_of
from host_tools.site.broker_address import parse_broker
from host_tools.wire import envelope
from pole.update import pointer
from simulator.engines.releases import know
from simulator.street.street import Street
from tests.host_tools.broker.test_mosquitto_config import HEAD
from tests.host_tools.broker.test_mosquitto_config import City as Secure
from tests.simulator.streets import NIGHT, City, Lived, live, stored
from tests.simulator.updates.published import KEY, SERIAL, SETTINGS, TRUST, order, publish, signed, tell
from tests.simulator.updates.releases import files, sources

ENGINES = ("cpython", "micropython")


def release(version: str = "0.2.0", **fields: Any) -> Release:
    """The app as it is, but for its version, signed for the virtual board."""
    app = {path: data for path, data in files(version).items() if path.endswith(".mpy")}
    one = signed(app, version, **fields)
    know(one.package("virtual").listing, sources(version))
    return one


def left(lived: Lived) -> dict[str, Any]:
    return pointer.read(stored(lived.street.poles["P0001"].pole.flash))


def slot_files(lived: Lived, slot: str, one: Release) -> dict[str, bytes]:
    store = stored(lived.street.poles["P0001"].pole.flash)
    return {path: store.read(f"{slot}/{path}") or b"" for path in one.files("virtual")}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_release_that_is_published_is_in_the_spare_slot_some_minutes_later_and_the_lamp_burns(engine: str) -> None:
    one = release()

    def begin(street: Street) -> None:
        city = City(street)
        publish(city, one.pieces("virtual"))
        tell(city, order(one), 60_000)

    lived = live(0.25, poles=1, start=NIGHT, engine=engine, settings=SETTINGS, files=TRUST, begin=begin)
    assert lived.acks()[0]["outcome"] == "accepted", lived.acks()
    assert lived.street.failures() == [] and lived.report["dark_minutes"] == 0
    at = left(lived)
    assert at["slots"]["a"] == ["0.2.0", one.content("virtual")[:16]] and at["serial"] == SERIAL
    assert slot_files(lived, "a", one) == one.files("virtual")


def test_over_a_real_mosquitto_with_tls_by_real_micropython(tmp_path: Path) -> None:
    one = release()
    start = f"{datetime.now(ZoneInfo('Asia/Kolkata')) + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    with Secure(tmp_path / "city") as city:
        address = replace(
            parse_broker(f"mqtts://localhost:{city.city_port}"),
            ca=city.out / "ca.pem", user="iccc", password=city.password("iccc"),
        )  # fmt: skip
        with Link(address, topics_of(HEAD, [one])) as link:
            assert publish_to(link, HEAD, one).sent == len(one.pieces("virtual"))

        def begin(street: Street) -> None:
            def say() -> None:
                topic = f"{HEAD}/P0001/update"
                payload = envelope.seal(topic, "test", SERIAL, order(one, 43_200), KEY, City(street).nonce(KEY))
                with Link(address, ["x"]) as link:
                    link.publish(topic, payload, retain=True)

            street.kernel.at(60_000, say)

        lived = live(
            0.8, poles=1, start=start, engine="micropython", speed=60.0, broker=f"mqtts://localhost:{city.port}",
            credentials=city.out, city_port=city.city_port, settings=SETTINGS, heap_bytes=240 * 1024,
            files=TRUST, begin=begin,
        )  # fmt: skip
    assert lived.acks()[0]["outcome"] == "accepted", lived.acks()
    assert lived.street.failures() == [] and lived.report["dark_minutes"] == 0
    assert left(lived)["slots"]["a"] == ["0.2.0", one.content("virtual")[:16]]
    assert slot_files(lived, "a", one) == one.files("virtual")
