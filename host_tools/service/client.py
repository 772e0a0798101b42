"""The asking end of the service task on a pole's console."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Protocol, TypeVar

from host_tools.language import Spoken
from host_tools.service.answers import Event, Reading, Status, printable
from host_tools.service.diagnosis import PROBES, PoleGone, PoleSilent, silence
from host_tools.service.lines import Lines, answer_in
from host_tools.text import safe, text

LONGEST_REQUEST = 240  # bytes that a pole takes in one line
LONGEST_REASON = 40  # characters that a pole takes, in any script
PATIENCE_S = 4.0  # for one answer; the senses may take two seconds of it
PING_S = 25.0  # an answer of the broker may take as long as the pole waits for it
TILT_S = 12.0  # the mean of some seconds
TRIES = 3
# a pole that has only just got its power takes 15 s until it answers; one that looks for its broker is busy for 7 s
# while a name server is silent, and for 3 s with the arithmetic of TLS
HELLO_S = 20.0
BUSY_AFTER_S = 2.5  # without an answer for so long, ``on_busy`` is called
PROBE_S = 0.3
GLANCE_S = 0.05  # a read of the port waits so long at most
AFTER_NOISE_S = 0.5
REMEMBERED = 40  # log lines, to say what a silent port is

T = TypeVar("T")


class Port(Protocol):
    """As much of pyserial's ports as is needed; reads time out after ``GLANCE_S``."""

    @property
    def in_waiting(self) -> int: ...
    def read(self, size: int = 1, /) -> bytes: ...
    def write(self, data: bytes, /) -> int | None: ...
    def close(self) -> None: ...


class Refused(Spoken):
    """The pole has understood the request and says in one sentence why it does not do it."""

    def __init__(self, do: str, why: str) -> None:
        super().__init__("service.refused", do=do, why=why)
        self.why = why


