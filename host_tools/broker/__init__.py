"""The city's MQTT broker: clients of it, its configuration, and one of our own where a run needs one."""

from host_tools.broker.embedded import embedded_broker

__all__ = ["embedded_broker"]
