"""Opens an MQTT session: the pole's certificates, CONNECT, SUBSCRIBE, and the sentence for a broker's refusal.  Only
loaded then (see ``packets``).
"""

from pole import const
from pole.link.packets import field, number, packet

_REFUSALS = const((
    "unacceptable protocol version", "client identifier rejected", "server unavailable", "bad user name or password",
    "not authorized",
))  # fmt: skip


def connect(client, keepalive_s, user, secret, will_topic, will_payload):
    """CONNECT with a clean session and a retained will of QoS 1; *user* "" means anonymous (3.1)."""
    flags = 0x02 | 0x04 | 0x08 | 0x20
    fields = [field(client.encode()), field(will_topic), field(will_payload)]
    if user:
        flags |= 0x80 | 0x40
        fields += [field(user.encode()), field(secret.encode())]
    head = b"\x00\x04MQTT\x04" + bytes((flags, keepalive_s >> 8, keepalive_s & 255))
    return packet(0x10, [head] + fields)


def certificates(read):
    """The broker's authority, the pole's certificate and its key, as *read* (``Files.read``) has them.

    Raises OSError where a file is missing.
    """
    ca, certificate, key = read("ca.pem"), read("pole.pem"), read("pole.key")
    if not ca:
        raise OSError("link.tls is 1 and ca.pem is missing: the broker cannot be told from another")
    if (not certificate) != (not key):
        raise OSError("pole.pem and pole.key belong together and one of them is missing")
    return ca, certificate, key


def security(host, read):
    """What ``net.connect`` needs for TLS to *host*; *read* and what is raised as for ``certificates``."""
    return (host,) + certificates(read)


def subscribe(packet_id, filters):
    """SUBSCRIBE to each of *filters* (texts) with QoS 1 (3.8)."""
    parts = [number(packet_id)]
    for topic in filters:
        parts.append(field(topic.encode()))
        parts.append(b"\x01")
    return packet(0x82, parts)


def refusal(code):
    """The meaning of *code* of a CONNACK (3.2.2.3), as a sentence."""
    word = _REFUSALS[code - 1] if code <= len(_REFUSALS) else "unknown reason"
    return "the broker refused the connection: %s (%d)" % (word, code)
