"""Keeps the pole connected as long as the app runs: joins, resolves, connects, and tries again after any failure.

After every failure: close, wait, try again.  The back-off is random between 0 and a limit that doubles with each
failure up to ``link.maximumBackoff``, so a ward that lost its broker or its power in the same second does not come
back in the same second.  The very first attempt waits like a first retry.  Nothing here ever resets the chip: a lost
network must not make a street flicker.
"""

from pole import const
from pole.link.addresses import QUIET_MS, Addresses
from pole.link.bearer import Bearer
from pole.link.mqtt import Client
from pole.link.opening import with_connect
from pole.link.packets import Decoder
from pole.runtime import aio
from pole.runtime.transient import unload
from pole.wire import contract

_JOIN_MS = const(30000)  # a station that has not joined by then will not join without a new attempt
_REJOIN_AFTER = const(5)  # failures in a row with Wi-Fi up: a radio can be associated and carry nothing


def presence(online):
    """Payload of ``presence``."""
    return contract.encode(contract.FIELDS[contract.PRESENCE], {"v": contract.VERSION, "online": online})


class Session:
    """The link of one pole.  ``run()`` is a task that never ends.

    *net*, *radio*: ports.  *settings*: as from ``schema.complete``.  *outbox*: what there is to send.  *ticks*:
    milliseconds, a callable.  *random*: has ``below(n)``.

    *on_message(topic, payload, oversize)* is called for each message to the pole, once a delivery (QoS 1 may deliver
    twice); payload is bytes or a bytearray, None when it was above ``contract.MAX_PAYLOAD``.  *on_online()* is called
    when a session begins and is the time to put ``birth`` and ``state`` in the outbox: a broker that was restarted may
    have forgotten both.  Presence is the link's own affair, and goes out before anything else.

    Attributes: ``online`` (bool); ``problem`` (why the last attempt or session failed, "" while all is well);
    ``refused`` (filters the broker denied: the pole reports but gets no messages of those; subscribed again with each
    ping).

    With ``link.tls`` the broker must show a certificate of *factory*'s ``ca.pem`` for ``link.host``, valid at the time
    that *believed(ticks)* gives (Unix s); the pole shows ``pole.pem``, whose key is ``pole.key``, where it has
    them.  The files are read for each attempt, so nothing of them stays in memory.  *addresses*: link/addresses.py,
    shared with what asks the time servers.

    ``make_room()`` is called before what makes the connection is loaded.

    ``asked``: see ``ask``; ``asks`` counts its calls.

    What the pole is called on the wire: ``client`` (client identifier), ``topics`` (bytes by kind), ``filters`` (topics
    to subscribe to), ``will`` (payload of the last will).
    """

    def __init__(
        self, net, radio, settings, outbox, ticks, random, on_message, on_online, factory=None, believed=None,
        addresses=None,
    ):  # fmt: skip
        self.online = False
        self.problem = ""
        self._net = net
        self._settings = settings
        self._outbox = outbox
        self._ticks = ticks
        self._random = random
        self._on_message = on_message
        self._on_online = on_online
        self._factory = factory
        self._believed = believed
        self._addresses = addresses or Addresses(net, ticks)
        root, site, pole = settings["link.root"], settings["site"], settings["pole"]
        self.client = site + "-" + pole
        self.topics = {}
        for kind in contract.DELIVERY:
            self.topics[kind] = contract.topic(root, site, pole, kind).encode()
        filters = []
        for kind in (contract.COMMAND, contract.CONFIG, contract.UPDATE):
            filters.append(contract.topic(root, site, pole, kind))
        for group in settings["groups"]:
            filters.append(contract.group_topic(root, site, group))
        filters.append(contract.all_topic(root, site))
        filters.append(contract.topic(root, site, pole, contract.TIME_ANSWER))
        self.filters = tuple(filters)
        self.will = presence(False).encode()
        self._decoder = Decoder()
        self._bearer = Bearer(radio, settings["link.ssid"], settings["link.password"], ticks)
        self._client = None
        self.asked = ""
        self.asks = 0
        self._failures = 0
        self.make_room = unload

    def ask(self, topic):
        """Subscribes to the exact *topic* beside ``filters``, once more where it is so already: what the broker retains
        of it comes.  "" for none.
        """
        if topic or self.asked:
            self.asked = topic
            self.asks += 1
            self._outbox.wake.set()

    @property
    def refused(self):
        """Filters that the broker denied in this session."""
        return self._client.refused if self._client else ()

    async def run(self):
        """Keeps the link up without end; returns at once when ``link.host`` is empty."""
        if not self._settings["link.host"]:
            self.problem = "link.host is empty: there is no broker to report to"
            return
        while True:
            await aio.sleep_ms(self._random.below(self.backoff_ms() + 1))
            try:
                await self._attempt()
            except Exception as error:  # no error of the link may stop the app: report it, and try again
                self.problem = str(error).strip() or type(error).__name__
            self._failures += 1
            if self._failures % _REJOIN_AFTER == 0:
                self._bearer.doubt()

    def backoff_ms(self):
        """The longest wait before the next attempt."""
        settings = self._settings
        limit = settings["link.backoff"] << min(max(self._failures - 1, 0), 16)
        return min(limit, settings["link.maximumBackoff"]) * 1000

    async def _attempt(self):
        settings = self._settings
        timeout_ms = settings["link.timeout"] * 1000
        self.make_room()
        await self._bearer.up(min(timeout_ms, _JOIN_MS))
        host = settings["link.host"]
        address = await self._addresses.resolve(host, timeout_ms)
        self.make_room()  # joining may have taken half a minute
        secure = None
        if settings["link.tls"]:
            # the handshake takes the chip two seconds, and begins when it is connected
            await self._addresses.quiet(QUIET_MS + timeout_ms)
            secure = with_connect(lambda connect: connect.security(host, self._factory.read))
            self._net.set_time(self._believed(self._ticks()))
        try:
            stream = await self._net.connect(address, settings["link.port"], timeout_ms, secure)
        except OSError:
            self._addresses.answered(host, False)
            raise
        del secure
        client = Client(stream, settings, self, self._decoder, self._outbox, self._ticks, self._on_message)
        try:
            await client.open()
            self._client = client
            self._addresses.answered(host, True)
            self._outbox.restart()
            self._outbox.put(contract.PRESENCE, presence(True))
            self.online = True
            self.problem = ""
            self._on_online()
            await client.serve()
        except OSError as error:
            if self.online or not settings["link.tls"]:
                raise
            raise OSError(str(error) + self._net.shortage()) from None  # before the memory is freed
        finally:
            opened = self.online
            self.online = False
            self._client = None
            client.close()
            if not opened:
                self._addresses.answered(host, False)
            if client.stable:
                self._failures = 0


def asking(parts):
    """A callable that leaves a question for the time in the outbox of *parts* (app.py) while their session is online;
    it returns whether it did.  In app.py it would keep all of that in memory.
    """
    return lambda question: parts.session.online and parts.outbox.put(contract.TIME, question)
