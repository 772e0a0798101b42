"""Serial ports: which there are, whether they can be had, and how to open one without disturbing a lit pole."""

from __future__ import annotations

from host_tools.ports.access import check_access
from host_tools.ports.finding import PortInfo, adapter_key, different, find, is_url, port_info, true_name
from host_tools.ports.quiet import quiet_open

__all__ = [
    "PortInfo",
    "adapter_key",
    "check_access",
    "different",
    "find",
    "is_url",
    "port_info",
    "quiet_open",
    "true_name",
]
