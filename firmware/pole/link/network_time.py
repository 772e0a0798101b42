"""Asks a time server (SNTP) now and then.  What an answer is worth, the clock decides."""

from pole import aio
from pole.link import sntp

PORT = 123
TIMEOUT_MS = 4000
RETRY_S = 30


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
                except (OSError, ValueError):
                    pass  # no answer, or a bad one: the next may be better, and the clock's error bound grows meanwhile
            pause_s = self._interval_s if self.settled else RETRY_S
            await aio.sleep_ms(pause_s * 750 + self._random.below(pause_s * 500))

    async def _ask(self):
        try:
            address = await aio.wait_ms(self._net.resolve(self._host), TIMEOUT_MS)
        except aio.TimeoutError:
            return
        nonce = self._nonce(8)
        sent = aio.ticks_ms()
        answer = await self._net.exchange(address, PORT, sntp.request(nonce), TIMEOUT_MS)
        ticks = aio.ticks_ms()
        self._on_answer(sntp.parse(answer, nonce), aio.ticks_diff(ticks, sent), ticks)
