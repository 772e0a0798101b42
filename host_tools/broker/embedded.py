"""Starts a broker of our own, for a run that needs one and has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from host_tools.site.broker_address import HOW_TO_INSTALL

if TYPE_CHECKING:
    from host_tools.broker.amqtt import Amqtt
    from host_tools.broker.mosquitto import Mosquitto


def embedded_broker(port: int = 0) -> tuple[Mosquitto | Amqtt, str]:
    """A broker of our own, not yet started, and a warning for the user ("" where it is Mosquitto).

    Raises BrokerError where neither Mosquitto nor amqtt is on this machine.
    """
    from host_tools.broker import amqtt, mosquitto

    if mosquitto.find_mosquitto():
        return mosquitto.Mosquitto(port), ""
    warning = (
        f"Mosquitto is not on this machine, so amqtt takes its place, which is slower and less exact: {HOW_TO_INSTALL}"
    )
    return amqtt.Amqtt(port), warning
