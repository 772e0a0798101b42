"""Poles as the outbox meets them: marks against replay, expiry, refusals, sessions that come and go; no firmware.

``Street`` is the poles, the broker between and the store: what a receiver that is killed finds again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from host_tools.city.commands.delivery import Delivery
from host_tools.city.commands.order import CANCEL, Order
from host_tools.city.commands.outbox import Outbox, Send
from host_tools.wire.from_pole import Ack, State

SENDER = "receiver/orders"


class Numbers:
    """Numbers that outlive the receiver."""

    def __init__(self) -> None:
        self.last = 0

    def next(self, many: int) -> int:
        self.last += many
        return self.last - many + 1

    def learn(self, mark: int) -> None:
        self.last = max(self.last, mark)


@dataclass
class ModelPole:
    """``obeyed``: each command it applied, as (order's cmsRefId, n, time).  ``troubles``: what befalls its next
    messages: "busy" (it forgets the message), "burnt" (it refuses and keeps the n) or "mute" (its answer is lost).
    """

    name: str
    online: bool = True
    marks: dict[tuple[str, str], int] = field(default_factory=dict)
    held: list[dict[str, object]] = field(default_factory=list)
    obeyed: list[tuple[str, int, int]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def take(self, key: str, sender: str, n: int, body: str, now: int) -> Ack | None:
        trouble = self.troubles.pop(0) if self.troubles else ""
        outcome = self._judge(key, sender, n, body, now, trouble)
        return None if trouble == "mute" else outcome

    def _judge(self, key: str, sender: str, n: int, body: str, now: int, trouble: str) -> Ack:
        answer = Ack(self.name, sender, n, "rejected", at=now)
        if trouble == "busy":
            return replace(answer, reason="busy")
        mark = self.marks.get((key, sender), 0)
        if n <= mark:
            return replace(answer, reason="replayed", mark=mark)
        self.marks[key, sender] = n
        if trouble == "burnt":
            return replace(answer, reason="busy", detail="the pole holds as many commands as it can")
        said = json.loads(body)
        if said["type"] == "cancel":
            before = len(self.held)
            ref = said.get("cmsRefId")
            self.held = [
                one for one in self.held
                if one["owner"] != said["owner"] or (ref is not None and ref != one.get("cmsRefId", ""))
            ]  # fmt: skip
            if len(self.held) == before:
                return replace(answer, reason="unknownReference")
        else:
            if said["expiration"] <= now:
                return replace(answer, reason="expired")
            same = (said["owner"], said.get("cmsRefId", ""))
            self.held = [one for one in self.held if (one["owner"], one.get("cmsRefId", "")) != same] + [said]
        self.obeyed.append((said.get("cmsRefId", ""), n, now))
        return replace(answer, outcome="applied")

    def state(self, now: int) -> State:
        """As the firmware's arbiter has it: emergency above operator, of one owner the one that began last."""
        self.held = [one for one in self.held if one["expiration"] > now]  # type: ignore[operator]
        owner, level, reason, until = "calendar", 100, "main", None
        for name in ("operator", "emergency"):
            mine = [one for one in self.held if one["owner"] == name]
            if mine:
                last = max(reversed(mine), key=lambda one: one["start"])  # type: ignore[arg-type, return-value]
                owner, level = name, last["level"]  # type: ignore[assignment]
                reason, until = str(last.get("reason", "")), last["expiration"]  # type: ignore[assignment]
        return State(self.name, now, level, level, reason, owner, until, "synced", (), {})


class Killed(Exception):
    """The receiver was killed."""


class Street:
    """*poles*, what the store has of their deliveries, and answers that the broker still has.

    ``turn`` is one turn of a receiver; *killed* says at which stage it ends: "before" the commit, "after" it, or with
    "half" of the messages published.
    """

    def __init__(self, names: list[str], seconds: int = 1_000_000) -> None:
        self.now = seconds
        self.poles = {name: ModelPole(name) for name in names}
        self.numbers = Numbers()
        self.stored: dict[tuple[int, str], Delivery] = {}
        self.sent: list[Send] = []
        self.waiting: list[Ack] = []  # at the broker, for the receiver's session
        self.births: list[str] = []
        self.outbox = Outbox(SENDER)
        self.restart()

    def restart(self) -> None:
        self.births = []
        self.outbox = Outbox(SENDER)
        self.outbox.load([replace(one) for one in self.stored.values() if one.open], self.now)

    def order(self, *orders: Order, to_many: str = "", key: str = "") -> None:
        for one in orders:
            to = list(self.poles)
            new = [Delivery(one, name, key or name, to_many) for name in to]
            self.outbox.add(new, self.now)

    def turn(self, killed: str = "") -> None:
        answers, born = self.waiting, self.births
        self.outbox.births(born, self.now)
        self.outbox.acks(answers, self.now)
        self.outbox.states(
            [self.poles[name].state(self.now) for name in self.poles if self.poles[name].online], self.now
        )
        messages = self.outbox.due(self.now, self.numbers)
        changed = self.outbox.take_changed()
        if killed == "before":
            raise Killed
        for one in changed:
            self.stored[one.order.id, one.pole] = replace(one)
        self.waiting, self.births = [], []
        if killed == "after":
            raise Killed
        for at, send in enumerate(messages):
            if killed == "half" and at >= len(messages) // 2:
                raise Killed
            self.publish(send)

    def publish(self, send: Send) -> None:
        self.sent.append(send)
        for name in [one.pole for one in send.deliveries] if send.many else [send.to]:
            pole = self.poles[name]
            if pole.online:
                ack = pole.take(send.key_name, send.sender, send.n, send.body, self.now)
                if ack:
                    self.waiting.append(ack)

    def appear(self, name: str, online: bool) -> None:
        pole = self.poles[name]
        if online and not pole.online:
            self.births.append(name)
        if not online and pole.online:
            self.outbox.away([name])
        pole.online = online

    def go(self, seconds: int, step: int = 1) -> None:
        for _ in range(0, seconds, step):
            self.turn()
            self.now += step

    def states(self, name: str) -> dict[int, str]:
        return {number: one.state for (number, pole), one in self.stored.items() if pole == name}


def override(number: int, now: int, seconds: int = 3600, **fields: object) -> Order:
    values = {"owner": "operator", "level": 60, "reason": f"order {number}", "ref": f"R{number}", **fields}
    return Order("asha", "operator", "override", expiration=now + seconds, id=number, decided_at=now, **values)  # type: ignore[arg-type]


def cancel(number: int, now: int, ref: str = "", owner: str = "operator") -> Order:
    return Order("asha", "operator", CANCEL, owner, now + 7 * 86400, ref=ref, id=number, decided_at=now)
