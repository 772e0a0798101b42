"""paho's client for a receiver: messages are read many at a time, which costs a tenth of paho's own reading.

paho asks the system three times a packet, and makes a lock for each message.  Here the connection is read in large
pieces (`PacketStream`); all packets but messages go through paho's own reading, as if it had asked the system.
"""

from __future__ import annotations

import socket
import struct
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import MQTTErrorCode

from host_tools.broker.client import Client
from host_tools.broker.connection import Message
from host_tools.broker.packet_stream import Arrived, PacketStream
from host_tools.site.broker_address import BrokerAddress

PIECE = 65_536  # bytes that the system is asked for


class BatchClient(Client):
    """A client that does not acknowledge by itself; ``arrived`` are its messages, at most *most* unless they are taken.

    ``loop`` and ``loop_read`` fill it.  A message of QoS 2 is left to paho, and comes when that has it.
    """

    def __init__(self, address: BrokerAddress, name: str = "", *, most: int) -> None:
        super().__init__(address, name, wait_s=0.0, manual_ack=True)
        self._most = most
        self._stream = PacketStream()
        self.arrived: list[Arrived] = []
        self.on_message = _by_paho

    @property
    def holds_packet(self) -> bool:
        """Whether a packet is here that was received and not taken: nothing need be readable for it."""
        return self._stream.whole

    def _create_socket(self) -> socket.socket:
        self._stream.clear()  # the rest of a packet of the connection before
        return super()._create_socket()

    def _sock_recv(self, bufsize: int) -> bytes:  # what paho's own reading asks
        piece = self._stream.read(bufsize)
        if not piece:
            raise BlockingIOError
        return piece

    def _packet_read(self) -> MQTTErrorCode:  # of paho, for one packet
        if not self._stream.whole:
            code = self._receive()
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return code
        while self._sock is not None:
            self.arrived += self._stream.messages(self._most - len(self.arrived))
            if not self._stream.whole or len(self.arrived) >= self._most:
                break
            try:
                code = super()._packet_read()
            except struct.error:  # a PUBLISH that is shorter than it says
                code = MQTTErrorCode.MQTT_ERR_PROTOCOL
            if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return code
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _receive(self) -> MQTTErrorCode:
        """Receive what is here, about PIECE bytes at most: with TLS a message is often a record of its own."""
        pieces, size, code = [], 0, MQTTErrorCode.MQTT_ERR_CONN_LOST
        try:
            while size < PIECE and (piece := super()._sock_recv(PIECE)):
                pieces.append(piece)
                size += len(piece)
        except BlockingIOError:
            code = MQTTErrorCode.MQTT_ERR_AGAIN
        except OSError:
            pass
        if not pieces:
            return code
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        self._stream.feed(b"".join(pieces))
        return MQTTErrorCode.MQTT_ERR_SUCCESS  # where the connection has ended, the next call finds it so


def _by_paho(client: mqtt.Client, data: object, message: mqtt.MQTTMessage) -> None:
    assert isinstance(client, BatchClient)
    try:
        topic = message.topic
    except UnicodeDecodeError:  # paho decodes late
        topic = ""
    kept = Message(topic, bytes(message.payload), bool(message.retain))
    client.arrived.append((message.mid if message.qos else 0, kept))
