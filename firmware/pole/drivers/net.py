"""Sockets on MicroPython: TCP streams and one UDP exchange, none of them ever blocking the control loop.

The one exception is the name look-up, which lwIP only offers blocking.
"""

import asyncio
import errno
import socket

from pole import aio


async def resolve(host):
    """The IPv4 address of *host* as text, asked anew each time.  Raises OSError when there is no answer."""
    return socket.getaddrinfo(host, 0, 0, socket.SOCK_STREAM)[0][-1][0]


async def connect(address, port, timeout_ms):
    """A Stream to *address*.  Raises OSError when it is refused or *timeout_ms* pass."""
    try:
        reader, _ = await aio.wait_ms(asyncio.open_connection(address, port), timeout_ms)
    except aio.TimeoutError:
        raise OSError(errno.ETIMEDOUT)
    return Stream(reader)


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


class Stream:
    """One TCP connection.  asyncio's own ``close`` leaves the socket open; this one closes it."""

    def __init__(self, stream):
        self._stream = stream
        self.readinto = stream.readinto
        self.write = stream.write
        self.drain = stream.drain

    def close(self):
        self._stream.s.close()
