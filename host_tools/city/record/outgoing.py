"""What the receiver brings to the poles: orders, and rollouts of programmes and of releases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from host_tools.city.commands.dispatch import Dispatch
from host_tools.city.record.orders import Broker, Orders, rules_of
from host_tools.city.record.record import Record
from host_tools.city.record.rollouts import Rollouts
from host_tools.city.rollouts.roller import Roller
from host_tools.city.updates.update_roller import UpdateRoller
from host_tools.keys.key import Key
from host_tools.wire.from_pole import Said

COMMANDS, PROGRAMMES, UPDATES = "-c", "-p", "-u"  # after our name, for their senders, which nothing else sends under
Say = Callable[[str], None]


class Outgoing:
    """To the poles of *site* below *root*, sealed with *keys*; *name* is the receiver's, *secrets* where its own are.

    *files*: the folder of the site's files, None where they are not here.  The others are as in a Dispatch.
    """

    def __init__(
        self, record: Record, root: str, site: str, keys: Mapping[str, Key], name: str, secrets: Path,
        files: Path | None, simulated: str, say: Say,
    ) -> None:  # fmt: skip
        self._orders = Orders(record, partial(
            Dispatch, root, site, keys, name + COMMANDS, rules_of(record.files), secrets, zone=record.zone,
            simulated=simulated, say=say,
        ), say)  # fmt: skip
        self._rollouts = Rollouts(record, partial(
            Roller, root, site, keys, name + PROGRAMMES, files, secrets, zone=record.zone, simulated=simulated,
            timezone=record.timezone, say=say,
        ), say)  # fmt: skip

        self._updates = Rollouts(record, partial(
            UpdateRoller, root, site, keys, name + UPDATES, files, secrets, zone=record.zone, simulated=simulated,
            say=say,
        ), say, "releases")  # fmt: skip

    def connected(self, now: int) -> None:
        """A session with the broker begins at *now* (Unix s at the site).  Raises RecordError."""
        self._orders.connected(now)
        self._updates.connected()

    def hear(self, said: Iterable[tuple[Said, bool]], now: int) -> None:
        """Take what poles *said*, each with whether it was retained.  Raises RecordError."""
        told = list(said)
        self._orders.hear(told, now)
        self._rollouts.hear(told, now)
        self._updates.hear(told, now)

    def turn(self, broker: Broker, now: int) -> None:
        """Decide, write and publish what is due.  Raises RecordError."""
        self._orders.turn(broker, now)
        self._rollouts.turn(broker, now)
        self._updates.turn(broker, now)
