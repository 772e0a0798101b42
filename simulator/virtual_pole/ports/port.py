"""The interfaces between a port and the pole."""

from __future__ import annotations

from typing import Protocol


class Listener(Protocol):
    """Gets notices of the host's end."""

    def connected(self) -> None: ...

    def received(self, data: bytes) -> float:
        """Bytes from the host; returns when the line has taken them all, before which no more should be read."""
        ...

    def host_baud(self, baud: int) -> None: ...

    def lines(self, dtr: bool | None = None, rts: bool | None = None) -> None: ...

    def disconnected(self) -> None: ...


class Port(Protocol):
    """One host at a time.

    ``has_lines``: does it carry DTR and RTS?  If not, ``pulse_s``: the time from the last answer to its closing by
    which a host that pulsed RTS to reset the chip is told from one that did not; 0 where nothing tells, as if all had.
    """

    has_lines: bool
    pulse_s: float

    @property
    def url(self) -> str:
        """What pyserial, esptool and mpremote take as a port."""
        ...

    def plug_in(self, listener: Listener) -> None:
        """The port is there from now on, where it was before."""
        ...

    def unplug(self) -> None:
        """The port is gone, for the host that has it open too."""
        ...

    def send(self, data: bytes) -> None:
        """Bytes to the host; lost when there is none."""
        ...
