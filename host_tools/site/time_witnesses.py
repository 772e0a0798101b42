"""The witnesses of time and daylight of a pole: two are needed, because one alone does not put a lamp out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from host_tools.boards import BoardError, load_board
from host_tools.errors import BrokerError
from host_tools.site.broker_address import parse_broker
from host_tools.site.model import Pole, Site
from host_tools.site.summary import SHOWN

_OF_A_BOARD = {"rtc": "a clock chip", "photocell": "a photocell"}
_HERE = ("127.", "localhost", "::1")


def witnesses(site: Site, pole: Pole) -> list[str]:
    """All witnesses of the time, or of daylight, of *pole*.

    All time servers are one; the city answers where there is a broker to reach it by.
    """
    out = ["time servers"]  # the site's, or the firmware's default
    if not _unreachable(site.broker):
        out.append("the city's answer")
    return out + [name for part, name in _OF_A_BOARD.items() if part in _parts(pole.board)]


def lone_witnesses(site: Site) -> Iterator[str]:
    """A warning that names the poles which have fewer than two."""
    lone: dict[str, list[Pole]] = {}
    for pole in site.poles:
        found = witnesses(site, pole)
        if len(found) < 2:
            lone.setdefault(", ".join(found), []).append(pole)
    for known, poles in lone.items():
        names = ", ".join(pole.called for pole in poles[:SHOWN])
        more = f" and {len(poles) - SHOWN} more" if len(poles) > SHOWN else ""
        have = f"only {known} to tell" if known else "nothing to tell"
        yield (
            f"{names}{more} {'has' if len(poles) == 1 else 'have'} {have} the time or the day by: a lamp goes out when "
            "two witnesses agree, and with one alone burns by day for its first 24 h; a broker that poles can reach, "
            "or a board with a clock chip or a photocell, is another"
        )


def _unreachable(broker: str) -> bool:
    """Whether no pole reaches the city by *broker*: it is an address of the pole itself."""
    try:
        host = parse_broker(broker).host
    except BrokerError:
        return True
    return host.startswith(_HERE)


@cache
def _parts(board: str) -> frozenset[str]:
    """The tables of *board*; all there are where it is not known, for that is said elsewhere."""
    try:
        return frozenset(load_board(board))
    except BoardError:
        return frozenset(_OF_A_BOARD)
