"""Chooses the port: the named one, or the only one there is."""

from __future__ import annotations

from host_tools.field.ports import PortInfo, find
from host_tools.language import Spoken


class PortQuestion(Spoken):
    """No port was named, and there is none, or there are several."""

    def __init__(self, ports: list[PortInfo]) -> None:
        super().__init__("service.several_ports" if ports else "service.no_port", ports="; ".join(map(str, ports)))
        self.code = 12 if ports else 1


def the_port(named: str | None) -> str:
    """*named*, or else the one port with an adapter at it.  Raises PortQuestion."""
    if named:
        return named
    ports = find()
    if len(ports) != 1:
        raise PortQuestion(ports)
    return ports[0].device
