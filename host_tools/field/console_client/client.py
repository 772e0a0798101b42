"""The client of the service task on a pole's console."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from host_tools.field.console_client.answers import Event, Reading, Status, printable
from host_tools.field.console_client.diagnosis import PoleGone, PoleSilent
from host_tools.field.console_client.exchange import Exchange, Refused
from host_tools.language import Spoken
from host_tools.text import text

LONGEST_REASON = 40  # characters that a pole takes, in any script
PING_S = 25.0  # an answer of the broker may take as long as the pole waits for it
TILT_S = 12.0  # the mean of some seconds
# a pole that has just got its power takes 15 s until it answers; one that connects to its broker is busy for 7 s
# while a name server is silent, and for 3 s with the TLS handshake
HELLO_S = 20.0


class Service(Exchange):
    """The requests to a pole over its line; each may raise PoleSilent, PoleGone or Refused."""

    def hello(self, patience_s: float = HELLO_S) -> Status:
        """The first request: a pole that is still starting gets the time for it."""
        begin = self.monotonic()
        wait_s = 1.0
        while True:
            left_s = patience_s - (self.monotonic() - begin)
            try:
                return self.known("status", Status.of, min(wait_s, max(left_s, 0.1)), tries=1, began=begin)
            except Spoken as error:
                if isinstance(error, Refused | PoleGone):
                    raise
                if self.monotonic() - begin >= patience_s:
                    raise self.silence(begin) from None
            wait_s *= 1.5  # the requests sent to a busy pole must fit into its buffer of 260 bytes

    def absence(self, patience_s: float) -> PoleSilent | None:
        """The error where no pole answers within *patience_s*, with a diagnosis of the port; its log is handed on."""
        try:
            self.hello(patience_s)
        except PoleSilent as silent:
            return silent
        except Refused:
            pass  # it answers
        return None

    def status(self) -> Status:
        return self.known("status", Status.of)

    def read(self) -> Reading:
        """A new reading of the sensors."""
        return self.known("read", Reading.of)

    def set(self, level: int, for_s: int, ramp_s: int = 0, reason: str = "diya pole") -> int | None:
        """A local override: *level* 0-100 percent for 1-3600 s, reached in 0-60 s.  Until when (Unix s), if known."""

        def made(answer: dict[str, Any]) -> int | None:
            until = answer.get("until")
            return None if until is None else int(until)

        shown = text(reason, LONGEST_REASON)
        return self.known("set", made, level=level, ramp=ramp_s, reason=shown, **{"for": for_s})

    def release(self) -> None:
        """Ends the local override."""
        self.ask("release")

    def offer_time(self, unix: int) -> tuple[int, int | None]:
        """Offers *unix* as the time.  (the pole's time now, the one it had before or None)"""
        return self.known("time", lambda answer: (int(answer["unix"]), answer.get("was")), unix=unix)

    def ping(self) -> int:
        """Milliseconds of a round trip to the broker.  Refused where the pole is not connected to it."""
        return self.known("ping", lambda answer: int(answer["ms"]), patience_s=PING_S)

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

        while (event := self.known("journal", made, **{"from": first})) is not None:
            yield event
            first = event.sequence + 1

    def learn_curve(self, points: list[tuple[int, int, int]]) -> None:
        """Gives the pole its lamp's own curve: (level %, mW, power factor in thousandths), by rising level."""
        for number, point in enumerate(points):
            self.ask("curve", at=number, of=len(points), point=list(point))

    def zero_tilt(self) -> tuple[int, int, int]:
        """Stores the direction that the accelerometer measures now (mg) as upright."""

        def made(answer: dict[str, Any]) -> tuple[int, int, int]:
            x, y, z = answer["acceleration"]
            return int(x), int(y), int(z)

        return self.known("tilt", made, patience_s=TILT_S)
