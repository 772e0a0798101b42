"""The outbox: all deliveries that are not over, and which of them are due; pure, the caller has store, broker and time.

Poles have no session at the broker while they are away, so what was sent to them then is gone: a delivery goes out
again at each birth of its pole, until it is answered or expires.  To a pole one is under way at a time, the same n
first; another follows when that one was answered or has expired.

    outbox.load(deliveries, now)        at the start, and after a transaction that failed
    outbox.add(deliveries, now)         of an order that was accepted; older ones that it replaces end
    outbox.births(poles, now), .heard(poles, now), .acks(acks, now), .states(states, now)
    outbox.due(now, numbers)            what is to be sealed and published
    outbox.take_changed()               what is to be written first, in one transaction
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable

from host_tools.city.commands.delivery import AT_BIRTH, EXPIRED, REPLACED, SENT, TAKEN, WAITING, Delivery, able
from host_tools.city.commands.due_messages import Numbers, Send
from host_tools.wire.from_pole import Ack, State

GRACE_S = 3  # after a start: answers that waited at the broker come first
HEARD_S = 60  # between two tries because a pole says anything
LATE_S = 3600  # an answer that comes so late still counts
MOST = 2000  # messages a turn


class Outbox:
    """The open deliveries, sent under the name *sender*, by pole in the order in which they were ordered."""

    def __init__(self, sender: str) -> None:
        self._sender = sender
        self._away: set[str] = set()
        self._learnt = 0
        self._clear()

    def _clear(self) -> None:
        self._queues: dict[str, list[Delivery]] = {}
        self._by_n: dict[tuple[str, str, int], Delivery] = {}  # (pole, sender, n)
        self._batches: dict[int, list[Delivery]] = {}  # by order: a first message to many
        self._looks: list[tuple[float, str]] = []  # a heap of when to look at a pole
        self._late: list[tuple[float, tuple[str, str, int]]] = []  # a heap of when to forget an n
        self._states: dict[str, State] = {}  # of poles with an open delivery
        self._changed: dict[tuple[int, str], Delivery] = {}

    def load(self, deliveries: Iterable[Delivery], now: int, away: Iterable[str] = ()) -> None:
        """All open *deliveries* as the store has them; those of *away* have no session as far as is known."""
        self._clear()
        self._away = set(away)
        for one in sorted(deliveries, key=lambda each: each.order.id):
            if one.state == SENT:
                certain = one.reason and (one.answered_at or 0) >= (one.sent_at or 0)
                one.doubt = 0 if certain else 2
            one.due = math.inf if one.state == TAKEN else now + GRACE_S if one.n is not None else now
            one.judged_at = one.answered_at
            self._enter(one)

    def add(self, deliveries: Iterable[Delivery], now: int) -> None:
        """New *deliveries* of one order."""
        for one in deliveries:
            self._changed[one.order.id, one.pole] = one
            if not one.open:
                continue
            for older in list(self._queues.get(one.pole, ())):
                if one.order.replaces(older.order, now):
                    older.end(REPLACED, "", f"by order {one.order.id}")
                    self._note(older, now)
            one.due = now
            self._enter(one)

    # -- what poles say

    def births(self, poles: Iterable[str], now: int) -> None:
        """These *poles* have begun a session (a birth that was not retained)."""
        for pole in poles:
            self._away.discard(pole)
            for one in self._queues.get(pole, ()):
                if one.state != TAKEN:
                    one.again(now)
            self._look(pole, now)

    def away(self, poles: Iterable[str]) -> None:
        """The sessions of *poles* have ended (their last will)."""
        self._away.update(poles)

    def heard(self, poles: Iterable[str], now: int) -> None:
        """A message of these *poles* came just now, of any kind."""
        for pole in poles:
            if not self._queues.get(pole):
                self._away.discard(pole)
                continue
            for one in self._queues[pole]:
                waits = one.due == math.inf and one.state == SENT and (one.doubt or one.reason not in AT_BIRTH)
                if waits and now - (one.sent_at or 0) >= HEARD_S:
                    one.again(now, 3)
                    self._look(pole, now)
            self._away.discard(pole)

    def reconnected(self, now: int) -> None:
        """The receiver was away: births may have been missed."""
        for pole, queue in self._queues.items():
            for one in queue:
                if one.state != TAKEN:
                    one.again(now + GRACE_S)
            self._look(pole, now + GRACE_S)

    def acks(self, acks: Iterable[Ack], now: int) -> None:
        for ack in acks:
            one = self._by_n.get((ack.pole, ack.sender, ack.n or 0))
            if ack.mark is not None and ack.sender == self._sender:
                self._learnt = max(self._learnt, ack.mark)
            if one is not None:
                before = one.n
                one.answer(ack, now, self._states.get(ack.pole))
                self._note(one, now, before)

    def states(self, states: Iterable[State], now: int) -> None:
        for state in states:
            queue = self._queues.get(state.pole)
            if queue:
                self._states[state.pole] = state
                for one in list(queue):
                    before = one.n
                    if one.shown(state, now):
                        self._note(one, now, before)

    # -- what is to be sent

    def due(self, now: int, numbers: Numbers, most: int = MOST) -> list[Send]:
        """The messages that go out at *now*, at most *most*; their deliveries are changed and must be written first."""
        if self._learnt:
            numbers.learn(self._learnt)
            self._learnt = 0
        while self._late and self._late[0][0] <= now:
            self._by_n.pop(heapq.heappop(self._late)[1], None)
        out: list[list[Delivery]] = []
        for number in list(self._batches):
            if batch := [one for one in self._batches.pop(number) if one.state == WAITING and not self._over(one, now)]:
                out.append(batch)
        picked = {one.pole for batch in out for one in batch}
        while self._looks and self._looks[0][0] <= now and len(out) < most:
            _at, pole = heapq.heappop(self._looks)
            if pole not in picked and (next_one := self._next(pole, now)):
                picked.add(pole)
                out.append([next_one])
        new = [each for each in out if each[0].n is None]
        if new:
            first = numbers.next(len(new))
            for n, each in enumerate(new, first):
                for one in each:
                    one.n, one.sender = n, self._sender
                    self._by_n[one.pole, one.sender, n] = one
        return [self._sent(each, now) for each in out]

    def idle(self, now: int) -> bool:
        """Whether there is nothing to send or to write at *now*."""
        return not (self._changed or self._batches or self._learnt or (self._looks and self._looks[0][0] <= now))

    def give_up(self, one: Delivery, state: str, reason: str, detail: str) -> None:
        """*one*, which is due, cannot be sent."""
        one.end(state, reason, detail)
        self._note(one, one.sent_at or 0)

    def take_changed(self) -> list[Delivery]:
        """All that changed since this was last called, to be written."""
        changed = list(self._changed.values())
        self._changed = {}
        return changed

    @property
    def open(self) -> int:
        """How many deliveries are not over."""
        return sum(map(len, self._queues.values()))

    def _sent(self, deliveries: list[Delivery], now: int) -> Send:
        one = deliveries[0]
        many = bool(one.to_many) and one.times == 0
        for each in deliveries:
            each.sent(now, each.pole in self._away)
            self._changed[each.order.id, each.pole] = each
            self._look(each.pole, min(each.due, each.order.expiration))
        assert one.n is not None
        to = one.to_many if many else one.pole
        return Send(to, many, one.key_name, one.sender, one.n, one.order.body(), tuple(deliveries))

    def _next(self, pole: str, now: int) -> Delivery | None:
        """The delivery that goes to *pole* now; notes when to look there again."""
        for one in list(self._queues.get(pole, ())):
            self._over(one, now)
        ready = able(self._queues.get(pole, ()))
        if ready:
            self._look(pole, min(min(one.due, one.order.expiration) for one in ready))
        return next((one for one in ready if one.due <= now), None)

    def _over(self, one: Delivery, now: int) -> bool:
        """Whether *one* has expired, which ends it."""
        if now < one.order.expiration:
            return False
        if one.open:
            why = "it was never sent" if one.n is None else "the pole did not answer"
            if one.state == TAKEN:
                why = "the pole had judged it before, and none of its states showed it"
            one.end(EXPIRED, one.reason, one.detail if one.reason and one.state != TAKEN else why)
            self._note(one, now)
        return True

    def _enter(self, one: Delivery) -> None:
        self._queues.setdefault(one.pole, []).append(one)
        if one.n is not None:
            self._by_n[one.pole, one.sender, one.n] = one
        elif one.to_many:
            self._batches.setdefault(one.order.id, []).append(one)
        self._look(one.pole, min(one.due, one.order.expiration))

    def _note(self, one: Delivery, now: int, n: int | None = None) -> None:
        """*one* may have changed; *n* is the one it had before, None where that is unchanged."""
        self._changed[one.order.id, one.pole] = one
        n = n if n is not None else one.n
        if n is not None and not (one.open and one.n == n):
            heapq.heappush(self._late, (now + LATE_S, (one.pole, one.sender, n)))
        queue = self._queues.get(one.pole, [])
        if not one.open and one in queue:
            queue.remove(one)
            if not queue:
                del self._queues[one.pole]
                self._states.pop(one.pole, None)
                return
        self._look(one.pole, now)

    def _look(self, pole: str, at: float) -> None:
        if at < math.inf:
            heapq.heappush(self._looks, (at, pole))
