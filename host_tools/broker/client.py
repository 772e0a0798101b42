"""paho's MQTT client for the city's side: connections with a time limit, and a sentence for each kind of refusal."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Sequence

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from host_tools.broker.contact import ContactError, open_socket, wants_certificate
from host_tools.broker.listener import listener
from host_tools.broker.tls import tls_context
from host_tools.site.broker_address import BrokerAddress

KEEPALIVE_S = 30
ASK_SHARE = 0.3  # of the time for a connection: kept for finding out why the broker does not answer
_PUBACK = struct.Struct("!BBH")  # type, length, packet identifier
_CONNACK_VERSION, _CONNACK_NAME, _CONNACK_AWAY = 132, 133, 136  # as paho numbers MQTT 3.1.1's codes 1 to 3


class Client(mqtt.Client):
    """A client of the broker at *address*; *name* is the identifier of a session that the broker keeps (none: clean).

    ``wait_s`` is the longest a connection may take.  Raises BrokerError where the CA file cannot be read; ``connect``
    and ``reconnect`` raise ContactError.
    """

    def __init__(self, address: BrokerAddress, name: str = "", *, wait_s: float, manual_ack: bool = False) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2, name, clean_session=not name, protocol=mqtt.MQTTv311, manual_ack=manual_ack,
            reconnect_on_failure=False,
        )  # fmt: skip
        self.address = address
        self.wait_s = wait_s
        self._context = tls_context(address.ca) if address.tls else None
        if address.user:
            self.username_pw_set(address.user, address.password or None)

    def call(self) -> None:
        """Connect; the broker's answer comes through the callback."""
        self.connect(self.address.host, self.address.port, KEEPALIVE_S)

    def leave(self) -> None:
        """Disconnect, and wait for paho's thread."""
        self.disconnect()
        with contextlib.suppress(AttributeError):  # paho 2.2 drops the thread when it ends, which may be just now
            self.loop_stop()
        self._reset_sockets(sockpair_only=True)  # paho leaves them to the garbage collection

    def acknowledge(self, numbers: Sequence[int]) -> bool:
        """Send a PUBACK for each packet of *numbers*, all at once; False where the connection is gone.

        paho's own `ack` is a system call each, and with TLS a record each.
        """
        frames = b"".join(_PUBACK.pack(mqtt.PUBACK, 2, number) for number in numbers)
        return not frames or self._packet_queue(mqtt.PUBACK, frames, numbers[-1], 1) == mqtt.MQTT_ERR_SUCCESS

    def keep_on(self) -> None:
        """Connect again by itself from now on, on paho's thread, each time the connection ends."""
        self._reconnect_on_failure = True

    def _create_socket(self) -> socket.socket:  # paho's one place for it; its own has no bound on name and handshake
        return open_socket(self.address, self._context, self.wait_s)

    def why_mute(self, until: float) -> ContactError:
        """Why the broker accepted the connection and did not answer; takes until *until* (monotonic s) at most."""
        address, left = self.address, max(0.5, until - time.monotonic())
        if self._context is not None:
            return _why_mute_in_tls(self, left)
        found = listener(address, left)
        if found.tls:
            tls = f"mqtts://{str(address).partition('://')[2]}"
            return ContactError(
                f"the broker at {address} speaks TLS on this port: give {tls}, with the city's CA in --ca FILE", True
            )
        if found.said:
            return ContactError(f"what listens at {address} is no MQTT broker{found.said}: check host and port", True)
        return _mute(address, found.ends)


def refused(address: BrokerAddress, reason: ReasonCode) -> ContactError:
    """What the broker's refusal means and what helps; *reason* as paho gives it."""
    if reason.value == _CONNACK_AWAY:
        return ContactError(f"the broker at {address} does not let us in: it says that it is not available now")
    if reason.value == _CONNACK_NAME:
        return ContactError(f"the broker at {address} does not let us in: it refuses our client identifier", True)
    if reason.value == _CONNACK_VERSION:
        return ContactError(f"the broker at {address} does not let us in: it does not take MQTT 3.1.1", True)
    cure = (
        f"check user {address.user!r} and the password, in --login FILE or in --broker"
        if address.user
        else "give a user and password with --login FILE"
    )
    return ContactError(f"the broker at {address} does not let us in: {reason}; {cure}", True)


def not_allowed(address: BrokerAddress, topic: str) -> ContactError:
    """The error for a broker that accepts the session and refuses the subscription to *topic*."""
    user = f"user {address.user!r}" if address.user else "a client without a user"
    return ContactError(f"the broker at {address} does not let {user} hear {topic}: give it leave there (ACL)", True)


def _why_mute_in_tls(client: Client, wait_s: float) -> ContactError:
    """With TLS 1.3 a broker rejects a missing certificate only after the handshake, which paho does not report."""
    address = client.address
    try:
        with open_socket(address, client._context, wait_s) as sock:
            sock.settimeout(wait_s)
            sock.recv(1)
    except ContactError as error:
        return error
    except TimeoutError:
        pass
    except OSError as error:
        if "CERTIFICATE" in str(getattr(error, "reason", "")):
            return wants_certificate(address)
    return _mute(address)


def _mute(address: BrokerAddress, ends: bool = False) -> ContactError:
    does = "ends the connection without a word" if ends else "takes the connection and says nothing"
    return ContactError(
        f"the broker at {address} does not let us in: it {does}; check host and port (usually 1883, with TLS 8883), "
        "and the broker's log"
    )
