"""Serial ports: finding them, checking access, and opening one without disturbing a lit pole."""

from __future__ import annotations

from host_tools.field.ports.find_ports import PortInfo, adapter_key, different, find, is_url, port_info, true_name
from host_tools.field.ports.open_without_reset import quiet_open
from host_tools.field.ports.port_access import check_access

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
