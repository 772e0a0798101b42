"""Warnings about the content of a bundle, for the person who makes it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping

from host_tools.boards import load_board
from host_tools.boards.tables import least_micropython
from host_tools.site.broker_address import parse_broker
from host_tools.site.model import Site

MEASURED = ("esp32", "v1.26.1")  # the chip and the MicroPython on which the memory of a pole was measured


def warnings_of(site: Site, wifi: bool, practice: bool, images: Mapping[str, str] | None = None) -> Iterator[str]:
    """Warnings before poles of *site* are flashed; *wifi*: networks are named.

    *images*: the version of MicroPython for each chip.
    """
    if practice:
        yield (
            "this bundle is for practice: the MicroPython in it is a stand-in that no chip can run, so `diya flash` "
            "writes it to virtual poles alone; make one for boards with --micropython"
        )
        return
    for chip, version in sorted((images or {}).items()):
        if (chip, version) != MEASURED:
            yield (
                f"the MicroPython for {chip} is {version}, and the memory that a pole needs was measured with "
                f"{MEASURED[1]} on an {MEASURED[0]}: see one pole stay online over TLS before you flash the others"
            )
    for name in sorted({pole.board for pole in site.poles}):
        board = load_board(name)
        version = (images or {}).get(board["chip"], "")
        numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
        for table, least in least_micropython(board).items():
            if numbers and numbers < least:
                yield (
                    f"the MicroPython for {board['chip']} is {version}, and [{table}] of the board {name} needs "
                    f"v{least[0]}.{least[1]} or later: without it {table} is reported as a part that fails"
                )
    if not wifi:
        yield "the poles are told no Wi-Fi network: name them by --wifi"
    if of_this_machine(parse_broker(site.broker).host):
        yield (
            f"the poles are told the broker {site.broker}, which to each of them is itself: no pole can reach it "
            "there; name the address that the broker has in the poles' network by --broker"
        )


def of_this_machine(host: str) -> bool:
    """Whether *host* is a name or an address that every machine has for itself."""
    name = host.rstrip(".").lower()
    if name in ("localhost", "ip6-localhost", "ip6-loopback") or name.endswith((".localhost", ".localdomain")):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)
