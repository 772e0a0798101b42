"""Numbers of the calls between a pole's virtual machine and the simulator that are not pins and buses: waiting,
sockets, measuring.  Shared by both ends (the pins and buses are in ``ops``)."""

# a: milliseconds to wait at most, -1 for no limit, b: 1 when no socket ends the wait (where it can be in real time);
# answers the ticks now, data: ready (socket, events) pairs
IDLE = 100
TICKS = 101  # answers the ticks now

RESOLVE = 110  # data: a host name; answers 0 and the address as text, or -errno
SOCKETS = 16  # at most, as in lwIP on an ESP32; numbered from 0
SOCKET = 111  # a: SOCK_STREAM or SOCK_DGRAM; answers the socket's number
CONNECT = 112  # a: socket, b: port, data: address; answers 0 or -errno
SEND = 113  # a: socket, data; answers how many bytes were taken, or -errno
RECV = 114  # a: socket, b: at most; answers the length (0: closed by the peer) and the bytes, or -errno
CLOSE = 115  # a: socket
INTEREST = 116  # a: socket, b: POLLIN | POLLOUT wanted, 0 for none
STALL = 118  # a: socket, which carries nothing from now on: the chip has no memory for what goes through it
SECURE = 117  # answers 1 where TLS is spoken over sockets, 0 where the network is a model that has no use for it

FAILED = 120  # data: what main.py says of an exception that ended the app
HEAP = 121  # a: highest heap in use so far, b: live heap after the last collection, bytes
INTERRUPT = 122  # a: the byte on the console that is a KeyboardInterrupt, -1 for none
SOFT_RESET = 123  # a: 1 when the raw REPL asked for it; the machine ends with this

CONSOLE = 255  # the number of a socket that is none, in what IDLE answers: something was typed
