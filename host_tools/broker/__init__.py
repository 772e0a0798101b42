"""Where the city's MQTT broker is, and one of our own where a run needs one that nobody set up."""

from host_tools.broker.embedded import embedded_broker
from host_tools.site.broker_address import BrokerAddress, parse_broker

__all__ = ["BrokerAddress", "embedded_broker", "parse_broker"]
