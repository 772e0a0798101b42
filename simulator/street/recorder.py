"""What the broker heard during a run: counted, written down, and understood as far as the report needs it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from host_tools.city.correlation import SupplyLoss, switched
from host_tools.site.model import Site
from pole.wire import ack_reasons, contract
from simulator.happenings.catalogue import EVENT_TYPES
from simulator.kernel import Kernel
from simulator.report.detection import Event
from simulator.street.communication_failures import Silences
from simulator.street.transcript import Transcript

RAISING = ("incident", "lock")  # whose commands never lower the level, so that no darkness is owed to them


@dataclass(frozen=True)
class _Order:
    """A command on its way, or held by a pole."""

    owner: str
    ref: str
    level: int | None  # None: a cancel
    expiration: int  # Unix s


class Recorder:
    """Takes every message on the broker; *unix* is the true time (Unix s).

    ``excuse`` is called with a pole's name whenever the accepted commands that may darken it have changed,
    ``tell_level`` whenever its level in ``levels`` has, ``ask_time`` (pole, topic, payload) when a pole asks the time.
    """

    def __init__(self, kernel: Kernel, site: Site, unix: Callable[[], int], transcript: Transcript | None) -> None:
        self.messages = 0
        self.bytes = 0
        self.acks: Counter[str] = Counter()
        self.reported: dict[str, set[str]] = {pole.name: set() for pole in site.poles}
        self.events: list[Event] = []
        self.losses: list[SupplyLoss] = []  # of their supply, by the poles' own word
        self.excuse: Callable[[str], None] = lambda pole: None
        self.levels: dict[str, int] = {}  # percent, by each pole's latest word
        self.tell_level: Callable[[str], None] = lambda pole: None
        self.ask_time: Callable[[str, str, bytes], None] = lambda pole, topic, question: None
        self.wrong_clock: Callable[[str], bool] = lambda pole: False  # its dates may be wrong after a start
        self._kernel = kernel
        self._head = f"{site.root}/{site.name}/"
        self._lit_percent = site.lit_percent
        self._unix = unix
        self._transcript = transcript
        self._orders: dict[tuple[str, int], _Order] = {}
        self._held: dict[str, dict[tuple[str, str], _Order]] = {}
        self._silences = Silences(kernel, self.reported, unix, self.events.append, switched(site).dark)

    def broker(self, connected: bool) -> None:
        """Whether the recorder hears the broker; may be told again and again."""
        self._silences.broker(connected)

    def heard(self, topic: str, payload: bytes) -> None:
        """One message, now."""
        if not topic.startswith(self._head):
            return
        target, _, kind = topic.removeprefix(self._head).rpartition("/")
        if target == "_sim":
            return
        if target.endswith("/" + contract.TIME):  # the city's answer to a pole
            target, kind = target.removesuffix("/" + contract.TIME), contract.TIME_ANSWER
        if self._transcript:
            self._transcript.add(self._kernel.now_ms, target, kind, payload)
        values = _object(payload)
        if kind == contract.COMMAND:
            self._command(values)
        elif target in self.reported and kind in contract.DELIVERY:
            self.messages += 1
            self.bytes += len(topic) + len(payload)
            if kind == contract.TIME:
                self.ask_time(target, topic, payload)
            self._from_pole(target, kind, values)

    def _from_pole(self, pole: str, kind: str, values: dict[str, Any]) -> None:
        online = values.get("online")
        if kind == contract.PRESENCE:
            if isinstance(online, bool):
                self._silences.presence(pole, online)
            if online is not True:
                return  # the last will, or rubbish: no word of the pole's own
        elif kind != contract.EVENT:
            self._silences.alive(pole)
        self.reported[pole].add(kind)
        if kind == contract.STATE:
            level = values.get("level")
            if isinstance(level, int) and level != self.levels.get(pole):
                self.levels[pole] = level
                self.tell_level(pole)
        if kind == contract.ACK:
            self.acks[values.get("reason") or values.get("outcome") or "unknown"] += 1
            if values.get("outcome") == ack_reasons.APPLIED:
                self._accepted(pole, values)
        elif kind == contract.EVENT:
            self._event(pole, values)

    def _event(self, pole: str, values: dict[str, Any]) -> None:
        """Keeps an event that a happening may be expected to cause.

        Where the pole knew no time, or may go by a wrong clock chip and says it at once, it counts from now.
        """
        if values.get("eventType") not in EVENT_TYPES:
            return
        at = values.get("timestamp")
        ahead = isinstance(at, int) and at > self._unix()
        if self.wrong_clock(pole) and (ahead or not values.get("replayed")):
            at = None
        try:
            event = Event(
                str(values["id"]),
                pole,
                str(values["eventType"]),
                bool(values["startEndFlag"]),
                self._unix() if at is None else int(at),
                dated=at is not None,
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            return
        self.events.append(event)
        if event.event_type == "supplyLoss" and event.starts:
            alive = values.get("attributes", {}).get("lastAlive")
            self.losses.append(SupplyLoss(pole, event.timestamp, alive if isinstance(alive, int) else None))

    # -- commands that were accepted excuse a dark lamp

    def _command(self, values: dict[str, Any]) -> None:
        body = _object(str(values.get("body", "")).encode())
        try:
            level = int(body["level"]) if body.get("type") == "override" else None
            order = _Order(
                body.get("owner", "operator"), body.get("cmsRefId", ""), level, int(body.get("expiration", 0))
            )
            self._orders[values["sender"], values["n"]] = order
        except (KeyError, TypeError, ValueError):
            return

    def _accepted(self, pole: str, values: dict[str, Any]) -> None:
        order = self._orders.get((values.get("sender", ""), values.get("n", 0)))
        if order is None:
            return
        held = self._held.setdefault(pole, {})
        if order.level is not None:
            held[order.owner, order.ref] = order
            left_ms = (order.expiration - self._unix()) * 1000
            self._kernel.after(max(0, left_ms), lambda: self.excuse(pole))
        elif order.ref:
            held.pop((order.owner, order.ref), None)
        else:
            for key in [key for key in held if key[0] == order.owner]:
                del held[key]
        self.excuse(pole)

    def ordered_off(self, pole: str) -> bool:
        """Whether *pole* is under an accepted command to a level below the site's ``lit_percent``."""
        now = self._unix()
        return any(
            order.level is not None
            and order.level < self._lit_percent
            and order.owner not in RAISING
            and now < order.expiration
            for order in self._held.get(pole, {}).values()
        )


def _object(payload: bytes) -> dict[str, Any]:
    try:
        values = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
