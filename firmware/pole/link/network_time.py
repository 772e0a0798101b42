"""Asks a time server (SNTP) now and then.  What an answer is worth, the clock decides."""

from pole import aio, const
from pole.modules import unload

ASKING = ("pole.link.sntp",)

_PORT = const(123)
_TIMEOUT_MS = const(4000)
_RETRY_S = const(30)
_DIGEST_MS = const(100)  # until the control task has had its say about an answer


class NetworkTime:
    """*on_answer(unix_ms, round_trip_ms, ticks)* is called with each answer; the clock's owner sets ``settled``."""

    def __init__(self, net, radio, settings, random, nonce, on_answer):
        self.settled = False
        self._net = net
        self._radio = radio
        self._host = settings["time.host"]
        self._interval_s = settings["time.interval"]
        self._random = random
        self._nonce = nonce
        self._on_answer = on_answer

    async def run(self):
        """Never ends.  Until the clock is settled it asks twice a minute, then once an interval, spread over time."""
        while True:
            if self._radio.joined():
                try:
                    await self._ask()
                    await aio.sleep_ms(_DIGEST_MS)
                except (OSError, ValueError, MemoryError):
                    pass  # no answer, or a bad one: the next may be better, and the clock's error bound grows meanwhile
            pause_s = self._interval_s if self.settled else _RETRY_S
            await aio.sleep_ms(pause_s * 750 + self._random.below(pause_s * 500))

    async def _ask(self):
        try:
            address = await aio.wait_ms(self._net.resolve(self._host), _TIMEOUT_MS)
        except aio.TimeoutError:
            return
        nonce = self._nonce(8)
        question = _with_sntp(lambda sntp: sntp.request(nonce))
        sent = aio.ticks_ms()
        answer = await self._net.exchange(address, _PORT, question, _TIMEOUT_MS)
        ticks = aio.ticks_ms()
        unix_ms = _with_sntp(lambda sntp: sntp.parse(answer, nonce))
        self._on_answer(unix_ms, aio.ticks_diff(ticks, sent), ticks)


def _with_sntp(work):
    """What *work* returns, called with the module ``sntp``: loaded for that, and forgotten before anybody waits."""
    try:
        from pole.link import sntp

        return work(sntp)
    finally:
        unload(*ASKING)
