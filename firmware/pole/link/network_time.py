"""Asks the time servers (SNTP) and the city for the time, now and then.  What an answer is worth, the clock decides."""

from pole import aio, const, contract
from pole.clock import CITY, NETWORK
from pole.modules import unload

ASKING = ("pole.link.sntp", "pole.link.city_time", "pole.link.json_reader", "pole.link.hmac", "pole.link.utf8")

_PORT = const(123)
_TIMEOUT_MS = const(4000)
_RETRY_S = const(30)
_DIGEST_MS = const(100)  # until the control task has had its say about an answer
_JOIN_MS = const(2000)  # between two looks whether Wi-Fi is up, and three times as long each time, up to a minute
_LONGEST_S = const(7200)  # between two questions to servers that do not answer


class NetworkTime:
    """Asks *settings*' ``time.host`` (several names or addresses with commas between) one after another, and the city.

    *on_answer(unix_ms, round_trip_ms, ticks, witness)* is called with each answer; the clock's owner sets ``settled``.
    *names*: link/names.py.  *post(payload)* sends a question to the city, False where there is no connection.
    *on_message* gets what is no answer of the city's.  ``hurry()`` has the next question asked at once.
    """

    def __init__(self, net, radio, settings, random, nonce, on_answer, names, post, on_message):
        self.settled = False
        self._net = net
        self._radio = radio
        self._names = names
        self._hosts = [host.strip() for host in settings["time.host"].split(",") if host.strip()]
        self._interval_s = settings["time.interval"]
        self._random = random
        self._nonce = nonce
        self._on_answer = on_answer
        self._post = post
        self._on_message = on_message
        pole = settings["pole"]
        self._key = settings["keys"].get(pole)
        self._keyed = bool(settings["keys"])
        self._topic = contract.topic(settings["link.root"], settings["site"], pole, contract.TIME_ANSWER)
        self._question = ""  # the nonce that the city has not answered yet ...
        self._asked = aio.ticks_ms()  # ... and the ticks when it was sent
        self._server_s = 0  # seconds between two questions to the servers while they do not answer; 0: they do
        self._server_at = None  # ticks of the next one, None: at once
        self._wake = aio.Wake()

    def hurry(self):
        """A session began: the city may answer now."""
        if not self.settled:
            self._wake.set()

    async def run(self):
        """Never ends.  Until the clock is settled it asks after 30 s, 60 s and so on, then once an interval."""
        wait_ms = _JOIN_MS
        while not self._radio.joined():
            await aio.sleep_ms(wait_ms)
            wait_ms = min(3 * wait_ms, 2 * _RETRY_S * 1000)
        pause_s = _RETRY_S
        while True:
            if self._radio.joined():
                await self._ask_servers()
                self._ask_city()
                await aio.sleep_ms(_DIGEST_MS)
            pause_s = self._interval_s if self.settled else min(pause_s, self._interval_s)
            await self._wake.wait(pause_s * 750 + self._random.below(pause_s * 500))
            await aio.sleep_ms(1)  # what wakes in the very millisecond in which the wait ends counts, too
            if self._wake.is_set() or self.settled:
                pause_s = _RETRY_S
            else:
                pause_s = min(2 * pause_s, self._interval_s)
            self._wake.clear()

    def heard(self, topic, payload, oversize):
        """A message came (the session's *on_message*)."""
        if topic != self._topic:
            self._on_message(topic, payload, oversize)
            return
        ticks = aio.ticks_ms()
        nonce, self._question = self._question, ""
        if not nonce or payload is None or (self._keyed and not self._key):
            return
        try:
            from pole.link import city_time

            unix_ms = city_time.parse(topic, payload, nonce, self._key)
        except (ValueError, MemoryError):
            self._question = nonce  # not from the city: its answer may still come
            return
        finally:
            unload(*ASKING)
        self._on_answer(unix_ms, aio.ticks_diff(ticks, self._asked), ticks, CITY)

    def _ask_city(self):
        if self._keyed and not self._key:
            return  # a shared key proves nothing: whoever has it could set the pole's time
        nonce = "".join(["%02x" % byte for byte in self._nonce(8)])
        fields = {"v": contract.VERSION, "nonce": nonce}
        self._asked = aio.ticks_ms()
        self._question = nonce if self._post(contract.encode(contract.FIELDS[contract.TIME], fields)) else ""

    async def _ask_servers(self):
        """One question to the first server; where it does not answer, the next one is first."""
        if not self._hosts or (self._server_at is not None and aio.ticks_diff(self._server_at, aio.ticks_ms()) > 0):
            return
        self._server_at = None
        try:
            await self._ask(self._hosts[0])
            self._server_s = 0
        except (OSError, ValueError, MemoryError):
            # no answer, or a bad one, such as the kiss of death: less and less often, as RFC 4330 wants it
            self._hosts.append(self._hosts.pop(0))
            self._server_s = min(2 * self._server_s or _RETRY_S, _LONGEST_S)
            wait_s = self._server_s // len(self._hosts)
            self._server_at = aio.ticks_add(aio.ticks_ms(), wait_s * 750 + self._random.below(wait_s * 500 + 1))

    async def _ask(self, host):
        address = await self._names.resolve(host, _TIMEOUT_MS)
        nonce = self._nonce(8)
        question = _with_sntp(lambda sntp: sntp.request(nonce))
        sent = aio.ticks_ms()
        try:
            answer = await self._net.exchange(address, _PORT, question, _TIMEOUT_MS)
        except OSError:
            self._names.note(host, False)
            raise
        ticks = aio.ticks_ms()
        self._names.note(host, True)
        unix_ms = _with_sntp(lambda sntp: sntp.parse(answer, nonce))
        self._on_answer(unix_ms, aio.ticks_diff(ticks, sent), ticks, NETWORK)


def _with_sntp(work):
    """What *work* returns, called with the module ``sntp``: loaded for that, and forgotten before anybody waits."""
    try:
        from pole.link import sntp

        return work(sntp)
    finally:
        unload(*ASKING)
