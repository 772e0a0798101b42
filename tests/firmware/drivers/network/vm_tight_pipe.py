"""TLS through a pipe that takes a few bytes at a time: ``micropython vm_tight_pipe.py CA CERTIFICATE KEY``, PEM files.

The pole's own Stream at one end, mbedTLS as a server at the other, which sends everything back.  Prints how many bytes
came back as they went out, and how often the pipe was full.
"""

import asyncio
import io
import ssl
import sys


class Machine:
    """The unix port's lacks the chip's clock."""


sys.modules["machine"] = Machine

from pole.drivers.network import sockets, tls  # noqa: E402
from pole.runtime.lcg import Lcg  # noqa: E402

ROOM = 190  # bytes
full = [0]


class End(io.IOBase):
    """One end of a pipe; *out* and *into* are what is on its way."""

    def __init__(self, out, into):
        self.out = out
        self.into = into

    def readinto(self, buffer):
        n = min(len(buffer), len(self.into))
        buffer[:n] = self.into[:n]
        self.into[:] = self.into[n:]
        return n or None

    def write(self, data):
        n = min(len(data), ROOM - len(self.out))
        self.out += data[:n]
        full[0] += n < len(data)
        return n or None

    def ioctl(self, request, arg):
        if request == 3:
            return arg & ((1 if self.into else 0) | (4 if len(self.out) < ROOM else 0))
        return 0

    def close(self):
        pass


def content(name):
    with open(name, "rb") as file:
        return file.read()


async def serve(stream, total):
    buffer = bytearray(500)
    while total:
        count = await stream.readinto(buffer)
        total -= count
        stream.write(bytes(buffer[:count]))
        await stream.drain()


async def main(ca, certificate, key):
    there, back = bytearray(), bytearray()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls._blocks(content(certificate), b"CERTIFICATE")[0], tls._blocks(content(key), b"KEY")[0])
    server = sockets.Stream(context.wrap_socket(End(back, there), server_side=True, do_handshake_on_connect=False))
    pole = sockets.Stream(tls.wrapped(End(there, back), ("broker.example", content(ca), None, None)))
    random = Lcg(7)
    pieces = [bytes([random.below(256)]) * (1 + random.below(5000)) for _ in range(16)]
    sent = b"".join(pieces)
    task = asyncio.create_task(serve(server, len(sent)))

    async def send():
        while pieces:
            for _ in range(min(1 + random.below(4), len(pieces))):
                pole.write(pieces.pop(0))
            await pole.drain()

    sender = asyncio.create_task(send())
    came = bytearray()
    buffer = bytearray(300)
    while len(came) < len(sent):
        came += buffer[: await pole.readinto(buffer)]
    await sender
    await task
    pole.close()
    print(len(sent) if came == sent else "not what was sent", full[0])


asyncio.run(main(*sys.argv[1:]))
