"""What who makes a bundle is warned of: a broker that each pole takes for itself, no network, practice."""

from __future__ import annotations

import pytest

from host_tools.field.bundle import warnings
from host_tools.field.bundle.warnings import of_this_machine, warnings_of
from tests.bundles import small_site


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST", "localhost.", "broker.localhost", "localhost.localdomain", "127.0.0.1", "127.1.2.3",
        "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "ip6-localhost",
    ],
)  # fmt: skip
def test_names_that_every_machine_has_for_itself(host: str) -> None:
    assert of_this_machine(host)


@pytest.mark.parametrize(
    "host", ["broker.sagar.example", "192.168.1.5", "10.0.0.1", "fe80::1", "mylocalhost", "2001:db8::1"]
)
def test_names_of_other_machines(host: str) -> None:
    assert not of_this_machine(host)


def test_an_image_on_which_the_memory_was_not_measured_is_warned_of() -> None:
    site = small_site(broker="mqtts://broker.example")
    assert list(warnings_of(site, True, False, {"esp32": "v1.26.1"})) == []
    for chip, version in (("esp32", "v1.24.0"), ("esp32", "v1.27.0"), ("esp32c3", "v1.26.1")):
        (sentence,) = warnings_of(site, True, False, {chip: version})
        assert f"the MicroPython for {chip} is {version}" in sentence and "v1.26.1 on an esp32" in sentence
    assert len(list(warnings_of(site, True, True, {"esp32": "v1.24.0"}))) == 1  # practice: that is enough


def test_a_driver_that_needs_a_later_micropython_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = {"driver": "hlw8012"}
    monkeypatch.setattr(warnings, "load_board", lambda name: {"name": name, "chip": "esp32", "meter": meter})
    site = small_site(broker="mqtts://broker.example")
    sentences = list(warnings_of(site, True, False, {"esp32": "v1.24.1"}))
    assert any(
        "the MicroPython for esp32 is v1.24.1, and [meter]" in one and "v1.26 or later" in one for one in sentences
    )
    for version in ("v1.26.1", "v1.28.0"):
        assert not any("or later" in one for one in warnings_of(site, True, False, {"esp32": version}))


def test_a_broker_that_no_pole_can_reach_is_warned_of_where_poles_are_real() -> None:
    (sentence,) = warnings_of(small_site(broker="mqtt://127.0.0.1:1883"), wifi=True, practice=False)
    assert "mqtt://127.0.0.1:1883, which to each of them is itself" in sentence and "--broker" in sentence
    assert list(warnings_of(small_site(broker="mqtts://broker.example"), wifi=True, practice=False)) == []
    (sentence,) = warnings_of(small_site(broker="mqtts://broker.example"), wifi=False, practice=False)
    assert "no Wi-Fi network" in sentence
    (sentence,) = warnings_of(small_site(broker="mqtt://127.0.0.1:1883"), wifi=False, practice=True)
    assert "stand-in that no chip can run" in sentence
