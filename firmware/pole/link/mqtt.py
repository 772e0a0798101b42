"""One MQTT session over one stream, from CONNECT to the first failure.

Two tasks: the reader takes packets as they come, and the task that runs ``open`` and ``serve`` does all the writing.
What the reader leaves behind (a PUBACK, a failure, an identifier to acknowledge) the writer sees from the next
millisecond on, so the bytes on the wire do not depend on which of the two runs first (see ``mailbox``).

A session ends in five ways, which the caller need not distinguish: the peer closes or resets, it violates MQTT, it
refuses, it is silent for ``link.timeout`` after a ping (see ``keepalive``), or it accepts no more data.  ``open`` and
``serve`` then raise OSError with a sentence that says why.
"""

from pole import const
from pole.link import keepalive, packets
from pole.link.mailbox import Mailbox
from pole.link.opening import with_connect
from pole.runtime import aio
from pole.wire.contract import IN_FLIGHT

_STABLE_MS = const(60000)  # a session that lasted this long counts as good
_UNACKNOWLEDGED = const(6)  # a PUBACK may take this many time-outs: then the broker is stuck, not only slow
_LATER_MS = const(10)  # until there may be room again: nothing is read meanwhile, so TCP holds the broker back
_PATIENCE = const(100)  # times at most for one message


