"""Refuses to flash a practice bundle to a real pole, which its stand-in for MicroPython would stop from starting."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from host_tools.field.bundle.warnings import of_this_machine
from host_tools.field.flashing.errors import FlashError
from host_tools.field.ports import PortInfo, is_url, true_name

_PSEUDO_TERMINAL = re.compile(r"/dev/pts/\d+|/dev/ttys\d+")  # Linux, macOS


def check_practice(port: PortInfo) -> None:
    """Raises FlashError unless *port* can be a virtual pole's: a socket of this machine, or a pseudo-terminal."""
    if is_url(port.device):
        virtual = of_this_machine(urlsplit(port.device).hostname or "")
    else:
        virtual = not port.vid and _PSEUDO_TERMINAL.fullmatch(true_name(port.device)) is not None
    if not virtual:
        raise FlashError("flash.practice", port=port.device)
