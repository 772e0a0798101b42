"""One delivery: the message of an order to one pole, and what each answer of the pole makes of it.

    waiting   nothing was sent yet
    sent      its n is fixed and it went out; with a reason: the pole has refused it for now, and it goes out again
    taken     the pole has judged this n before and its answer was lost: its state will show whether it holds
    applied, rejected, idle (a cancel that had nothing to end), expired, replaced (a newer order takes its place): final

A pole keeps the highest n of each key and sender, also of a message that it refused after it had found it genuine.  So
what is sent again goes under the same key, sender and n, and is applied at most once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from host_tools.city.commands.order import CANCEL, Order
from host_tools.text import text
from host_tools.wire.from_pole import Ack, State
from pole.lighting.arbiter import RAISE
from pole.wire import ack_reasons as why
from pole.wire import city_side

WAITING, SENT, TAKEN = "waiting", "sent", "taken"
APPLIED, REJECTED, IDLE, EXPIRED, REPLACED = "applied", "rejected", "idle", "expired", "replaced"
OPEN = (WAITING, SENT, TAKEN)

PAUSES_S = (5, 20, 60)  # until it is sent again after silence, or after a refusal that ends soon
MANY_S = 45  # of a message to many: their answers take a while
MOST_RENEWED = 2  # times it gets another n

# refusals that end by themselves; badMac, where the birth with the nonce of a new flashing comes after the message
SOON = (why.BUSY, why.TOO_LARGE, why.NOT_STORED, why.OWN_KEY_FIRST, why.BAD_MAC)
LATER = (why.CLOCK_UNKNOWN, why.NOT_REKEYED, why.BAD_ENVELOPE)  # these perhaps when the pole speaks again
AT_BIRTH = (why.BAD_MAC, why.NOT_REKEYED, why.BAD_ENVELOPE)  # these only with its birth
NO_KEY = "noKey"  # ours: the key file has no key for the pole

_RANK = {owner: rank for rank, owner in enumerate(reversed(city_side.OWNERS))}


@dataclass(eq=False)
class Delivery:
    """*order* to *pole*.  ``to_many``: the topic of its first sending is shared; ``times`` it was sent in all.

    ``tries`` since the last birth of the pole; ``doubt``: sendings since the last answer; ``due``: when it is sent
    again, infinite where that waits for the pole; ``judged_at``: when the pole refused its n as a repeated one;
    ``nonce`` of the pole's flashing when it went out.
    """

    order: Order
    pole: str
    key_name: str = ""
    to_many: str = ""
    state: str = WAITING
    sender: str = ""
    n: int | None = None
    renewed: int = 0
    sent_at: int | None = None
    times: int = 0
    answered_at: int | None = None
    reason: str = ""
    detail: str = ""
    tries: int = 0
    doubt: int = 0
    due: float = -math.inf
    judged_at: int | None = None
    nonce: str = ""

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def sent(self, now: int, away: bool) -> None:
        """It goes out at *now*.  *away*: the pole is not known to be connected."""
        first = self.times == 0
        self.state, self.sent_at = SENT, now
        self.times += 1
        self.tries += 1
        self.doubt += 1
        self.due = math.inf if away else now + (MANY_S if self.to_many and first else self._pause())

    def _pause(self) -> float:
        """Seconds until it is tried again, if that is not over."""
        return PAUSES_S[max(self.tries, 1) - 1] if self.tries <= len(PAUSES_S) else math.inf

    def again(self, now: int, tries: int = 0) -> None:
        """The pole was heard: it is due at *now*, *tries* after the first."""
        self.due, self.tries = now, tries

    def end(self, state: str, reason: str = "", detail: str = "") -> None:
        self.state, self.reason, self.detail, self.due = state, reason, detail, math.inf

    def answer(self, ack: Ack, now: int, state: State | None) -> None:
        """Take *ack*; *state*: the pole's newest."""
        if ack.applied:  # also one that comes late, or to an n of before
            self.answered_at = now
            self.end(APPLIED)
            return
        if not self.open or ack.n != self.n:
            return
        burnt = self.reason in SOON + LATER and self.doubt <= 1  # refused, and yet the pole has kept its n
        self.answered_at, self.doubt = now, 0
        if ack.reason == why.REPLAYED:
            # a message to many under the same key may have come before it; to give it again does no harm, for what is
            # newer is sent behind a cancel, and an override counts from its start
            overtaken = self.order.kind == CANCEL or (ack.mark or 0) > (self.n or 0)
            if not burnt and self.order.kind != CANCEL and shows(self.order, state):
                self.end(APPLIED)
            elif burnt or overtaken:
                self._renew(ack, now)
            else:
                self.state, self.reason, self.detail, self.due = TAKEN, ack.reason, ack.detail, math.inf
                self.judged_at = ack.at or now
            return
        self.reason, self.detail = ack.reason or "?", ack.detail
        if ack.reason in SOON:
            self.state, self.due = SENT, now + self._pause()
        elif ack.reason in LATER:
            self.state, self.due = SENT, math.inf
        elif ack.reason == why.UNKNOWN_REFERENCE and self.order.kind == CANCEL:
            self.end(IDLE, ack.reason, ack.detail)
        else:
            self.end(REJECTED, self.reason, self.detail)

    def shown(self, state: State, now: int) -> bool:
        """Take a new *state* of the pole; whether it changes anything."""
        if self.state != TAKEN or now < self.order.begins:
            return False
        holds = shows(self.order, state)
        if holds is None:
            return False
        if holds:
            self.end(APPLIED)
        elif self.judged_at is None or state.at is None or state.at < self.judged_at:
            return False  # it may be of before
        else:
            self._renew(None, now)
        return True

    def _renew(self, ack: Ack | None, now: int) -> None:
        """It needs another n: the pole refuses this one, and does not hold what it asks for."""
        if self.renewed >= MOST_RENEWED:
            detail = ack.detail if ack else self.detail
            self.end(REJECTED, why.REPLAYED, detail)
            return
        self.renewed += 1
        self.state, self.n, self.to_many, self.due, self.doubt = WAITING, None, "", now, 0
        self.reason = self.detail = ""