class Client:
    """A session on *stream*, which this closes in the end.

    *settings*: ``link.keepalive`` s, ``link.timeout`` s, ``link.user``, ``link.secret``.  *names*: the Session, which
    has the pole's names and topics.  *decoder*: a ``packets.Decoder``, passed in so that its buffer is used again.
    *on_message(topic, payload, oversize)* is called for each message; payload is bytes or a bytearray, None when
    oversize.  Where it returns False it is called again, for a second, then with "" as the topic: a message is dropped.
    While more messages came than can be kept and acknowledged nothing is read, so that the broker has to stop sending.
    """

    def __init__(self, stream, settings, names, decoder, outbox, ticks, on_message):
        self.refused = ()  # filters the broker did not grant
        self.stable = False  # lasted _STABLE_MS
        self._stream = stream
        self._settings = settings
        self._names = names
        self._outbox = outbox
        self._ticks = ticks
        self._on_message = on_message
        self._timeout_ms = settings["link.timeout"] * 1000
        self._decoder = decoder
        decoder.reset()
        self._acks = Mailbox(IN_FLIGHT)
        self._reader = None
        self._opened_at = ticks()
        self._keepalive = keepalive.Keepalive(settings["link.keepalive"] * 1000, self._timeout_ms, self._opened_at)
        self._failure = ""
        self._failed_at = 0
        self._awaited = "CONNECT"  # what has to be answered before anything else, "" once it is
        self._asked_for = ()  # filters of the SUBSCRIBE on its way
        self._asked_id = 0
        self._piece = ""  # the topic that is subscribed to beside the filters
        self._asks = names.asks

    async def open(self):
        """CONNECT and SUBSCRIBE, and wait for both answers.  Raises OSError."""
        settings, names = self._settings, self._names
        self._reader = aio.create_task(self._read())
        who = (names.client, settings["link.keepalive"], settings["link.user"], settings["link.secret"])
        self._write(with_connect(lambda connect: connect.connect(*who, names.topics["presence"], names.will)))
        await self._answer()
        self._awaited = "SUBSCRIBE"
        self._subscribe(names.filters)
        await self._answer()

    async def serve(self):
        """Sends what waits in the outbox and keeps the session alive.  Returns only by raising OSError."""
        wake = self._outbox.wake
        wake.set()
        while True:
            if wake.is_set():
                wake.clear()
                set_at = self._ticks()
                while self._ticks() == set_at:  # the record that set it has a stamp of this millisecond
                    await aio.sleep_ms(1)
            else:
                now = self._ticks()
                await wake.wait(min(self._keepalive.idle_ms(now), self._outbox.idle_ms(now)))
            now = self._ticks()
            self.stable = self.stable or aio.ticks_diff(now, self._opened_at) >= _STABLE_MS
            if self._failure and self._failed_at != now:
                raise OSError(self._failure)
            if self._send_due(now):
                await self._drain()

    def close(self):
        """Ends the reader and closes the stream.  Sends no DISCONNECT, so that the broker publishes the will."""
        if self._reader:
            self._reader.cancel()
        self._stream.close()

    # ---- the writer

    def _send_due(self, now):
        """Writes all that is due; whether it was anything."""
        written = False
        while True:
            packet_id = self._acks.take(now)
            if packet_id is None:
                break
            written = self._write(packets.puback(packet_id))
        while True:
            record = self._outbox.take()
            if record is None:
                break
            topic = self._names.topics[record.kind]
            payload = record.payload.encode()
            written = self._write(packets.publish(topic, payload, record.retain, record.packet_id, record.dup))
        if self._names.asks != self._asks or self._names.asked != self._piece:
            written = self._exchange()
        return self._keep_alive(now) or written

    def _exchange(self):
        """Subscribes to what is asked for (``Session.ask``), instead of what was before."""
        names = self._names
        self._asks = names.asks
        for kind, topic, rest in ((0xA2, self._piece, b""), (0x82, names.asked, b"\x01")):
            if topic and (rest or topic != names.asked):  # 3.8, 3.10
                number = packets.number(self._outbox.next_id())
                self._write(packets.packet(kind, (number, packets.field(topic.encode()), rest)))
        self._piece = names.asked
        return True

    def _keep_alive(self, now):
        """Pings when it is time; whether it did."""
        due = self._keepalive.due(now)
        if due == keepalive.DEAD:
            self._fail(self._silent("a ping"))
        if due != keepalive.PING:
            return False
        oldest = self._outbox.oldest()
        if oldest and aio.ticks_diff(now, oldest.written) > self._timeout_ms * _UNACKNOWLEDGED:
            self._fail("the broker answers pings but has not acknowledged a message")
            return False
        self._keepalive.pinged(now)
        self._write(packets.PINGREQ)
        if self.refused and not self._asked_for:
            self._subscribe(self.refused)  # the broker's access control list may have been corrected
        return True

    def _subscribe(self, filters):
        self._asked_for = filters
        self._asked_id = self._outbox.next_id()
        self._write(with_connect(lambda connect: connect.subscribe(self._asked_id, filters)))

    def _write(self, data):
        try:
            self._stream.write(data)
        except OSError as error:
            self._broken(error)
        self._keepalive.sent(self._ticks())
        return True

    async def _drain(self):
        try:
            if not self._stream.flush():  # as it almost always does; waiting takes memory
                await aio.wait_ms(self._stream.drain(), self._timeout_ms)
        except aio.TimeoutError:
            self._fail("the broker took no data for %d s" % self._settings["link.timeout"])
        except OSError as error:
            self._broken(error)

    async def _answer(self):
        """Waits until what is awaited has come.  Raises OSError."""
        await self._drain()
        deadline = aio.ticks_add(self._ticks(), self._timeout_ms)
        while True:
            left = aio.ticks_diff(deadline, self._ticks())
            if left <= 0:
                raise OSError(self._silent(self._awaited))
            if not self._awaited:
                return
            if self._failure:
                raise OSError(self._failure)
            self._outbox.wake.clear()
            await self._outbox.wake.wait(left)

    def _silent(self, request):
        return "the broker did not answer %s within %d s" % (request, self._settings["link.timeout"])

    # ---- the reader

    async def _read(self):
        decoder = self._decoder
        try:
            while True:
                count = await self._stream.readinto(decoder.space())
                if not count:
                    self._fail("the broker closed the connection")
                    return
                self._keepalive.heard(self._ticks())
                decoder.filled(count)
                kind = decoder.next()
                while kind:
                    if kind == packets.PUBLISH and self._awaited != "CONNECT":
                        await self._message()
                    else:
                        self._received(kind)
                    kind = decoder.next()
        except OSError as error:
            self._broken(error)
        except Exception as error:  # any error caused by a message ends this session and nothing else
            self._fail(str(error) or type(error).__name__)

    async def _message(self):
        """Hands a message on when there is room for it and for its acknowledgement."""
        decoder = self._decoder
        left = _PATIENCE
        while self._on_message(decoder.topic, decoder.payload, decoder.payload is None) is False:
            await aio.sleep_ms(_LATER_MS)
            left -= 1
            if not left:
                self._on_message("", None, False)
                break
        decoder.payload = None  # it may be large
        if decoder.qos:
            while not self._acks.put(decoder.packet_id, self._ticks()):
                await aio.sleep_ms(_LATER_MS)
            self._outbox.wake.set()

    def _received(self, kind):
        decoder = self._decoder
        code = decoder.code
        if kind == packets.CONNACK:
            if self._awaited != "CONNECT":
                raise packets.PacketError(packets.TWICE)
            if code:
                raise ValueError(with_connect(lambda connect: connect.refusal(code)))
            self._awaited = ""
            self._outbox.wake.set()
        elif self._awaited == "CONNECT":
            raise packets.PacketError(packets.EARLY, kind)
        elif kind == packets.PUBACK:
            self._outbox.acknowledge(decoder.packet_id)
        elif kind == packets.SUBACK and (decoder.packet_id == self._asked_id or not self._names.asks):
            self._suback(decoder.packet_id, decoder.payload)

    def _suback(self, packet_id, codes):
        filters = self._asked_for
        if packet_id != self._asked_id or len(codes) != len(filters):
            raise packets.PacketError(packets.OTHER)
        refused = []
        for place in range(len(filters)):
            if codes[place] > 1:
                refused.append(filters[place])
        self.refused = tuple(refused)
        self._asked_for = ()
        self._awaited = ""
        self._outbox.wake.set()

    def _broken(self, error):
        self._fail("the connection broke: " + str(error))

    def _fail(self, why):
        """Records the first failure only; the session ends one millisecond later, so that both runtimes agree."""
        if not self._failure:
            self._failure = why
            self._failed_at = self._ticks()
        self._outbox.wake.set()
