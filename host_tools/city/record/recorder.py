"""The recorder: stores the poles' messages, acknowledges them, asks for missing events, and notes silent poles.

It may be killed at any moment. The broker delivers again what was not stored; requests are sent again; and since the
broker may have lost its queue meanwhile, every pole is asked after each connection for records after the last known.
Ages are counted on a clock that is never set; the computer's own clock is used for stored times only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from host_tools.broker.connection import Message
from host_tools.broker.persistent_client import MOST
from host_tools.city.commands.exchange import Exchange
from host_tools.city.record import failure_events, silence
from host_tools.city.record.believed_times import FLOOR
from host_tools.city.record.configurations import Configurations
from host_tools.city.record.connector import Connector
from host_tools.city.record.figures import Figures, RecordingCounts
from host_tools.city.record.flashed_nodes import Flashings
from host_tools.city.record.journals import RETRY_S
from host_tools.city.record.metrics import Snapshot
from host_tools.city.record.outgoing import COMMANDS, Outgoing
from host_tools.city.record.record import Record, Unwritable, key_of
from host_tools.city.record.resend_requests import ANSWER_S, Asker
from host_tools.city.record.site_time import SiteTime
from host_tools.city.record.status_writer import StatusWriter
from host_tools.city.record.stored_numbers import StoredNumbers
from host_tools.city.record.taken import Taken
from host_tools.errors import BrokerError
from host_tools.keys.key import Key
from host_tools.site.broker_address import BrokerAddress
from host_tools.wire.simulated_clock import SiteClock, no_simulation
from host_tools.wire.simulated_clock import topic as clock_topic
from pole.wire import contract

TURN_S = 0.2  # longest wait for a message
CHECK_S = 5.0  # between two looks for silent poles
PAUSE_S = 30.0  # a turn that took longer: the computer was suspended or stopped, and received nothing meanwhile
ROLL_UP_S = 30.0  # between two looks for hours and nights that are over
_MANY = (f"/{contract.METER}", f"/{contract.EVENT}")  # nothing in them is for the recorder itself
_SETTINGS = (f"/{contract.BIRTH}", f"/{contract.CONFIG}")
DISK_S = 1.0  # between two tries to write to a disk that is full


class Recorder:
    """Records *site* below *root* from the broker at *address* into *record*; *folder* holds its secrets,
    *site_folder* the site's files (None: they are not here).

    *keys* {name: Key} sign the questions, each pole's by `for_pole`, and the time that a pole asks for, by its own.
    *say* is called with a sentence that an operator should read, *show* with what this does.
    *silent_s* without a message makes a pole silent, in the site's time (*simulated*: its own); *retry_s* is real.
    """

    def __init__(
        self, record: Record, address: BrokerAddress, root: str, site: str, folder: Path, *,
        keys: dict[str, Key] | None = None, silent_s: int = silence.SILENT_S, retry_s: float = RETRY_S,
        simulated: bool = False, site_folder: Path | None = None, say: Callable[[str], None] = lambda sentence: None,
        show: Callable[[Snapshot], None] = lambda snapshot: None,
    ) -> None:  # fmt: skip
        self._record = record
        self._root, self._site, self._address, self._keys = root, site, address, keys or {}
        self._silent_s, self._say, self._show = silent_s, say, show
        self._clock = SiteClock(simulated)
        self.now: Callable[[], int] = lambda: int(self._clock.now())  # Unix s at the site
        self._time = SiteTime(self._clock, clock_topic(root, site), self._keys, say)
        self._numbers = StoredNumbers(record)
        self._asker = Asker(record, self._ask, retry_s)
        self._connector = Connector(record, address, f"{root}/{site}", clock_topic(root, site), say)
        self._flashings = Flashings(record, f"{root}/{site}", self._keys, self._sender, self._number, say)
        self._configurations = Configurations(record, f"{root}/{site}", self._keys, say)
        self._outgoing = Outgoing(
            record, root, site, self._keys, self._sender(), folder, site_folder, self._simulated(), say
        )  # fmt: skip
        self._began = time.time(), time.monotonic()
        self._heard: dict[str, float] = {}  # pole: time of its last message, on the steady clock
        self._pending: list[Message] = []  # received while waiting for the simulation's time
        self._since = 0.0  # from when on silence counts, on the steady clock
        self._until: float | None = None
        self._going: Callable[[], bool] = lambda: True
        self._turned = self._looked = time.monotonic()
        self._asked = self._rolled_up = 0.0  # last look for questions; next working out of hours (monotonic s)
        self._missing = False  # whether the broker is missing, for so long that it was noted
        self._status = StatusWriter(record, self._clock, lambda: self._connector.sessions.connected)
        self._figures = Figures()
        self.totals = self._figures.totals

    def run(self, going: Callable[[], bool], until: float | None = None) -> RecordingCounts:
        """Record while *going* returns true, at most *until* (monotonic s).

        Raises BrokerError where the broker was never reached, RecordError where the file cannot be written at the end,
        CommandError where no simulation tells the time that is to be used.
        """
        self._until = until
        self._going = lambda: self._status.turn() and going() and (until is None or time.monotonic() < until)
        trouble: Unwritable | None = None
        try:
            while self._going():
                try:
                    if not self._connector.sessions.connected and not self._connect():
                        break
                    stored = self._turn()
                    self._tell(trouble is None)
                    if trouble and (stored or self._record.try_to_write()):
                        self._say(f"the record {self._record.name} can be written again")
                        trouble = None
                except Unwritable as error:
                    if trouble is None:
                        self._say(f"{error}; waiting, while the broker keeps what comes")
                    trouble = error
                    self._tell(False)
                    self._connector.sessions.close()  # nothing of what was taken is acknowledged: it comes again
                    time.sleep(DISK_S)
        finally:
            self._connector.sessions.close()
        if trouble:
            raise trouble
        return self.totals

    def _connect(self) -> bool:
        """Connect; False where there is no time left for it."""
        if not self._connector.connect(self._going, self._until, self._miss):
            return False
        self._turned = time.monotonic()
        self._pending += self._time.wait(self._connector.sessions, self._going)
        told = self._clock.fresh or not self._clock.simulated or not self._connector.sessions.connected
        if not told and not self.totals.connections and self._going():
            raise no_simulation(clock_topic(self._root, self._site), str(self._address))
        self.totals.connections = self._connector.connections
        self._since, self._missing = self._clock.steady(), False
        self._asker.forget_all()
        self._exchange = Exchange(self._connector.sessions, self._sender(), self._number)
        self._flashings.forget_all()
        self._configurations.connected(time.monotonic())
        with self._record.change() as book:
            book.open_ends(self._wall())
        self._outgoing.connected(int(self._clock.now()))
        return True

    def _miss(self, away_s: float) -> None:
        """Handle *away_s* without the broker: after a minute, at the site, no pole can be received."""
        if not self._missing and away_s * self._clock.factor >= silence.BROKER_S:
            self._missing = True
            with self._record.change() as book:
                now = int(self._clock.now())
                silent = failure_events.without_broker(book, now, lambda pole: self._record.dark(pole, now))
            self.totals.silent += silent

    def _turn(self) -> bool:
        """Take the messages that are here, send requests that are due; whether something was taken."""
        messages, self._pending = self._pending + self._connector.sessions.take(TURN_S), []
        self._wake()
        few = [message for message in messages if not message.topic.endswith(_MANY)]
        asked = [message for message in few if self._time.asked(message)]
        self.totals.times += sum(self._time.answer(message, self._connector.sessions) for message in asked)
        messages = [message for message in messages if message not in asked] if asked else messages
        if messages:
            self._time.note(few)
            began = time.monotonic()
            taken = self._record.take(messages, int(self._clock.now()), self._wall())
            self._connector.sessions.acknowledge()
            self._count(taken, time.monotonic() - began)
            settings = [message for message in few if message.topic.endswith(_SETTINGS)]
            self._flashings.heard(settings, self._connector.sessions)
            self._configurations.heard(settings, time.monotonic())
            self._outgoing.hear(taken.told, int(self._clock.now()))
            for ack in (one for one in taken.acks if one.sender == self._sender()):
                if ack.mark is not None:
                    self._numbers.learn(ack.sender, ack.mark, int(self._clock.now() * 1000), self._simulated())
                if self._exchange.answered(ack):
                    self._asker.answered(ack, self._wall())
                self._flashings.answered(ack, self._connector.sessions)
        self._flashings.turn(self._connector.sessions)
        self._configurations.turn(self._connector.sessions, time.monotonic())
        self._exchange.forget(self._wall())
        now = time.monotonic()
        if now >= self._asked + TURN_S:
            self._asked = now
            self.totals.asked += self._asker.ask(self._wall())
            self._outgoing.turn(self._connector.sessions, int(self._clock.now()))
        if now >= self._rolled_up:
            more = self._record.roll_up(int(self._clock.now()))
            soon = more and len(messages) < MOST  # what is waiting may change the same hours again
            self._rolled_up = time.monotonic() + (TURN_S if soon else ROLL_UP_S) / max(1.0, self._clock.factor)
        if not self._connector.sessions.connected or now < self._looked + CHECK_S / max(1.0, self._clock.factor):
            return bool(messages)
        self._looked = now
        self._connector.look()
        self._record.look_elsewhere()
        steady, at = self._clock.steady(), int(self._clock.now())
        with self._record.change() as book:
            silent = failure_events.check(
                book, at, steady, self._heard, self._since, self._silent_s, lambda pole: self._record.dark(pole, at)
            )
        self._record.look_at_street(at)
        self._figures.count_poles(self._record.book)
        self.totals.silent += silent
        return bool(messages)

    def _wake(self) -> None:
        """Detect that the computer was suspended, or that its clock was corrected from an impossible date."""
        now = time.monotonic()
        if now - self._turned > PAUSE_S:
            self._since = self._clock.steady()
        self._turned = now
        began, at = self._began
        step = time.time() - began - (now - at)
        if began < FLOOR <= began + step and not self._clock.simulated:
            self._record.date_again(int(began), int(step))
            self._began = began + step, at

    def _wall(self) -> float:
        """Unix s by a clock that is not set while this runs: for the times of requests."""
        began, at = self._began
        return began + time.monotonic() - at

    def _count(self, taken: Taken, took_s: float) -> None:
        if taken.malformed and not self.totals.malformed:
            self._say("a pole sends what makes no sense; `diya record show --latest` tells which and how often")
        self._heard.update(dict.fromkeys(taken.spoke, self._clock.steady()))
        self._figures.took(taken, took_s)

    def _tell(self, database: bool) -> None:
        """Show what this does to who watches it."""
        self._show(self._figures.snapshot(self._connector.sessions.connected, database, self._record.written))

    def _simulated(self) -> str:
        """The name of a simulation for the counters; empty for a street."""
        return f"{self._address}/{self._site}" if self._clock.simulated else ""

    def _sender(self) -> str:
        return self._connector.name[: 64 - len(COMMANDS)]

    def _ask(self, pole: str, body: str) -> int | None:
        """Send *body* to *pole*; its n, or None where it cannot go out."""
        topic = contract.topic(self._root, self._site, pole, contract.COMMAND)
        key, nonce = key_of(self._record.book, self._keys, pole, self._site)
        try:
            return self._exchange.send(topic, body, key, nonce=nonce, until=self._wall() + ANSWER_S)
        except BrokerError:
            return None

    def _number(self) -> int:
        return self._numbers.next(self._sender(), int(self._clock.now() * 1000), self._simulated())
