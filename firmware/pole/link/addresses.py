"""Name look-ups and a cache of addresses: on the chip a look-up blocks everything, so there are few of them.

lwIP gives up a name server that does not answer after 7 s, 14 s with two, and nothing else runs meanwhile.  So an
address that was found is kept until it fails three times in a row, and the old one is still used while no new one is
found; names that are not found wait up to a quarter of an hour for the next try; and no look-up begins when the light
has to change within 20 s, or is controlled by a photocell that is about to change between dark and light.  A host that
is given as an address is never looked up.
"""

from pole import const
from pole.runtime import aio

_PATIENCE = const(3)  # failures in a row of a known address
_FIRST_WAIT_S = const(15)
_LONGEST_WAIT_S = const(900)
QUIET_MS = const(20000)  # no look-up or handshake begins when the light has to change within this time
_CHECK_MS = const(1000)


class Addresses:
    """Looks names up on *net* and keeps the addresses; *ticks* is a callable.

    ``light_due`` (ticks) is when the lamp, or the decision about it, may change next; None: not known; -1: at any
    moment.
    """

    def __init__(self, net, ticks):
        self._net = net
        self._ticks = ticks
        self._known = {}  # name: [address or "", failures, s to wait, ticks of the next look-up, its problem]
        self.light_due = None

    async def quiet(self, ms):
        """Returns when the light has nothing to do within *ms*, so that a blocking call does not delay it."""
        while self.light_due is not None:
            if self.light_due >= 0 and not 0 <= aio.ticks_diff(self.light_due, self._ticks()) < ms:
                break
            await aio.sleep_ms(_CHECK_MS)

    async def resolve(self, host, timeout_ms):
        """The IPv4 address of *host* as text.  Raises OSError when there is none, or the next try is not due yet."""
        if host.replace(".", "").isdigit():
            return host
        entry = self._known.get(host)
        if entry is None:
            entry = self._known[host] = ["", _PATIENCE, 0, self._ticks(), ""]
        if entry[1] >= _PATIENCE and aio.ticks_diff(entry[3], self._ticks()) <= 0:
            await self.quiet(QUIET_MS)
            try:
                entry[0] = await aio.wait_ms(self._net.resolve(host), timeout_ms)
                entry[1] = entry[2] = 0
            except (OSError, aio.TimeoutError) as error:
                entry[4] = str(error) or "no address for " + host + " within %d s" % (timeout_ms // 1000)
                entry[2] = min(2 * entry[2] or _FIRST_WAIT_S, _LONGEST_WAIT_S)
                entry[3] = aio.ticks_add(self._ticks(), entry[2] * 1000)
        if not entry[0]:
            raise OSError(entry[4])
        return entry[0]

    def answered(self, host, well):
        """Notes whether what has the address of *host* answered (*well*)."""
        if host in self._known:
            self._known[host][1] = 0 if well else self._known[host][1] + 1
