"""Makes the messages of a rollout of a release: sealed for each pole, and kept, so that they go out again alike."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy.engine import Connection

from host_tools.city.commands.sender_rows import SenderNumbers
from host_tools.city.rollouts import rollout_rows
from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.share import NO_KEY, REJECTED, SENT
from host_tools.city.updates import kept_release
from host_tools.city.updates.update_current import UpdateCurrent
from host_tools.city.updates.update_share import ACCEPTED, HELD, LEFT, NEW_KEY, UpdateShare, software
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.wire import envelope
from pole.wire import ack_reasons, contract

MOST = 50  # poles in a turn
MOST_PIECES = 20  # in a turn
CANCEL = '{"cancel":true}'

Message = tuple[str, bytes]


class UpdateSending:
    """Sends under the name *sender* to poles of *zone* of *site* below *root*, sealed with *keys*.

    *simulated*: the name of a simulation, whose numbers count apart.
    """

    def __init__(self, root: str, site: str, keys: Mapping[str, Key], sender: str, zone: str, simulated: str) -> None:
        self._root, self._site, self._keys, self._zone, self._simulated = root, site, keys, zone, simulated
        self._sender = sender
        self._release = 0  # whose pieces are published in this session,
        self._piece: str | None = ""  # and the last of them that was; None: all were
        self._repeats: list[int] | None = None  # poles whose messages this session has not published; None: all

    def connected(self) -> None:
        """A session with the broker begins: it may be an empty one, that took the place of another."""
        self._release, self._piece, self._repeats = 0, "", None

    def again(self, connection: Connection, current: UpdateCurrent) -> list[Message]:
        """The next messages that are kept for poles under way, or told to stop, which this session has not published.

        A receiver that was killed, or a broker that lost what it retained, may never have passed them on: a pole that
        was told to stop while it was offline would go on with what it has.
        """
        if self._repeats is None:
            self._repeats = [one.id for one in current.shares if one.state in (SENT, ACCEPTED) or one.reason == HELD]
        some, self._repeats = self._repeats[:MOST], self._repeats[MOST:]
        kept = kept_release.messages(connection, some)
        names = {one.id: one.pole for one in current.shares if one.id in kept and one.unfit != NEW_KEY}
        return [(self._topic(name), kept[key][1].encode()) for key, name in names.items()]

    def pieces(self, connection: Connection, serial: int) -> list[Message]:
        """The next pieces of the release *serial* that this session has not published; none: it has all."""
        if serial != self._release:
            self._release, self._piece = serial, ""
        if self._piece is None:
            return []
        some = kept_release.pieces(connection, serial, self._piece, MOST_PIECES)
        self._piece = some[-1][0] if some else None
        return [(f"{self._root}/{self._site}/{topic}", payload) for topic, payload in some]

    def send(self, connection: Connection, current: UpdateCurrent, now: int) -> list[Message]:
        """What goes out at *now*, which is written into the store with its numbers."""
        due, again = current.due(MOST), current.again(now, MOST)
        if not due and not again:
            return []
        known = rollout_rows.poles(connection, self._zone, [one.pole for one in due])
        kept = kept_release.messages(connection, [one.id for one in again])
        numbers = SenderNumbers(connection, self._sender, now * 1000, self._simulated)
        messages: list[Message] = []
        written: list[tuple[int, int, str]] = []
        for one in due:
            current.note(one)
            pole = known.get(one.pole)
            if one.pole not in current.site.by_name:
                one.state, one.answered_at = LEFT, now
                continue
            if pole is None:  # it is another zone's now
                one.state, one.answered_at = LEFT, now
                continue
            one.fits(pole.app, pole.board)
            package = current.release.packages.get(pole.board)
            if one.unfit or package is None:
                continue
            body = json.dumps(
                {"manifest": package.manifest, "signature": package.signature, "spread": current.wish.spread},
                separators=(",", ":"),
            )
            if made := self._sealed(one, pole, body, numbers, now):
                one.goes_out(current.release.serial, package.about.content, made[0], False, now)
                one.nonce, one.accepted_at = pole.nonce, None
                before = pole.image if current.release.is_image else pole.app
                one.before = software(before) if before else ""
                messages.append(made[1])
                written.append((one.id, made[0], made[1][1].decode()))
        kept_release.remember(connection, written)
        for one in again:
            one.times += 1
            current.note(one)
            n, payload = kept.get(one.id, (None, ""))
            if n == one.n:
                messages.append((self._topic(one.pole), payload.encode()))
        return messages

    def stop(self, connection: Connection, current: UpdateCurrent, now: int) -> list[Message]:
        """Tells the poles that fetch it, or wait to restart, to stop; it is retained in the place of what was."""
        stop = current.to_stop(MOST)
        if not stop:
            return []
        known = rollout_rows.poles(connection, self._zone, [one.pole for one in stop])
        numbers = SenderNumbers(connection, self._sender, now * 1000, self._simulated)
        messages: list[Message] = []
        written: list[tuple[int, int, str]] = []
        for one in stop:
            pole = known.get(one.pole)
            current.note(one)
            one.held()
            if pole and (made := self._sealed(one, pole, CANCEL, numbers, now)):
                messages.append(made[1])
                written.append((one.id, made[0], made[1][1].decode()))
        kept_release.remember(connection, written)
        return messages

    def _sealed(
        self, one: UpdateShare, pole: Pole, body: str, numbers: SenderNumbers, now: int
    ) -> tuple[int, Message] | None:  # fmt: skip
        """*body* with its number, for the pole of *one*; None where it may get none, and that was noted."""
        key, topic = self._keys.get(one.pole), self._topic(one.pole)
        if key is None and self._keys:
            one.state, one.reason, one.answered_at = REJECTED, NO_KEY, now
            return None
        n = numbers.next(1)
        try:
            return n, (topic, envelope.seal(topic, self._sender, n, body, key, pole.nonce if key else ""))
        except CommandError as error:
            one.state, one.reason, one.detail, one.answered_at = REJECTED, ack_reasons.TOO_LARGE, str(error)[:200], now
            return None

    def _topic(self, pole: str) -> str:
        topic: str = contract.topic(self._root, self._site, pole, contract.UPDATE)
        return topic
