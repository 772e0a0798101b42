"""A pole's console under CPython: what a laptop types, in lines."""

from __future__ import annotations

import asyncio

LONGEST = 240  # bytes of a line, as in pole/drivers/chip/console.py


class TypedLines:
    """Stands in for ``pole/drivers/chip/console.py``; what the pole prints goes where all that it prints goes."""

    def __init__(self) -> None:
        self._typed = b""
        self._more = asyncio.Event()

    def type(self, data: bytes) -> None:
        """*data* comes in; the pole sees it with its next step."""
        self._typed += data.replace(b"\r", b"\n")
        if b"\n" in self._typed:
            self._more.set()

    async def line(self) -> bytes:
        """The next line that is not empty, without its end."""
        while True:
            line, end, rest = self._typed.partition(b"\n")
            if end:
                self._typed = rest
                if line:
                    return line[:LONGEST]
            else:
                self._more.clear()
                await self._more.wait()

    def write(self, text: str) -> None:
        """Prints *text* as a line of its own."""
        print(text)
