"""The serial line between host and chip: every byte takes ten bits' time, in both directions."""

from __future__ import annotations

from collections.abc import Callable

from simulator.virtual_pole.reactor import Reactor

CONSOLE_BAUD = 115200
_BITS = 10  # start, eight, stop
_PIECE_S = 0.02  # bytes are handed over in pieces of this much line time, and at the end of a frame
_TOLERANCE = 0.03  # how far the two ends' speeds may be apart
_NOISE_EVERY = 3001  # bytes, on a line that is driven faster than it can


class Line:
    """Hands bytes over when their last bit is through.

    *limit*: the line is never faster than this, at any baud rate of the two ends.  *noisy_above*: above this
    rate some bytes arrive damaged, as over many an adapter.  *cut_at*: after so many bytes to the chip ``cut`` is
    called.
    """

    def __init__(self, reactor: Reactor, limit: int | None, noisy_above: int | None, cut_at: int | None) -> None:
        self.to_chip: Callable[[bytes], None] = lambda _data: None
        self.to_host: Callable[[bytes], None] = lambda _data: None
        self.cut: Callable[[], None] = lambda: None
        self.baud: int | None = None  # the chip's; None: it takes the host's, as the loader in ROM does
        self.host_baud: int | None = None  # None: not known with this kind of port
        self.received = 0  # bytes that reached the chip
        self.last_byte_at = 0.0  # when the line was last in use, in either direction
        self._reactor = reactor
        self._limit = limit
        self._noisy_above = noisy_above
        self._cut_at = cut_at
        self._begun = 0  # bytes that left the host
        self._chip_has_all_at = 0.0
        self._host_has_all_at = 0.0
        self._cable: object | None = None  # the one that is plugged in

    @property
    def speed(self) -> int:
        """Baud, of the chip if it has one."""
        return self.baud or self.host_baud or CONSOLE_BAUD

    def _byte_s(self) -> float:
        speed = self.speed
        return _BITS / (speed if self._limit is None else min(speed, self._limit))

    def _garbled(self) -> bool:
        return self.baud is not None and self.host_baud is not None and abs(self.host_baud / self.baud - 1) > _TOLERANCE

    def plug_in(self) -> None:
        """There is a line from now on."""
        self._cable = object()
        if self._cut_at is not None and self._begun >= self._cut_at:
            self._cut_at = None  # only once

    def pull(self) -> None:
        """There is none; what was under way is lost."""
        self._cable = None

    def _later(self, at: float, action: Callable[[bytes], None], data: bytes) -> None:
        """*action* with *data* at the moment *at*, if it is still the same cable then."""
        cable = self._cable
        self._reactor.at(at, lambda: action(data) if self._cable is cable else None)

    def from_host(self, data: bytes) -> float:
        """Takes what the host sent; returns when all of it is through."""
        now = self._reactor.now()
        if self._cable is None or (self._cut_at is not None and self._begun >= self._cut_at):
            return now
        at = max(now, self._chip_has_all_at)
        byte_s = self._byte_s()
        step = max(16, int(_PIECE_S / byte_s))
        begin = 0
        if self._cut_at is not None and self._begun + len(data) > self._cut_at:
            data = data[: self._cut_at - self._begun]
        self._begun += len(data)
        while begin < len(data):
            end = data.find(b"\xc0", begin + 1, begin + step) + 1 or min(begin + step, len(data))
            at += (end - begin) * byte_s
            self._later(at, self._arrive, data[begin:end])
            begin = end
        self._chip_has_all_at = at
        if self._cut_at is not None and self._begun >= self._cut_at:
            self._later(at, lambda _data: self.cut(), b"")
        return at

    def _arrive(self, piece: bytes) -> None:
        before = self.received
        self.received += len(piece)
        self.last_byte_at = self._reactor.now()
        if self._garbled():
            return
        if self._noisy_above is not None and self.speed > self._noisy_above:
            hit = -before % _NOISE_EVERY
            if hit < len(piece):
                piece = piece[:hit] + bytes([piece[hit] ^ 0x10]) + piece[hit + 1 :]
        self.to_chip(piece)

    def from_chip(self, data: bytes) -> float:
        """Takes what the chip sends; returns when all of it is through."""
        if self._cable is None or self._garbled():
            return self._reactor.now()
        at = max(self._reactor.now(), self._host_has_all_at)
        byte_s = self._byte_s()
        step = max(16, int(_PIECE_S / byte_s))
        for begin in range(0, len(data), step):
            piece = data[begin : begin + step]
            at += len(piece) * byte_s
            self._later(at, self._leave, piece)
        self._host_has_all_at = at
        return at

    def _leave(self, piece: bytes) -> None:
        self.last_byte_at = self._reactor.now()
        self.to_host(piece)
