"""Makes the configurations of a rollout: compiled, numbered, sealed, and kept as what the broker is to retain."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from host_tools.city.commands.configuration import Held, compiled, digest_of, is_there, next_version
from host_tools.city.commands.sender_rows import SenderNumbers
from host_tools.city.rollouts import rollout_rows
from host_tools.city.rollouts.current import Current
from host_tools.city.rollouts.known_pole import Pole
from host_tools.city.rollouts.share import NO_KEY, REJECTED, THERE, Share
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.site.model import SiteError
from host_tools.wire import envelope
from pole.wire import ack_reasons, contract

MOST = 50  # poles in a turn: about 30 ms

Message = tuple[str, bytes]


class Sending:
    """Sends under the name *sender* to poles of *zone* of *site* below *root*, sealed with *keys*.

    *simulated*: the name of a simulation, whose numbers count apart.
    """

    def __init__(self, root: str, site: str, keys: Mapping[str, Key], sender: str, zone: str, simulated: str) -> None:
        self._root, self._site, self._keys, self._zone, self._simulated = root, site, keys, zone, simulated
        self.sender = sender

    def send(self, connection: Connection, current: Current[Share], now: int) -> list[Message]:
        """What goes out at *now*: written with its number into the store, where the broker's own is kept as well."""
        due, again = current.due(MOST), current.again(now, MOST)
        if not due and not again:
            return []
        known = rollout_rows.poles(connection, self._zone, [one.pole for one in (*due, *again)])
        numbers = SenderNumbers(connection, self.sender, now * 1000, self._simulated)
        messages: list[Message] = []
        retained: list[tuple[int, int, str]] = []
        for one in due:
            if made := self._made(current, one, known.get(one.pole), numbers, now):
                messages.append(made)
                retained.append((one.id, one.n or 0, made[1].decode()))
            current.note(one)
        rollout_rows.retain(connection, retained)
        for one in again:
            one.times += 1
            current.note(one)
            pole = known.get(one.pole)
            if pole and pole.n == one.n:
                messages.append((self._topic(one.pole), pole.payload.encode()))
        return messages

    def _made(
        self, current: Current[Share], one: Share, known: Pole | None, numbers: SenderNumbers, now: int
    ) -> Message | None:  # fmt: skip
        """The message to the pole of *one*; None where it needs none, or may get none, and that was noted."""
        pole, key = current.site.by_name.get(one.pole), self._keys.get(one.pole)
        if pole is None or known is None or (key is None and self._keys):
            one.state, one.reason, one.answered_at = REJECTED, NO_KEY, now
            return None
        topic = self._topic(one.pole)
        held = Held(known.payload.encode(), known.version, known.digest, known.nonce)
        try:
            if is_there(current.site, pole, held, topic, key, now):
                one.state, one.answered_at = THERE, now
                return None
            version = next_version(current.site, held)
            if one.renewed and one.version is not None:
                version = max(version, one.version + 1)
            body = compiled(current.site, pole, now, version)
            n = numbers.next(1)
            payload = envelope.seal(topic, self.sender, n, body, key, held.nonce if key else "")
        except (SiteError, CommandError) as error:
            one.state, one.reason, one.detail, one.answered_at = REJECTED, ack_reasons.TOO_LARGE, str(error)[:200], now
            return None
        one.goes_out(version, digest_of(body), n, not current.online(one.pole), now)
        return topic, payload

    def _topic(self, pole: str) -> str:
        topic: str = contract.topic(self._root, self._site, pole, contract.CONFIG)
        return topic
