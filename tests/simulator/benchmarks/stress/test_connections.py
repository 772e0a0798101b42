"""A small crowd of real connections."""

from __future__ import annotations

import pytest

from host_tools.broker.mosquitto import find_mosquitto
from simulator.benchmarks.stress import connections, crowd
from simulator.benchmarks.stress.page import crowd_verdict

pytestmark = pytest.mark.skipif(find_mosquitto() is None, reason="Mosquitto, the broker, is not on this machine")


@pytest.mark.parametrize("secure", [False, True])
def test_every_connection_has_the_command_and_the_configuration_and_comes_back(
    monkeypatch: pytest.MonkeyPatch, secure: bool
) -> None:
    monkeypatch.setattr(connections, "SPREAD_S", 0.5)
    monkeypatch.setattr(connections, "BACKOFF_S", 0.2)
    monkeypatch.setattr(crowd, "BACKOFF_S", 0.2)
    monkeypatch.setattr(connections, "DOWN_S", 0.2)
    measured = connections.measured_secure if secure else connections.measured
    taken = measured(12, 1)
    assert taken is not None or secure, "without OpenSSL there is no certificate"
    if taken:
        found = (taken.storm, taken.spread, taken.commanded, taken.acked, taken.configured, taken.again)
        assert [len(each) for each in found] == [12] * 6
        assert taken.rate > 0 and len(taken.again_begun) >= 12
        assert all(verdict.holds for verdict in crowd_verdict(taken, taken))
