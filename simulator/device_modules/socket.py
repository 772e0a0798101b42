"""``socket`` of the virtual chip: the bytes go to the simulator, which carries them to a broker or models one."""

from _chip import call, read, read_into
from hostops import CLOSE, CONNECT, RECV, RESOLVE, SEND, SOCKET

AF_INET = 2
SOCK_STREAM = 1
SOCK_DGRAM = 2
IPPROTO_TCP = 6
IPPROTO_UDP = 17
SOL_SOCKET = 1
SO_REUSEADDR = 4
_EAGAIN = 11


def getaddrinfo(host, port, family=0, kind=0, proto=0, flags=0):
    """As on an ESP32: blocking, and one IPv4 address as a tuple.  Raises OSError when the name has no answer."""
    address = read(RESOLVE, 0, 0, host.encode()).decode()
    return [(AF_INET, kind or SOCK_STREAM, proto, "", (address, port))]


class socket:
    def __init__(self, family=AF_INET, kind=SOCK_STREAM, proto=0):
        self.number = _checked(call(SOCKET, kind))
        self.on_close = None

    def setblocking(self, flag):
        if flag:
            raise NotImplementedError("a blocking socket: the pole has none")

    def setsockopt(self, level, option, value):
        pass

    def connect(self, address):
        _checked(call(CONNECT, self.number, address[1], address[0].encode()))

    def send(self, data):
        return _checked(call(SEND, self.number, 0, data))

    def write(self, data):
        n = call(SEND, self.number, 0, data)
        return None if n == -_EAGAIN else _checked(n)

    def recv(self, n):
        return read(RECV, self.number, n)

    def read(self, n=512):
        try:
            return read(RECV, self.number, n)
        except OSError as error:
            if error.errno == _EAGAIN:
                return None
            raise

    def readinto(self, buffer, n=-1):
        n = read_into(RECV, buffer, self.number, len(buffer) if n < 0 else n)
        return None if n == -_EAGAIN else _checked(n)

    def close(self):
        call(CLOSE, self.number)
        on_close, self.on_close = self.on_close, None
        if on_close:
            on_close()


def _checked(value):
    if value < 0:
        raise OSError(-value)
    return value
