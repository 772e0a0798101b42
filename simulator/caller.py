"""Makes the calls of a scenario to a console that runs, in a thread: the street does not wait for an answer."""

from __future__ import annotations

import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from types import TracebackType

from simulator.scenario.call import Call

PATIENCE_S = 20
MOST_SHOWN = 100  # characters of an answer


class Caller:
    """Calls the console at *address* with *token*, one call after the other; *say* gets a line about each."""

    def __init__(self, address: str, token: str, say: Callable[[str], None]) -> None:
        self._address, self._token, self._say = address.rstrip("/"), token, say
        self._calls: queue.SimpleQueue[tuple[str, Call] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.failed = 0

    def __enter__(self) -> Caller:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calls.put(None)
        self._thread.join(PATIENCE_S)

    def make(self, clock: str, call: Call) -> None:
        """Makes *call* soon; *clock* is what the line about it begins with."""
        self._calls.put((clock, call))

    def _work(self) -> None:
        while (one := self._calls.get()) is not None:
            clock, call = one
            status, answer = self._answer(call)
            self.failed += not 200 <= status < 300
            said = f": {answer}" if not 200 <= status < 300 else ""
            self._say(f"{clock}  {call.system}: {call.method} {call.path} -> {status or 'no answer'}{said}")

    def _answer(self, call: Call) -> tuple[int, str]:
        headers = {**call.headers, "authorization": f"Bearer {self._token}", "accept": "application/json"}
        body = call.body.encode() if call.body else None
        asked = urllib.request.Request(self._address + call.path, body, headers, method=call.method)
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
                return int(answer.status), ""
        except urllib.error.HTTPError as error:
            with error:
                return error.code, " ".join(error.read(2000).decode(errors="replace").split())[:MOST_SHOWN]
        except OSError as error:
            return 0, str(error)[:MOST_SHOWN]
