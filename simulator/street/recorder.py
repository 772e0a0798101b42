"""Records the broker's messages during a run: counts, transcript, and the parts that the report needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from host_tools.city.correlation import SupplyLoss, switched
from host_tools.site.model import Site
from host_tools.wire.from_pole import Ack, Presence, Said, State, Unreadable, read
from host_tools.wire.from_pole import Event as Told
from host_tools.wire.payload import parsed
from host_tools.wire.topics import Topic, cut
from pole.wire import contract
from simulator.happenings.catalogue import EVENT_TYPES
from simulator.kernel import Kernel
from simulator.report.detection import Event
from simulator.street.communication_failures import Silences
from simulator.street.transcript import Transcript

RAISING = ("incident", "lock")  # owners whose commands never lower the level, so they never explain darkness


@dataclass(frozen=True)
class _Order:
    """A command that was sent, or is in force on a pole."""

    owner: str
    ref: str
    level: int | None  # None: a cancel
    expiration: int  # Unix s


class Recorder:
    """Takes every message on the broker; *unix* is the true time (Unix s).

    ``excuse`` is called with a pole's name whenever the accepted commands that may darken it have changed,
    ``tell_level`` whenever its level in ``levels`` has, ``ask_time`` (pole, topic, payload) when a pole asks the time,
    ``follow`` with every message of the site.
    """

    def __init__(self, kernel: Kernel, site: Site, unix: Callable[[], int], transcript: Transcript | None) -> None:
        self.messages = 0
        self.bytes = 0
        self.acks: Counter[str] = Counter()
        self.reported: dict[str, set[str]] = {pole.name: set() for pole in site.poles}
        self.events: list[Event] = []
        self.heard_ms: list[int] = []  # when each of them was heard
        self.losses: list[SupplyLoss] = []  # of their supply, as the poles reported
        self.excuse: Callable[[str], None] = lambda pole: None
        self.levels: dict[str, int] = {}  # percent, of each pole's last state
        self.tell_level: Callable[[str], None] = lambda pole: None
        self.ask_time: Callable[[str, str, bytes], None] = lambda pole, topic, question: None
        self.follow: Callable[[Topic, bytes], None] = lambda where, payload: None
        self.wrong_clock: Callable[[str], bool] = lambda pole: False  # its dates may be wrong after a start
        self._kernel = kernel
        self._place = site.root, site.name
        self._lit_percent = site.lit_percent
        self._unix = unix
        self._transcript = transcript
        self._orders: dict[tuple[str, int], _Order] = {}
        self._held: dict[str, dict[tuple[str, str], _Order]] = {}
        self._silences = Silences(kernel, self.reported, unix, self._keep, switched(site).dark)

    def broker(self, connected: bool) -> None:
        """Note whether the recorder is connected to the broker; may be called repeatedly."""
        self._silences.broker(connected)

    def heard(self, topic: str, payload: bytes) -> None:
        """Take one message, now."""
        where = cut(topic)
        if where is None or not where.below(*self._place) or where.pole == "_sim":
            return
        self.follow(where, payload)
        if self._transcript:
            self._transcript.add(self._kernel.now_ms, where.pole, where.kind, payload)
        if where.kind == contract.COMMAND:
            self._command(parsed(payload) or {})
        elif where.pole in self.reported and where.from_pole:
            self.messages += 1
            self.bytes += len(topic) + len(payload)
            if where.kind == contract.TIME:
                self.ask_time(where.pole, topic, payload)
            self._from_pole(where, read(where, payload))

    def _from_pole(self, where: Topic, said: Said | Unreadable) -> None:
        pole = where.pole
        if isinstance(said, Presence):
            self._silences.presence(pole, said.online)
        if where.kind == contract.PRESENCE:
            if not isinstance(said, Presence) or not said.online:
                return  # the last will, or unreadable: not a message of the pole itself
        elif where.kind != contract.EVENT:
            self._silences.alive(pole)
        self.reported[pole].add(where.kind)
        if isinstance(said, State):
            if said.level is not None and said.level != self.levels.get(pole):
                self.levels[pole] = said.level
                self.tell_level(pole)
        elif isinstance(said, Ack):
            self.acks[said.reason or said.outcome or "unknown"] += 1
            if said.applied:
                self._accepted(said)
        elif isinstance(said, Told):
            self._event(said)

    def _event(self, said: Told) -> None:
        """Keeps an event that a happening may be expected to cause.

        Where the pole had no time, or may use a wrong clock chip, it counts from now.
        """
        if said.type not in EVENT_TYPES or said.sequence is None:
            return
        at = None if self.wrong_clock(said.pole) else said.timestamp
        name = f"{said.epoch}-{said.sequence}"
        event = Event(
            name, said.pole, said.type, bool(said.start), self._unix() if at is None else at, dated=at is not None
        )
        self._keep(event)
        if event.event_type == "supplyLoss" and event.starts:
            alive = said.attributes.get("lastAlive")
            self.losses.append(SupplyLoss(said.pole, event.timestamp, alive if isinstance(alive, int) else None))

    def _keep(self, event: Event) -> None:
        self.events.append(event)
        self.heard_ms.append(self._kernel.now_ms)

    # -- commands that were accepted excuse a dark lamp

    def _command(self, values: dict[str, Any]) -> None:
        body = parsed(str(values.get("body", "")).encode()) or {}
        try:
            level = int(body["level"]) if body.get("type") == "override" else None
            order = _Order(
                body.get("owner", "operator"), body.get("cmsRefId", ""), level, int(body.get("expiration", 0))
            )
            self._orders[values["sender"], values["n"]] = order
        except (KeyError, TypeError, ValueError):
            return

    def _accepted(self, ack: Ack) -> None:
        pole, order = ack.pole, self._orders.get((ack.sender, ack.n or 0))
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
