"""Asks the time servers (SNTP) and the city for the time at intervals.  The clock judges the answers."""

from pole import const
from pole.runtime import aio
from pole.runtime.transient import unload
from pole.timekeeping.clock import NETWORK

ASKING = (
    "pole.timekeeping.sntp",
    "pole.timekeeping.city_time",
    "pole.wire.json_reader",
    "pole.security.hmac",
    "pole.wire.fields",
)

_PORT = const(123)
_TIMEOUT_MS = const(4000)
_RETRY_S = const(30)
# by then the city has answered, if it does (vote.py takes nothing later than 4 s), and the control task had its say
_DIGEST_MS = const(5000)


class NetworkTime:
    """Asks *settings*' ``time.host`` (several names or addresses with commas between) one after another, and the city.

    *on_answer(unix_ms, round_trip_ms, ticks, witness)* is called with each answer; the control task sets ``settled``.
    *addresses*: link/addresses.py.  *put(payload)* sends a question to the city, False where there is no connection.
    *on_message* gets messages that are not the city's answer.  *make_room()* is called before its answer is read.
    """

    def __init__(self, net, radio, settings, random, nonce, on_answer, addresses, put, on_message, make_room=None):
        self.settled = False
        self._net = net
        self._radio = radio
        self._addresses = addresses
        self._random = random
        self._on_message = on_message
        self._make_room = make_room
        self._wake = aio.Wake()
        # for sntp.py
        self.hosts = settings["time.host"].split(",")
        self.wait_s = 0  # for the next question to the servers while they do not answer; 0: they do
        self.due_at = -1  # ticks of that question, -1: at once
        # for city_time.py
        self.settings = settings
        self.nonce = nonce
        self.on_answer = on_answer
        self.put = put
        self.topic = ""  # where the city's answer comes to
        self.question = ""  # the nonce that it has not answered yet ...
        self.asked = -1  # ... and the ticks when it was sent

    def hurry(self):
        """Notes that a session began: the city may answer now."""
        if not self.settled:
            self._wake.set()

    async def run(self):
        """Never ends.  Until the clock is settled it asks after 30 s, 60 s and so on, then once an interval."""
        wait_ms = 2000
        while not self._radio.joined():
            self._wake.clear()
            await self._wake.wait(wait_ms)  # a session that begins ends it: the first answer may be long due
            wait_ms = min(3 * wait_ms, 60000)
        pause_s = _RETRY_S
        longest_s = self.settings["time.interval"]
        while True:
            self._wake.clear()
            if self._radio.joined():
                if self.due_at < 0 or aio.ticks_diff(self.due_at, aio.ticks_ms()) <= 0:
                    await self._ask()
                self._with_city(None)
                await aio.sleep_ms(_DIGEST_MS)
            if self.settled:
                pause_s = longest_s
            await self._wake.wait(pause_s * 750 + self._random.below(pause_s * 500))
            await aio.sleep_ms(1)  # what wakes in the very millisecond in which the wait ends counts, too
            pause_s = _RETRY_S if self._wake.is_set() or self.settled else min(2 * pause_s, longest_s)

    def heard(self, topic, payload, oversize):
        """Takes a message (the session's *on_message*)."""
        if topic != self.topic:
            self._on_message(topic, payload, oversize)
        elif self.question and payload:
            self._with_city(payload)

    def _with_city(self, payload):
        """Sends the city a question, or takes its answer *payload*."""
        if self._make_room:
            self._make_room()
        try:
            from pole.timekeeping.city_time import ask, take

            if payload:
                take(self, payload)
            else:
                ask(self)
        except MemoryError:
            pass  # it is asked again
        finally:
            unload(*ASKING)

    async def _ask(self):
        """One question to the first server."""
        host = self.hosts[0].strip()
        try:
            address = await self._addresses.resolve(host, _TIMEOUT_MS)
            nonce = self.nonce(8)
            if self._make_room:
                self._make_room()
            question = _with_sntp(lambda sntp: sntp.request(nonce))
            sent = aio.ticks_ms()
            self._addresses.answered(host, False)  # until it has answered
            answer = await self._net.exchange(address, _PORT, question, _TIMEOUT_MS)
            ticks = aio.ticks_ms()
            self._addresses.answered(host, True)
            unix_ms = _with_sntp(lambda sntp: sntp.parse(answer, nonce))
            self.due_at = -1
            self.wait_s = 0
            self.on_answer(unix_ms, aio.ticks_diff(ticks, sent), ticks, NETWORK)
        except (OSError, ValueError, MemoryError) as error:
            answered = isinstance(error, ValueError)
            _with_sntp(lambda sntp: sntp.put_off(self, self._random, answered))


def _with_sntp(work):
    """What *work* returns, called with the module ``sntp``: loaded for that, and unloaded before the task waits."""
    try:
        from pole.timekeeping import sntp

        return work(sntp)
    finally:
        unload(*ASKING)
