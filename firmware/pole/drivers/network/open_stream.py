"""Opens the connection to the broker.  Only loaded for that: before the connection the chip has memory enough."""

import errno
import socket

from pole.drivers.network.sockets import SECURING, Stream, writable
from pole.runtime import aio
from pole.runtime.transient import unload


async def connected(address, port, timeout_ms, secure):
    """As ``net.connect``."""
    sock = socket.socket()
    try:
        sock.setblocking(False)
        try:
            sock.connect(socket.getaddrinfo(address, port)[0][-1])
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise
        await aio.wait_ms(writable(sock), timeout_ms)
        if not secure:
            return Stream(sock)
        from pole.drivers.network import tls

        return Stream(tls.wrapped(sock, secure), sock)
    except aio.TimeoutError:
        sock.close()
        raise OSError(errno.ETIMEDOUT)
    except BaseException:  # also when cancelled: no one else holds the socket, so it is closed here
        sock.close()
        raise
    finally:
        unload(*SECURING)
