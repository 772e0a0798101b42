"""Chooses the pole for a port: named, the next of the site without a board, or scanned from its label."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from host_tools.errors import CommandError, DiyaError
from host_tools.field.flashing.errors import FlashError
from host_tools.field.ports import PortInfo
from host_tools.registry import Registry
from host_tools.registry.label import parse_label

Pair = tuple[PortInfo, str]


def pole_on_label(text: str, site: str, poles: Iterable[str]) -> str:
    """The pole that the label *text* names.  Raises FlashError unless it is one of *poles* of *site*."""
    try:
        its_site, pole = parse_label(text)
    except CommandError:
        raise FlashError("flash.no_label", text=text.strip()[:60], site=site) from None
    if its_site not in ("", site):
        raise FlashError("flash.other_site", found=its_site, site=site)
    if pole not in poles:
        raise FlashError("flash.no_pole", pole=pole, site=site)
    return pole


def next_poles(ports: list[PortInfo], site: str, poles: Iterable[str], registry: Registry) -> list[Pair]:
    """Each of *ports* with the next of *poles*, in their order, that has no board in *registry*."""
    known = {entry.pole for entry in registry.bindings().entries if entry.site == site and entry.mac}
    free = [pole for pole in poles if pole not in known]
    if len(free) < len(ports):
        raise FlashError("flash.none_left", left=len(free), ports=len(ports), site=site)
    return list(zip(ports, free, strict=False))


def scanned(
    ports: list[PortInfo],
    site: str,
    poles: Iterable[str],
    read: Callable[[PortInfo], str | None],
    complain: Callable[[DiyaError], None],
) -> Iterator[Pair]:
    """Each of *ports* with the pole whose label was scanned for it, as soon as it was.

    *read* gives the next line for a port, None at the end of input.  An empty line skips a port; for a line that names
    no pole *complain* is called, and it is read again.
    """
    taken: set[str] = set()
    for port in ports:
        while True:
            line = read(port)
            if line is None:
                return
            if not line.strip():
                break
            try:
                pole = pole_on_label(line, site, poles)
                if pole in taken:
                    raise FlashError("flash.twice", pole=pole)
            except FlashError as error:
                complain(error)
                continue
            taken.add(pole)
            yield port, pole
            break
