"""Happenings to the network and the broker, and messages from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from host_tools.wire import commands, envelope
from pole.wire import contract
from simulator.happenings import flood
from simulator.happenings.act import Act, While
from simulator.happenings.kind import ALL, ALONE, UNHEARD, Kind
from simulator.happenings.scene import Happening, Scene

SENDER = "scenario"
FLOOD = 20  # messages, or lines on the console, of a flood at severity 1.0 ...
FLOOD_MS = 10_000  # ... and how often they come


class BrokerDown(Act):
    """The broker is down as long as one of these goes on."""

    def begin(self, scene: Scene, happening: Happening) -> None:
        scene.down += 1
        scene.around.broker(False)

    def end(self, scene: Scene, happening: Happening) -> None:
        scene.down -= 1
        if not scene.down:
            scene.around.broker(True)


class Command(Act):
    """The city's command, to each pole, to their group or to all."""

    with_severity_0 = True

    def begin(self, scene: Scene, happening: Happening) -> None:
        order, site = happening.order, scene.site
        if order is None:
            return
        if happening.everywhere:
            topics = {contract.all_topic(site.root, site.name): 0}
        elif happening.group:
            topics = {contract.group_topic(site.root, site.name, happening.group): 0}
        else:
            topics = {
                contract.topic(site.root, site.name, pole, contract.COMMAND): happening.places[pole]
                for pole in scene.poles_of(happening)
            }
        now_ms = scene.unix_ms()
        body = commands.override(
            order.level,
            now_ms // 1000 + order.minutes * 60,
            owner=order.owner,
            reason=f"happening {happening.number}",
            ref=f"happening-{happening.number}",
            ramp_s=order.ramp_s,
        )
        for topic, place in topics.items():
            n = now_ms + happening.number * 1000 + place
            scene.around.publish(topic, envelope.seal(topic, SENDER, n, body))


@dataclass(frozen=True)
class Flood(While):
    """``send(scene, pole, number)`` again and again, as long as one of these goes on at a pole."""

    send: Callable[[Scene, str, int], None] = lambda scene, pole, number: None

    def begin_on(self, scene: Scene, happening: Happening, pole: str) -> None:
        super().begin_on(scene, happening, pole)
        if len(scene.on[happening.kind, pole]) == 1:
            self._go_on(scene, happening.kind, pole)

    def _go_on(self, scene: Scene, kind: str, pole: str) -> None:
        severity = scene.severity(kind, pole)
        if not severity:
            return
        for _ in range(round(FLOOD * severity)):
            number = scene.flooded[pole] = scene.flooded.get(pole, 0) + 1
            self.send(scene, pole, number)
        scene.kernel.after(FLOOD_MS, lambda: self._go_on(scene, kind, pole))


def _message(scene: Scene, pole: str, number: int) -> None:
    topic = contract.topic(scene.site.root, scene.site.name, pole, contract.COMMAND)
    scene.around.publish(topic, flood.message(number))


def _line(scene: Scene, pole: str, number: int) -> None:
    scene.stages[pole].pole.type(flood.line(number))


def _reach(scene: Scene, pole: str, severity: float) -> None:
    scene.around.reach(pole, severity == 0.0)


def _answer_names(scene: Scene, pole: str, severity: float) -> None:
    scene.stages[pole].pole.names_served = severity == 0.0


# accepted of what silences a pole: all or nothing, and true whenever it is said

KINDS = (
    Kind(
        "network_outage",
        "The Wi-Fi access point of the poles cannot be reached; the record reports it, not the pole.",
        f"1.0 lets no frame through; {ALL}",
        ("communicationFailure",),
        act=While(_reach),
        accepted=("communicationFailure",),
        unnoticed_ms=120_000,
        time=UNHEARD,
        unsensed=True,
        street_share=0.6,
    ),
    Kind(
        "names_unanswered",
        "The name server no longer answers: a look-up blocks the whole chip for 7 s and finds nothing.",
        f"1.0 answers none; {ALL}",
        act=While(_answer_names),
        time=UNHEARD,
    ),
    Kind(
        "broker_down",
        "The city's MQTT broker is gone: connections are refused and open ones close; the record reports it.",
        f"1.0 is no broker at all; {ALL}",
        ("communicationFailure",),
        targets=(),
        act=BrokerDown(),
        accepted=("communicationFailure",),
        unnoticed_ms=70_000,
        time=UNHEARD,
        unsensed=True,
        street_share=0.4,
    ),
    Kind(
        "command",
        "The city sends an override: level (0-100 %), minutes, owner (operator) and rampToLevelTime (2 s).",
        ALONE,
        lasts=False,
        act=Command(),
    ),
    Kind(
        "mqtt_flood",
        "The poles' command topics are flooded: empty, tiny, too large, unreadable, malformed and old messages.",
        "1.0 are 20 messages at once every 10 s; 0.5 are 10.",
        act=Flood(send=_message),
        unsensed=True,
        longest_min=20,
    ),
    Kind(
        "console_flood",
        "The console is flooded: noise, endless lines, and requests that make no sense.",
        "1.0 are 20 lines at once every 10 s; 0.5 are 10.",
        act=Flood(send=_line),
        unsensed=True,
        longest_min=20,
    ),
)