class Service:
    """The pole at *port*, called *name* in sentences; *on_log* gets every line that is no answer, safe to print.

    ``on_busy`` is called when an answer takes longer than a pole at rest needs, once for each question.
    *monotonic* is seconds, an argument so that tests own the time.  Every question may raise PoleSilent, PoleGone or
    Refused.
    """

    def __init__(
        self,
        port: Port,
        name: str = "",
        on_log: Callable[[str], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self.name = name
        self.on_log = on_log
        self.on_busy: Callable[[], None] | None = None
        self.monotonic = monotonic
        self._busy_since: float | None = None  # when the question was asked of which ``on_busy`` was told
        self._answered = False  # has it ever?
        self._heard = False  # has anything come, sensible or not?
        self._lines = Lines()
        self._last: deque[str] = deque(maxlen=REMEMBERED)
        # an answer to somebody who asked before us, and has gone, must not pass for ours
        self._id = int(time.time() * 10) % 1_000_000 * 100

    @classmethod
    def open(cls, url: str, on_log: Callable[[str], None] | None = None) -> Service:
        """The pole at the port *url* (a device, socket:// or rfc2217://), which is opened without disturbing it."""
        from host_tools.ports import quiet_open

        return cls(quiet_open(url, GLANCE_S), url, on_log)

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        try:
            self._port.close()
        except OSError:
            pass  # it is gone already

    # -- what can be asked

    def hello(self, patience_s: float = HELLO_S) -> Status:
        """The first question: a pole that is only starting gets the time for it."""
        begin = self.monotonic()
        wait_s = 1.0
        while True:
            left_s = patience_s - (self.monotonic() - begin)
            try:
                return self._known("status", Status.of, min(wait_s, max(left_s, 0.1)), tries=1, began=begin)
            except Spoken as error:
                if isinstance(error, Refused | PoleGone):
                    raise
                if self.monotonic() - begin >= patience_s:
                    raise self._silence(begin) from None
            wait_s *= 1.5  # what a busy pole is asked meanwhile must have room in its 260 bytes

    def status(self) -> Status:
        return self._known("status", Status.of)

    def read(self) -> Reading:
        """The senses, asked anew."""
        return self._known("read", Reading.of)

    def set(self, level: int, for_s: int, ramp_s: int = 0, reason: str = "diya pole") -> int | None:
        """A local override: *level* 0-100 percent for 1-3600 s, reached in 0-60 s.  Until when (Unix s), if known."""

        def made(answer: dict[str, Any]) -> int | None:
            until = answer.get("until")
            return None if until is None else int(until)

        shown = text(reason, LONGEST_REASON)
        return self._known("set", made, level=level, ramp=ramp_s, reason=shown, **{"for": for_s})

    def release(self) -> None:
        """Ends the local override."""
        self.ask("release")

    def offer_time(self, unix: int) -> tuple[int, int | None]:
        """Offers *unix* as the time.  (the pole's time now, the one it had before or None)"""
        return self._known("time", lambda answer: (int(answer["unix"]), answer.get("was")), unix=unix)

    def ping(self) -> int:
        """Milliseconds of a round trip to the broker.  Refused where the pole is not connected to it."""
        return self._known("ping", lambda answer: int(answer["ms"]), patience_s=PING_S)

    def journal(self, first: int) -> Iterator[Event]:
        """The events held from the sequence *first* on, oldest first."""

        def made(answer: dict[str, Any]) -> Event | None:
            event = answer.get("event")
            if event is None:
                return None
            payload = event if isinstance(event, dict) else json.loads(event)
            if not isinstance(payload, dict) or int(answer["sequence"]) < first:
                raise ValueError(f"the event from {first} on")
            return Event(int(answer["sequence"]), printable(payload))

        while (event := self._known("journal", made, **{"from": first})) is not None:
            yield event
            first = event.sequence + 1

    def learn_curve(self, points: list[tuple[int, int, int]]) -> None:
        """Gives the pole its lamp's own curve: (level %, mW, power factor in thousandths), by rising level."""
        for number, point in enumerate(points):
            self.ask("curve", at=number, of=len(points), point=list(point))

    def zero_tilt(self) -> tuple[int, int, int]:
        """What the accelerometer says now (mg) is upright from now on."""

        def made(answer: dict[str, Any]) -> tuple[int, int, int]:
            x, y, z = answer["acceleration"]
            return int(x), int(y), int(z)

        return self._known("tilt", made, patience_s=TILT_S)

    # -- how

    def ask(self, do: str, *, patience_s: float = PATIENCE_S, tries: int = TRIES, **fields: Any) -> dict[str, Any]:
        """The answer to the request *do* with *fields*, which waits *patience_s* and is sent *tries* times at most."""
        return self._known(do, dict, patience_s=patience_s, tries=tries, **fields)

    def listen(self, seconds: float) -> None:
        """Hands on what the pole logs for *seconds*."""
        self._await(-1, seconds)

    def _known(
        self,
        do: str,
        make: Callable[[dict[str, Any]], T],
        patience_s: float = PATIENCE_S,
        tries: int = TRIES,
        began: float | None = None,
        **fields: Any,
    ) -> T:
        """What *make* makes of the answer.

        Half a request may still be one that can be read.  So a refusal counts when it is given twice, and an answer
        which repeats a field otherwise than it was sent, or makes no sense, does not count.
        """
        self._id += 1
        asked = {"id": self._id, "do": do, **fields}
        line = json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode()
        if len(line) > LONGEST_REQUEST:
            raise ValueError(f"the request {do} has {len(line)} bytes and a pole takes {LONGEST_REQUEST}")
        strange: Refused | None = None
        begin = self.monotonic() if began is None else began
        for _ in range(tries):
            self._write(b"\n" + line + b"\n")  # the first ends whatever half a line is there
            answer = self._await(self._id, patience_s, begin)
            if answer is None:
                continue
            if answer["ok"] is not True:
                refused, before = Refused(do, str(answer.get("error", ""))), strange
                if before is not None and before.why == refused.why:
                    raise refused
                strange = refused
                continue
            if any(answer.get(name, value) != value for name, value in fields.items() if name != "unix"):
                continue  # time alone goes on meanwhile
            try:
                return make(answer)
            except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as error:
                strange = Refused(do, f"its answer cannot be understood: {error}")
        raise strange or self._silence(begin, probe=began is None)

    def _silence(self, begin: float, probe: bool = True) -> PoleSilent:
        """What to say of a port that was asked since *begin*.

        One that has said nothing at all is asked first what a chip answers that runs no pole, where *probe*.
        """
        waited_s = self.monotonic() - begin
        for question in PROBES if probe else ():
            if not self._heard:
                self._write(question)
                self._await(-1, PROBE_S)
        return silence([*self._last, self._lines.rest], self.name, waited_s, self._answered)

    def _await(self, wanted: int, seconds: float, began: float | None = None) -> dict[str, Any] | None:
        """The answer *wanted* within *seconds*; None when it did not come, or came damaged.

        *began*: when the question was asked first, so that ``on_busy`` is called in time.
        """
        until = self.monotonic() + seconds
        while (now := self.monotonic()) < until:
            if self.on_busy and began not in (None, self._busy_since) and now - (began or 0.0) >= BUSY_AFTER_S:
                self._busy_since = began
                self.on_busy()
            for line in self._lines.feed(self._take()):
                found = answer_in(line)
                if found is None:
                    self._log(line)
                    continue
                before, number, answer = found
                if before.strip():
                    self._log(before)
                if number == wanted and answer is not None:
                    self._answered = True
                    return answer
                if number == wanted:
                    return None  # damaged on its way back
                if number == 0:  # the pole could not read something: noise before the request, or the request
                    until = min(until, self.monotonic() + AFTER_NOISE_S)
        return None

    def _log(self, line: str) -> None:
        line = safe(line)
        self._last.append(line)
        if self.on_log:
            self.on_log(line)

    def _take(self) -> bytes:
        try:
            first = self._port.read(1)
            self._heard = self._heard or bool(first)
            return first + self._port.read(self._port.in_waiting) if first else b""
        except OSError as error:
            raise PoleGone("service.gone", port=self.name) from error

    def _write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except OSError as error:
            raise PoleGone("service.gone", port=self.name) from error
