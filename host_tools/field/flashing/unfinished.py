"""Finds the poles that the last run did not finish."""

from __future__ import annotations

from pathlib import Path

from host_tools.field.flashing.errors import FlashError
from host_tools.field.flashing.last_run import Memory
from host_tools.field.ports import PortInfo, adapter_key, find, port_info, true_name


def unfinished(memory: Memory, ports: tuple[str, ...]) -> tuple[Path, bool, list[tuple[PortInfo, str]]]:
    """(bundle, whether data is erased, ports with their poles) of what the last run did not finish.

    An adapter is found again also where its port has another name now.  *ports*, if given, are those meant.  Raises
    FlashError where nothing is left.
    """
    bundle, erase_data, poles = memory.last()
    by_adapter = {adapter_key(port): port for port in find()}
    left = [(by_adapter.get(one.adapter) or port_info(one.port), one.pole) for one in poles if not one.done]
    if ports:
        if len({true_name(port) for port in ports}) == len(left) == 1:  # the board was put at another port
            left = [(port_info(ports[0]), left[0][1])]
        meant = {true_name(port) for port in ports}
        left = [(port, pole) for port, pole in left if true_name(port.device) in meant]
    if not left:
        raise FlashError("flash.nothing_left")
    return bundle, erase_data, left
