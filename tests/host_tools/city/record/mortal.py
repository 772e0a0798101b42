"""`diya record run` with a death wish: killed (-9) by itself, at the points where it would hurt most.

Arguments: database, port, seed, mean number of steps to live (0: no limit).
"""

import os
import random
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from host_tools.broker import persistent_client
from host_tools.city.record import book_rows, journals, record, recorder
from host_tools.city.store.database import is_url
from host_tools.site.broker_address import BrokerAddress

journals.GRACE_S, journals.RETRY_S = 0.3, 1.0


def mortal(function: Callable[..., Any], chance: random.Random, mean: int) -> Callable[..., Any]:
    """*function*, before or after which this process may die."""

    def step(*arguments: Any, **named: Any) -> Any:
        for end in (False, True):
            if mean and chance.random() < 0.5 / mean:
                os.kill(os.getpid(), signal.SIGKILL)
            if not end:
                result = function(*arguments, **named)
        return result

    return step


def main(file: str, port: str, seed: str, mean: str) -> None:
    chance, steps = random.Random(int(seed)), int(mean)
    # in the middle of a transaction, between the commit and the first PUBACK, among the PUBACKs, around a question
    for name in ("_add_poles", "_write_journals", "_update_poles", "raise_revision"):
        setattr(book_rows, name, mortal(getattr(book_rows, name), chance, steps * 4))
    record.Record.take = mortal(record.Record.take, chance, steps)  # type: ignore[method-assign]
    persistent_client.Session.publish = mortal(persistent_client.Session.publish, chance, steps)  # type: ignore[method-assign]
    kept = record.Record(file if is_url(file) else Path(file), "diya/1", "sagar")
    one = recorder.Recorder(kept, BrokerAddress("127.0.0.1", int(port)), "diya/1", "sagar", Path.cwd(), retry_s=1.0)
    paho = one._connector.sessions._events._client
    acknowledge = mortal(paho.acknowledge, chance, steps * 4)

    def by_halves(numbers: Sequence[int]) -> bool:
        return all(acknowledge(half) for half in (numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]) if half)

    paho.acknowledge = by_halves  # type: ignore[method-assign]
    one.run(lambda: True)


if __name__ == "__main__":
    main(*sys.argv[1:])
