"""The sentences for a packet that violates the protocol.  Only loaded to write one."""

from pole import const

_SENTENCES = const((
    "a packet's length has more than four bytes",
    "a packet begins with 0x%02x, which no broker sends to a client of QoS 1",
    "a packet of type %d has %d bytes",
    "a message has QoS %d, but 1 was subscribed for",
    "a message is shorter than its topic",
    "a topic has %d bytes and must have at most %d",
    "a topic is not UTF-8",
    "a message has a topic that none may have",
    "a packet has the identifier 0",
    "CONNACK came twice",
    "a packet of type %d came before CONNACK",
    "SUBACK answers another SUBSCRIBE",
))  # fmt: skip


def sentence(number, *values):
    """The sentence of ``packets.PacketError(number, *values)``."""
    return _SENTENCES[number] % values
