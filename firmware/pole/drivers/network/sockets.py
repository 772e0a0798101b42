"""Sockets on MicroPython: TCP streams and one UDP exchange, none of them ever blocking the control loop.

The one exception is the name look-up, which lwIP only offers blocking.
"""

import asyncio
import errno
import socket
from asyncio import core  # type: ignore[attr-defined]

from pole.runtime import aio
from pole.runtime.transient import unload

SECURING = ("pole.drivers.network.tls", "pole.drivers.network.open_stream")


async def resolve(host):
    """The IPv4 address of *host* as text, looked up each time.  Raises OSError when there is no answer."""
    return socket.getaddrinfo(host, 0, 0, socket.SOCK_STREAM)[0][-1][0]


def set_time(unix):
    """Sets the chip's own clock (Unix s), which is used for the check of certificates only."""
    try:
        from pole.drivers.network import tls

        tls.set_time(unix)
        del tls
    finally:
        unload(*SECURING)


def shortage():
    """The end of a sentence on TLS that failed while the chip has too little memory left for it; else ""."""
    from pole.drivers.network import tls

    words = tls.shortage()
    del tls
    unload(*SECURING)
    return words


def connect(address, port, timeout_ms, secure=None):
    """To be awaited: a Stream to *address*.  Raises OSError when it is refused or *timeout_ms* pass.

    *secure* asks for TLS: (server name, CA, own certificate or None, its key or None), the last three as PEM.  The
    handshake then is a part of the first ``drain``.
    """
    try:
        from pole.drivers.network.open_stream import connected

        return connected(address, port, timeout_ms, secure)
    finally:  # a module that was loaded in part must not stay
        unload(*SECURING)


async def exchange(address, port, data, timeout_ms):
    """Sends one datagram and returns the first that comes back.  Raises OSError when none comes in *timeout_ms*."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.connect(socket.getaddrinfo(address, port)[0][-1])
        sock.send(data)
        return await aio.wait_ms(asyncio.StreamReader(sock).read(512), timeout_ms)
    except aio.TimeoutError:
        raise OSError(errno.ETIMEDOUT)
    finally:
        sock.close()


def readable(sock):
    yield core._io_queue.queue_read(sock)


def writable(sock):
    yield core._io_queue.queue_write(sock)


class Stream:
    """One TCP connection, or TLS over the socket *below*.

    ``write`` only leaves data for ``flush`` and ``drain``, which send it piece by piece: a TLS record that could not be
    sent whole must be given to mbedTLS again unchanged, which asyncio's own streams do not do.
    """

    def __init__(self, sock, below=None):
        self._sock = sock
        self._below = below
        self._unsent = []
        self.write = self._unsent.append

    async def readinto(self, buffer):
        """How many bytes came into *buffer*; 0 when the peer has closed.  Raises OSError."""
        while True:
            await readable(self._sock)
            count = self._sock.readinto(buffer)
            if count is not None:  # else it was half a record, or a part of the handshake
                return count

    def flush(self):
        """Sends what goes at once of what was written; whether that was all.  Raises OSError."""
        unsent = self._unsent
        while unsent:
            count = self._sock.write(unsent[0])
            if count is None:
                return False
            if count < len(unsent[0]):
                unsent[0] = memoryview(unsent[0])[count:]
            else:
                unsent.pop(0)
        return True

    async def drain(self):
        """Sends all that was written.  Raises OSError."""
        while not self.flush():
            await writable(self._sock)

    def close(self):
        """Closes the socket, which asyncio's own ``close`` would leave open.

        The one below too: after a failed handshake mbedTLS does not close it.
        """
        self._sock.close()
        if self._below:
            self._below.close()
