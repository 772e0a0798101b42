"""TLS over a TCP socket, for the link to the broker.  Only imported where the link is secure.

mbedTLS takes 28 KB from the chip, not from Python's heap, and gives them back when the stream is closed; lwIP takes up
to 12 KB, and the handshake some 10 KB while it lasts.  drivers/chip/heap.py keeps them free.  The handshake has no
call of its own: it goes on with each read and each write, and never blocks.
"""

import gc
import ssl
from binascii import a2b_base64

import machine

from pole import const
from pole.runtime.transient import unload

_LEAST = const(6144)  # bytes that the chip has free in a working session; with 1,208 the handshake stopped


def set_time(unix):
    """Sets the chip's own clock (Unix s)."""
    from pole.timekeeping import dates

    year, month, day = dates.civil(unix // dates.DAY - dates.UNIX_DAYS)
    seconds = unix % dates.DAY
    machine.RTC().datetime((year, month, day, 0, seconds // 3600, seconds // 60 % 60, seconds % 60, 0))
    unload("pole.timekeeping.dates")


def _blocks(pem, kind):
    """The content between the BEGIN and END lines of *kind*: not every build of MicroPython can read PEM."""
    parts = pem.split(b"-----")
    return [a2b_base64(parts[i + 1]) for i in range(1, len(parts), 4) if parts[i].endswith(kind)]


def shortage():
    """As ``net.shortage``."""
    try:
        from esp32 import HEAP_DATA, idf_heap_info
    except ImportError:
        return ""  # the port does not report it
    free = sum([region[1] for region in idf_heap_info(HEAP_DATA)])
    return "" if free >= _LEAST else "; the chip has but %d bytes of memory left, too few for TLS" % free


def wrapped(sock, secure):
    """TLS over *sock*, which is connected; *secure* as for ``net.connect``.

    Raises OSError where the chip has no memory for it, ValueError for what is no certificate.  Reading and writing
    raise ValueError with mbedTLS's text when the peer's certificate is not accepted.
    """
    name, ca, certificate, key = secure
    gc.collect()  # the last session's certificates
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED  # type: ignore[attr-defined]
    for authority in _blocks(ca, b"CERTIFICATE"):
        context.load_verify_locations(cadata=authority)
    if certificate:
        context.load_cert_chain(_blocks(certificate, b"CERTIFICATE")[0], _blocks(key, b"PRIVATE KEY")[0])
    return context.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
