"""The configurations of a trial: that which a pole has, as the broker retains it, and another one."""

from __future__ import annotations

import json
from typing import Any

from host_tools.wire import envelope
from pole.wire import contract
from simulator.benchmarks.stress.group_command import SENDER
from simulator.benchmarks.stress.watch import Watch

HIGHER = 5  # percent


def in_force(watch: Watch, pole: str) -> str:
    """The text of the configuration with which *pole* started."""
    return (watch.street.folder / pole / "vfs" / "config.json").read_text(encoding="utf-8")


def other(watch: Watch, pole: str) -> str:
    """That one under the next version, with every level of its programmes 5 % higher."""
    settings: dict[str, Any] = json.loads(in_force(watch, pole))
    settings["version"] = settings.get("version", 0) + 1
    settings["programmes"] = {
        name: [[at, level and min(100, level + HIGHER), ramp_s] for at, level, ramp_s in points]
        for name, points in settings["programmes"].items()
    }
    return json.dumps(settings, separators=(",", ":"))


def publish(watch: Watch, pole: str, n: int, body: str) -> int:
    """The city publishes *body* for *pole*, retained; its bytes."""
    site = watch.street.site
    topic = contract.topic(site.root, site.name, pole, contract.CONFIG)
    payload = envelope.seal(topic, SENDER, n, body)
    watch.street.around.publish(topic, payload, True)
    return len(payload)