def shows(order: Order, state: State | None) -> bool | None:
    """Whether *state* shows that a pole holds *order*, an override; None where it does not say.

    An override under a shared key that can only raise the light there is not told from one that is not held: then it
    gets another number, which does no harm.
    """
    if state is None or state.owner not in _RANK:
        return None
    unclocked = state.clock == "unknown" and state.until is None
    if state.owner == order.owner:
        same = state.reason == text(order.reason, 80) and (state.until == order.expiration or unclocked)
        return True if same else None  # another one of this owner may hide it
    if _RANK[state.owner] > _RANK[order.owner]:
        return None
    target = state.target if state.target is not None else state.level
    may_only_raise = order.owner in RAISE or state.clock == "unknown"
    if may_only_raise and (target is None or order.level is None or target >= order.level):
        return None
    return False


def able(queue: Iterable[Delivery]) -> list[Delivery]:
    """Those of *queue* that may go out before others were answered, the first of them first."""
    flying = [one for one in queue if one.doubt and one.n is not None and one.state == SENT]
    if flying:
        first = min(flying, key=_number)
        # a message to many may have followed one that was refused for now: the lower n goes first, or it is repeated
        refused = [one for one in queue if one.state == SENT and not one.doubt and _number(one) < _number(first)]
        return [*sorted(refused, key=_number), first]
    out: list[Delivery] = []
    blocked: set[str] = set()  # owners of which a cancel is still to come
    for one in queue:
        first_of_many = one.to_many and one.n is None
        if one.state != TAKEN and not first_of_many and one.order.owner not in blocked:
            out.append(one)
        if one.order.kind == CANCEL:
            blocked.add(one.order.owner)
    return out


def _number(one: Delivery) -> int:
    return one.n or 0
