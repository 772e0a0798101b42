"""``select`` over virtual sockets.  asyncio's only way to wait is ``ipoll``: here time passes, and nowhere else."""

from _chip import idle, post
from hostops import INTEREST

POLLIN = 1
POLLPRI = 2
POLLOUT = 4
POLLERR = 8
POLLHUP = 16


class poll:
    def __init__(self):
        self._sockets = {}

    def register(self, sock, mask=POLLIN | POLLOUT):
        self._sockets[sock.number] = sock
        post(INTEREST, sock.number, mask)

    def modify(self, sock, mask):
        post(INTEREST, sock.number, mask)

    def unregister(self, sock):
        if self._sockets.pop(sock.number, None):
            post(INTEREST, sock.number, 0)

    def ipoll(self, timeout=-1, flags=0):
        # a task is due at once: whether a socket is ready can wait until the pole would otherwise idle
        ready = idle(timeout) if timeout else ()
        if not ready:
            return ()
        pairs = [(self._sockets.get(ready[i]), ready[i + 1]) for i in range(0, len(ready), 2)]
        return [pair for pair in pairs if pair[0] is not None]

    def poll(self, timeout=-1):
        return list(self.ipoll(timeout))
