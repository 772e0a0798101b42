"""Requests and answers over a pole's console: each request gets its own answer, or raises the reason why not."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from host_tools.field.console_client.console_lines import Lines, answer_in
from host_tools.field.console_client.diagnosis import PROBES, PoleGone, PoleSilent, silence
from host_tools.language import Spoken
from host_tools.text import safe

LONGEST_REQUEST = 240  # bytes that a pole takes in one line
PATIENCE_S = 4.0  # for one answer; a reading of the sensors may take two seconds of it
TRIES = 3
# for a pole that has answered before: 7 s for each name that a silent name server is asked for and 3 s for TLS, twice
LIVING_S = 30.0
LIVING_TRIES = 5
BUSY_AFTER_S = 2.5  # without an answer for so long, ``on_busy`` is called
PROBE_S = 0.3
GLANCE_S = 0.05  # a read of the port waits so long at most
AFTER_NOISE_S = 0.5
REMEMBERED = 40  # log lines, for the diagnosis of a silent port

T = TypeVar("T")


class Port(Protocol):
    """As much of pyserial's ports as is needed; reads time out after ``GLANCE_S``."""

    @property
    def in_waiting(self) -> int: ...
    def read(self, size: int = 1, /) -> bytes: ...
    def write(self, data: bytes, /) -> int | None: ...
    def close(self) -> None: ...


class Refused(Spoken):
    """The pole has refused the request, with one sentence that says why."""

    def __init__(self, do: str, why: str) -> None:
        super().__init__("service.refused", do=do, why=why)
        self.why = why


class Exchange:
    """The pole at *port*, called *name* in sentences; *on_log* gets every line that is no answer, safe to print.

    ``on_busy`` is called when an answer takes longer than a pole at rest needs, once for each question.
    *monotonic* is seconds, an argument so that tests set the time.  Every request may raise PoleSilent, PoleGone or
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
        self._busy_since: float | None = None  # time of the request for which ``on_busy`` was called
        self._answered = False  # whether it has ever answered
        self._heard = False  # whether any byte has come
        self._lines = Lines()
        self._last: deque[str] = deque(maxlen=REMEMBERED)
        # an answer to an earlier client, which has gone, must not be taken for ours
        self._id = int(time.time() * 10) % 1_000_000 * 100

    @classmethod
    def open(cls, url: str, on_log: Callable[[str], None] | None = None) -> Self:
        """The pole at the port *url* (a device, socket:// or rfc2217://), which is opened without disturbing it."""
        from host_tools.field.ports import quiet_open

        return cls(quiet_open(url, GLANCE_S), url, on_log)

    def __enter__(self) -> Self:
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

    def ask(self, do: str, *, patience_s: float = PATIENCE_S, tries: int = TRIES, **fields: Any) -> dict[str, Any]:
        """The answer to the request *do* with *fields*, which waits *patience_s* and is sent *tries* times at most.

        A pole that has answered before is known to be there: it gets ``LIVING_S`` in all, if that is more.
        """
        return self.known(do, dict, patience_s=patience_s, tries=tries, **fields)

    def listen(self, seconds: float) -> None:
        """Hands on what the pole logs for *seconds*."""
        self._await(-1, seconds)

    def known(
        self,
        do: str,
        make: Callable[[dict[str, Any]], T],
        patience_s: float = PATIENCE_S,
        tries: int = TRIES,
        began: float | None = None,
        **fields: Any,
    ) -> T:
        """The result of *make* for the answer.

        A request that was cut short may still be readable.  So a refusal counts when it is given twice, and an answer
        which repeats a field with another value, or is not valid, does not count.
        """
        self._id += 1
        asked = {"id": self._id, "do": do, **fields}
        line = json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode()
        if len(line) > LONGEST_REQUEST:
            raise ValueError(f"the request {do} has {len(line)} bytes and a pole takes {LONGEST_REQUEST}")
        strange: Refused | None = None
        begin = self.monotonic() if began is None else began
        living = self._answered and tries > 1 and patience_s * tries < LIVING_S
        for number in range(LIVING_TRIES if living else tries):
            left_s = LIVING_S - (self.monotonic() - begin)
            if number >= tries and left_s <= 0:
                break
            self._write(b"\n" + line + b"\n")  # the first line end ends an incomplete line
            answer = self._await(self._id, min(patience_s, left_s) if living else patience_s, begin)
            if living:
                patience_s *= 1.5  # the requests sent to a busy pole must fit into its buffer of 260 bytes
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
        raise strange or self.silence(begin, probe=began is None)

    def silence(self, begin: float, probe: bool = True) -> PoleSilent:
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
