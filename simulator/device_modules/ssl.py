"""``ssl`` of the virtual chip: the virtual machine's own mbedTLS over a virtual socket, in the chip's memory and time.

mbedTLS reads the computer's clock; here certificates are also checked by the chip's own clock, as on an ESP32.
"""

import io
import struct

import tls
from _chip import call, post, read, read_into
from hostops import INTEREST, RECV, SECURE, SEND, STALL
from ops import RTC_GET, TLS_CLOSE, TLS_OPEN

PROTOCOL_TLS_CLIENT = tls.PROTOCOL_TLS_CLIENT
CERT_NONE = tls.CERT_NONE
CERT_REQUIRED = tls.CERT_REQUIRED

_STREAM_POLL = 3  # requests of MicroPython's stream protocol
_STREAM_CLOSE = 4
_EAGAIN = 11
_INVALID_DATE = -0x2400  # MBEDTLS_ERR_X509_INVALID_DATE

below = {}  # the Below of each SSL socket that is open, by the SSL socket's id


class SSLContext:
    def __init__(self, protocol):
        self.verify_mode = CERT_NONE  # as on an ESP32
        self._protocol = protocol
        self._authorities = []
        self._own = None

    def load_verify_locations(self, cafile=None, cadata=None):
        self._authorities.append(cadata)

    def load_cert_chain(self, certfile, keyfile):
        self._own = certfile, keyfile

    def wrap_socket(self, sock, *, server_side=False, do_handshake_on_connect=True, server_hostname=None):
        if do_handshake_on_connect:
            raise NotImplementedError("a handshake that blocks: the pole has none")
        answer = call(TLS_OPEN, sock.number)
        if answer < 0:
            raise OSError(-answer)
        if answer:
            call(STALL, sock.number)
        lower = Below(sock)
        sock.on_close = lower.closed
        if not call(SECURE):
            return sock
        context = tls.SSLContext(self._protocol)
        context.verify_mode = self.verify_mode
        context.verify_callback = _check_dates
        for authority in self._authorities:
            context.load_verify_locations(authority)
        if self._own:
            context.load_cert_chain(*self._own)
        upper = context.wrap_socket(lower, server_hostname=server_hostname, do_handshake_on_connect=False)
        lower.key = id(upper)
        below[lower.key] = lower
        return upper


class Below(io.IOBase):
    """A virtual socket for mbedTLS, with the calls of a stream written in C.

    ``events`` are those of the simulator's last answer, until they are handled.
    """

    def __init__(self, sock):
        self._sock = sock
        self.number = sock.number
        self.key = None
        self.events = 0
        self._wanted = 0

    def readinto(self, buffer):
        n = read_into(RECV, buffer, self.number, len(buffer))
        return None if n == -_EAGAIN else n

    def write(self, data):
        n = call(SEND, self.number, 0, data)
        return None if n == -_EAGAIN else n

    def ioctl(self, request, arg):
        if request == _STREAM_POLL:
            if arg != self._wanted:  # in a handshake it is mbedTLS that knows which way the bytes have to go next
                self.want(arg)
            return self.events & (arg | 8)
        if request == _STREAM_CLOSE:
            self._sock.close()
            return 0
        return -22

    def want(self, events):
        """Sets the events that the simulator reports; nothing once the socket is closed and its number used again."""
        if self.number is not None:
            self._wanted = events
            post(INTEREST, self.number, events)

    def closed(self):
        """Gives the memory back to the chip, after the socket was closed."""
        self.number = None
        below.pop(self.key, None)
        post(TLS_CLOSE)


def _check_dates(certificate, depth):
    """mbedTLS calls this for each certificate, in DER; 0 when it is valid at the time of the chip's own clock."""
    fields = struct.unpack("<HBBBBBBI", read(RTC_GET))
    now = "%04d%02d%02d%02d%02d%02dZ" % (fields[0], fields[1], fields[2], fields[4], fields[5], fields[6])
    _, at, _ = _element(certificate, 0)
    _, at, _ = _element(certificate, at)
    tag, _, end = _element(certificate, at)
    if tag == 0xA0:  # the version, which may be left out
        at = end
    for _ in range(3):  # serial number, algorithm, issuer
        _, _, at = _element(certificate, at)
    _, at, _ = _element(certificate, at)
    begin, at = _moment(certificate, at)
    end, _ = _moment(certificate, at)
    return 0 if begin <= now <= end else _INVALID_DATE


def _element(der, at):
    """Tag, begin and end of the content of the element at *at*."""
    tag, length = der[at], der[at + 1]
    at += 2
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(der[at : at + count], "big")
        at += count
    return tag, at, at + length


def _moment(der, at):
    """A time as yyyymmddhhmmssZ, and where it ends."""
    tag, begin, end = _element(der, at)
    text = str(der[begin:end], "ascii")
    if tag == 0x17:  # two digits of the year
        text = ("20" if text < "50" else "19") + text
    return text, end
