"""A pole as the store has it, for what is rolled out."""

from __future__ import annotations

from dataclasses import dataclass

from host_tools.wire.from_pole import App


@dataclass(frozen=True)
class Pole:
    """Its key in the store, whether it is online, what is retained for it, and what its birth says.

    *version* is None where it was never born.  *app*: the software that it runs, None where it does not say.
    *image*: its MicroPython, None where it was never sent one.
    """

    id: int
    online: bool | None
    nonce: str
    version: int | None
    digest: str
    n: int | None
    payload: str
    board: str = ""
    app: App | None = None
    image: App | None = None
