"""``select`` over virtual sockets.  asyncio's only way to wait is ``ipoll``: here time passes, and nowhere else.

Sockets with TLS are mbedTLS's own objects: only the machine's own ``poll`` can ask them, which it does before time
passes (bytes may have come already, in the same record) and after.  The console is the machine's own standard input,
which is asked when the simulator has said that something was typed.
"""

import _chip
import uselect
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
        self._secure = {}  # what is below each socket with TLS, by that socket's id
        self._machine = None
        self._console = None

    def register(self, sock, mask=POLLIN | POLLOUT):
        if hasattr(sock, "number"):
            self._sockets[sock.number] = sock
            post(INTEREST, sock.number, mask)
        elif hasattr(sock, "fileno"):
            self._console = self._console or uselect.poll()
            self._console.register(sock, mask)
            _chip.typed = True  # maybe before any task waited for it
        else:
            self._secure[id(sock)] = _below(sock)
            self._machine = self._machine or uselect.poll()
            self._machine.register(sock, mask)

    def modify(self, sock, mask):
        if hasattr(sock, "number"):
            post(INTEREST, sock.number, mask)
        elif hasattr(sock, "fileno"):
            self._console.modify(sock, mask)
            _chip.typed = True
        else:
            self._machine.modify(sock, mask)

    def unregister(self, sock):
        if hasattr(sock, "number"):
            if self._sockets.pop(sock.number, None):
                post(INTEREST, sock.number, 0)
        elif hasattr(sock, "fileno"):
            self._console.unregister(sock)
        else:
            self._machine.unregister(sock)
            below = self._secure.pop(id(sock), None)
            if below:
                below.want(0)

    def ipoll(self, timeout=-1, flags=0):
        # a task is due at once: whether a socket is ready can wait until the pole would otherwise idle
        # (but a program that waits for the console alone polls it, and never idles)
        if self._console and (_chip.typed or not (timeout or self._sockets or self._secure)):
            found = self._typed()
            if found:
                return found
        if not timeout:
            return ()
        found = self._machine.poll(0) if self._secure else ()
        if found:
            return found
        ready = idle(timeout)
        if self._console and _chip.typed:
            return self._pairs(ready, self._typed())
        return self._pairs(ready, ()) if ready else ()

    def _pairs(self, ready, typed):
        if not ready:
            return typed
        pairs = list(typed)
        for i in range(0, len(ready), 2):
            if ready[i] in self._sockets:
                pairs.append((self._sockets[ready[i]], ready[i + 1]))
            for below in self._secure.values():
                if below.number == ready[i]:
                    below.events = ready[i + 1]
        if self._secure:
            pairs += self._machine.poll(0)
            for below in self._secure.values():
                below.events = 0
        return pairs

    def _typed(self):
        found = self._console.poll(0)
        if not found:
            _chip.typed = False
        return found

    def poll(self, timeout=-1):
        return list(self.ipoll(timeout))


def _below(sock):
    import ssl

    return ssl.below[id(sock)]
